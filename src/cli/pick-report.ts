/** Shows a pick: the table, what is odd about it, and what to do when there is nothing to open. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { isForeign, nodeUrl, ownNodes } from '../node-list.ts'
import type { Holding, Probed } from '../picking/choose.ts'
import type { Pick } from '../picking/pick.ts'
import { explainNobody } from './explain-nobody.ts'
import { openBrowser } from './open-browser.ts'
import { adviseCopy, FILE, pathFor, replicateCommand, type Surroundings } from './printed-command.ts'
import { formatTable, inNodeColour, style } from './terminal.ts'

/** Prints the table of a pick, one row for each node. */
export function printPick(pick: Pick, where: Surroundings): void {
  const rows = pick.probed.map((one) => [
    one.node.name,
    nodeUrl(one.node),
    one.probe.state,
    'medianMs' in one.probe ? one.probe.medianMs.toFixed(1) : '',
    describeVideo(one, pick),
    one.node === pick.chosen ? '←' : '',
  ])
  const [heading = '', ...lines] = formatTable([
    ['node', 'URL', 'state', 'median ms', 'has the video', ''],
    ...rows,
  ])
  console.log(style('bold', heading))
  lines.forEach((line, index) => {
    const name = pick.probed[index]?.node.name ?? ''
    console.log(inNodeColour(index, name) + line.slice(name.length))
  })
  if (pick.versionsDiffer) console.log(explainDifference(pick, where))
  if ('discarded' in pick.found)
    for (const { node, why } of pick.found.discarded) console.log(`${node} is not believed: ${why}`)
}

function describeVideo(one: Probed, { versionsDiffer }: Pick): string {
  if (one.probe.state !== 'up') return ''
  switch (one.holding) {
    case 'nothing':
      return 'no'
    case 'not told':
      return 'it did not say'
    case 'newest':
      return versionsDiffer ? 'yes, newest' : 'yes'
    case 'another version':
      return 'yes, another version'
    case 'same size':
      return isForeign(one.node) ? 'yes, unverified' : 'yes, no manifest'
  }
}

/** What to do about different versions: `replicate` reaches our own nodes only. */
function explainDifference({ probed, video }: Pick, where: Surroundings): string {
  const having = (wanted: Holding) =>
    probed.flatMap(({ node, holding }) => (holding === wanted ? [node] : []))
  const others = having('another version')
  const [newest] = ownNodes(having('newest'))
  const source = newest && path.join(newest.root, ...video.split('/'))
  const file = source !== undefined && existsSync(source) ? pathFor(source, where) : FILE
  const foreign = others.filter(isForeign).map(({ name }) => name)
  const ours = ownNodes(others)
  return [
    'The replicas are different versions; the newest complete one counts. To make them equal:',
    ...(ours.length > 0 ? [`  ${replicateCommand(file, video, ours, where)}`] : []),
    ...(foreign.length > 0 ? [`  copy it to ${foreign.join(', ')} as that server wants it`] : []),
  ].join('\n')
}

/** The URL to open: the watch page, or the file itself where that is asked for or all there is. Pure. */
export const urlToOpen = ({ url, watchUrl }: Pick, isDirect: boolean): string | undefined =>
  isDirect ? url : (watchUrl ?? url)

/** Says which node was chosen and opens the video from it. @param url one of the pick's */
export async function openPick(pick: Pick, url: string, opensBrowser: boolean): Promise<void> {
  const { chosen, video, versionsDiffer, probed } = pick
  const what = versionsDiffer ? `this version of ${video}` : video
  const canBeChecked = probed.some(({ node, holding }) => node === chosen && holding === 'newest')
  const isOneUnchecked = probed.some(({ probe, holding }) => probe.state === 'up' && holding === 'same size')
  const fastest = canBeChecked && isOneUnchecked ? `whose copy of ${what} can be checked` : `that has ${what}`
  console.log(`${chosen?.name} is the fastest ${fastest}: ${url}`)
  if (opensBrowser && !(await openBrowser(url))) console.log(`Open this URL: ${url}`)
}

/** Why there is nothing to open, and the command to run next. */
export function explainNoChoice({ probed, video }: Pick, where: Surroundings): string {
  if (probed.some(({ probe }) => probe.state === 'up')) {
    const silent = probed.flatMap(({ node, probe, holding }) =>
      holding === 'not told' && HAS_NOT_SPOKEN.has(probe.state) ? [node.name] : [],
    )
    const but = silent.length === 0 ? '' : ` (${silent.join(', ')} did not say)`
    return `No node that is up has ${video}${but}. ${adviseCopy(video, where)}`
  }
  const unanswering = probed.flatMap(({ node, probe: { state } }) =>
    state === 'up'
      ? []
      : [{ node, why: state === 'unreachable' || state === 'cut' ? ('refused' as const) : state }],
  )
  return explainNobody(unanswering, '--timeout-ms 30000', where)
}

/** Such a node may well have the video. */
const HAS_NOT_SPOKEN: ReadonlySet<Probed['probe']['state']> = new Set(['up', 'silent', 'slow'])
