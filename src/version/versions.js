// @ts-check
/**
 * Which version of a file counts, when our own nodes may have different ones. One rule for all who ask: the page,
 * `pull`, `pick-node` and a node's Metalink. Pure.
 */
import { hashOfTag } from './content-tag.js'

/**
 * @typedef {import('./manifest.js').Manifest} Manifest
 *
 * One version of a file, and which nodes have it.
 * @typedef {object} FileVersion
 * @property {string} sha256
 * @property {number} size bytes
 * @property {number} mtimeMs the latest time that one of its nodes gives
 * @property {readonly string[]} nodes in the order of the node list
 *
 * What one node says of the file: its manifest, or what is wrong with that, and what a HEAD shows of the file.
 * @typedef {object} Claim
 * @property {string} node
 * @property {Manifest} [manifest]
 * @property {string} [problem]
 * @property {{ size: number, etag?: string | undefined }} [replica]
 *
 * @typedef {{ readonly node: string, readonly why: string }} Discarded
 */

/** Clocks of machines differ, time zones are set wrong; what is later than now by more than this cannot be true. */
const CLOCK_ERROR_MS = 24 * 60 * 60 * 1000

/**
 * Does a node's manifest contradict the node's own file?
 * @param {Claim} claim
 * @returns {string | undefined} how
 */
export function contradiction({ manifest, replica }) {
  if (manifest === undefined || replica === undefined) return undefined
  if (manifest.size !== replica.size)
    return `its manifest says ${manifest.size} bytes, its file has ${replica.size}`
  const hash = hashOfTag(replica.etag)
  if (hash !== undefined && hash !== manifest.sha256) return 'its manifest describes another file than it has'
  return undefined
}

/**
 * Decides which version counts: the newest one. What contradicts itself, or the same version on more nodes, is
 * discarded; a date in the future does not make a version newer than one with a date that can be true.
 * @param {readonly Claim[]} claims of our own nodes, in the order of the node list
 * @param {number} nowMs since 1970
 * @returns {{ manifest: Manifest | undefined, versions: FileVersion[], discarded: Discarded[] }}
 *   `versions`: the one that counts first. `discarded`: whose manifest could not be believed, and why
 */
export function decideVersion(claims, nowMs) {
  /** @type {Discarded[]} */
  const discarded = []
  /** @type {{ node: string, manifest: Manifest }[]} */
  const sound = []
  for (const claim of claims) {
    const { node, manifest } = claim
    const why = claim.problem === undefined ? contradiction(claim) : `its manifest ${claim.problem}`
    if (why !== undefined) discarded.push({ node, why })
    else if (manifest !== undefined) sound.push({ node, manifest })
  }
  const groups = mostAgreed(
    groupBy(sound, ({ manifest }) => describe(manifest)),
    discarded,
  )
  const isFuture = (/** @type {number} */ mtimeMs) => mtimeMs > nowMs + CLOCK_ERROR_MS
  const versions = groups.map((group) => ({ ...versionOf(group, isFuture), manifest: manifestOf(group) }))
  versions.sort(
    (a, b) =>
      Number(isFuture(a.mtimeMs)) - Number(isFuture(b.mtimeMs)) ||
      b.mtimeMs - a.mtimeMs ||
      b.nodes.length - a.nodes.length ||
      (a.sha256 < b.sha256 ? -1 : 1), // nothing tells them apart, but all readers must choose the same one
  )
  const [first] = versions
  if (first !== undefined && !isFuture(first.mtimeMs))
    for (const { nodes, mtimeMs } of versions)
      if (isFuture(mtimeMs))
        for (const node of nodes)
          discarded.push({ node, why: `its file is dated ${dateOf(mtimeMs)}, which is in the future` })
  return {
    manifest: first?.manifest && { ...first.manifest, mtimeMs: first.mtimeMs },
    versions: versions.map(({ manifest, ...version }) => version),
    discarded,
  }
}

/**
 * What all of them say. The pieces of the opening are not needed, so one who is silent of them or says something else is
 * reason enough to wait for whole chunks.
 * @param {Group} group
 * @returns {Manifest | undefined} `undefined` for nobody
 */
function manifestOf([first, ...others]) {
  if (first === undefined) return undefined
  const { manifest } = first
  const areAgreed = others.every((other) => other.manifest.opening?.join() === manifest.opening?.join())
  return areAgreed ? manifest : { ...manifest, opening: undefined }
}

/** @typedef {{ node: string, manifest: Manifest }[]} Group nodes that say exactly the same of the content */

/** All of a manifest but the time. @param {Manifest} manifest */
const describe = ({ sha256, size, chunkSize, chunks }) => [sha256, size, chunkSize, ...chunks].join()

/** @param {Group} group @param {(mtimeMs: number) => boolean} isFuture @returns {FileVersion} */
function versionOf(group, isFuture) {
  const { sha256 = '', size = 0 } = group[0]?.manifest ?? {}
  const times = group.map(({ manifest }) => manifest.mtimeMs)
  const possible = times.filter((time) => !isFuture(time))
  const mtimeMs = Math.max(...(possible.length > 0 ? possible : times))
  return { sha256, size, mtimeMs, nodes: group.map(({ node }) => node) }
}

/**
 * Of groups that describe a file of one hash differently only one can be right: the one that most nodes vouch for.
 * @param {Group[]} groups
 * @param {Discarded[]} discarded gets those of the others
 */
function mostAgreed(groups, discarded) {
  return groupBy(groups, ([first]) => first?.manifest.sha256 ?? '').flatMap((rivals) => {
    const [best = [], ...others] = rivals.sort((a, b) => b.length - a.length)
    for (const { node } of others.flat()) {
      const others = best.map((vouching) => vouching.node).join(', ')
      discarded.push({ node, why: `its manifest describes the same file otherwise than that of ${others}` })
    }
    return best.length === 0 ? [] : [best]
  })
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 * @returns {T[][]} in the order in which the keys appear
 */
function groupBy(items, keyOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()]
}

/** @param {number} ms */
const dateOf = (ms) => new Date(ms).toISOString().replace(/T.*/, '')
