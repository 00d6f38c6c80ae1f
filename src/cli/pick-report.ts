/** Shows a pick: the table, what is odd about it, and what to do when there is nothing to open. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { isForeign, nodeUrl, ownNodes } from '../node-list.ts'
import { compareVersions, type Probed } from '../picking/choose.ts'
import type { Pick } from '../picking/pick.ts'
import { openBrowser } from './open-browser.ts'
import {
  adviseCopy,
  FILE,
  pathFor,
  replicateCommand,
  type Surroundings,
  startCommand,
} from './printed-command.ts'
import { formatTable, inNodeColour, style } from './terminal.ts'

/** Prints the table of a pick, one row for each node. */
export function printPick(pick: Pick, where: Surroundings): void {
  const rows = pick.probed.map(({ node, probe }) => [
    node.name,
    nodeUrl(node),
    probe.state === 'up without the video' ? 'up' : probe.state,
    'medianMs' in probe ? probe.medianMs.toFixed(1) : '',
    describeVideo({ node, probe }, pick),
    node === pick.chosen ? '←' : '',
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
}

function describeVideo({ node, probe }: Probed, { preferred, versionsDiffer }: Pick): string {
  if (probe.state === 'up without the video') return 'no'
  if (probe.state !== 'up' || preferred === undefined) return ''
  const { version } = probe
  const comparison = compareVersions(node, version, preferred)
  if (isForeign(node) && !version.isComplete && comparison !== 'other') return 'yes, unverified'
  if (!isForeign(node) && !version.isComplete) return 'yes, no manifest'
  if (!versionsDiffer) return 'yes'
  return comparison === 'same' ? 'yes, newest' : 'yes, another version'
}

/** What to do about different versions: `replicate` reaches our own nodes only. */
function explainDifference({ probed, preferred, video }: Pick, where: Surroundings): string {
  const found = probed.flatMap(({ node, probe }) =>
    probe.state === 'up' && preferred
      ? [{ node, comparison: compareVersions(node, probe.version, preferred) }]
      : [],
  )
  const others = found.flatMap(({ node, comparison }) => (comparison === 'other' ? [node] : []))
  const [newest] = ownNodes(found.flatMap(({ node, comparison }) => (comparison === 'same' ? [node] : [])))
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
export async function openPick({ chosen, video }: Pick, url: string, opensBrowser: boolean): Promise<void> {
  console.log(`${chosen?.name} is the fastest that has ${video}: ${url}`)
  if (opensBrowser && !(await openBrowser(url))) console.log(`Open this URL: ${url}`)
}

/** Why there is nothing to open, and the command to run next. */
export function explainNoChoice({ probed, video }: Pick, where: Surroundings): string {
  const isUp = probed.some(({ probe }) => probe.state === 'up without the video')
  if (isUp) return `No node that is up has ${video}. ${adviseCopy(video, where)}`
  const start = startCommand(
    probed.map(({ node }) => node),
    where,
  )
  return start === undefined ? 'No node is up.' : `No node is up. Start one: ${start}`
}
