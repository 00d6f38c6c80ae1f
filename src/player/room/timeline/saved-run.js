// @ts-check
/**
 * A run as a file: what the page saw, and a scenario that does the same to the nodes again, at the same times after the first
 * picture. `npm run rehearse -- --replay FILE` plays it. Pure.
 */
/** @import { Bar, Sample } from './timeline-model.js' */
/** @import { Band, Change } from './lab-record.js' */
import { count } from '../../../words/in-words.js'

/**
 * @typedef {object} Run
 * @property {string} video its name
 * @property {readonly { readonly name: string }[]} nodes as the node list has them; how far a foreign one is, nobody knows
 * @property {number} firstPictureMs on the page's clock, as all times; 0: there was none
 * @property {number} lookAheadSeconds
 * @property {number} stalls
 * @property {readonly Change[]} changes
 * @property {readonly Bar[]} bars
 * @property {readonly Band[]} bands
 * @property {readonly Sample[]} samples
 */

/** @param {Run} run @param {Date} now @returns {string} JSON */
export function saveRun(
  { video, nodes, firstPictureMs, lookAheadSeconds, stalls, changes, bars, bands, samples },
  now,
) {
  const names = nodes.map(({ name }) => name)
  const pictureMs = Math.round(firstPictureMs) // as the file has it, so that all of its times fit together
  const known = changes.filter(({ node }) => names.includes(node))
  const scenario = {
    title: `What was done to the nodes while ${video} was watched`,
    question: 'What did the viewer see?',
    choices: ['Nothing', 'The picture stood'],
    ...(stalls === 0 && { right: 'Nothing' }),
    seed: known.findLast((change) => change.kind === 'set')?.seed ?? 0,
    nodes: nodes.map((node) => ({ name: node.name, latencyMs: 0, ...numbersOf(node) })),
    lookAheadSeconds,
    steps: known.map((change) => stepOf(change, pictureMs)),
    expect: { stalls },
    why:
      stalls === 0
        ? 'On the page the picture never stood still.'
        : `On the page the picture stood still: ${count(stalls, 'time')}.`,
  }
  const indexes = new Map(bars.map((bar, index) => [bar, index]))
  const saved = {
    savedRun: 1,
    savedAt: now.toISOString(),
    video,
    firstPictureMs: pictureMs,
    scenario,
    bands,
    bars: bars.map(({ after, ...bar }) => ({ ...bar, after: after && indexes.get(after) })),
    samples,
  }
  return `${JSON.stringify(saved, (_, value) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value), 1)}\n`
}

/** The impairments of a node: all its numbers. @param {object} node */
const numbersOf = (node) =>
  Object.fromEntries(Object.entries(node).filter(([, value]) => typeof value === 'number'))

/** @param {Change} change @param {number} firstPictureMs */
function stepOf(change, firstPictureMs) {
  const at = `${Math.max(0, Math.round(change.atMs - firstPictureMs))}ms`
  const { node, kind } = change
  if (kind !== 'set') return { at, node, do: kind }
  const { faults, impairments } = change
  const isHealed = Object.keys(faults).length === 0 && Object.keys(impairments).length === 0
  return isHealed ? { at, node, do: 'heal' } : { at, node, set: faults, impairments }
}
