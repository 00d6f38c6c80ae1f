/** Shows a pick: the table, what is odd about it, and what to do when there is nothing to open. */
import { nodeUrl } from '../node-list.ts'
import type { Pick } from '../picking/pick.ts'
import type { Probe } from '../picking/probe.ts'
import { openBrowser } from './open-browser.ts'
import { formatTable, inNodeColour, style } from './terminal.ts'

/** Prints the table of a pick, one row for each node. */
export function printPick(pick: Pick): void {
  const rows = pick.probed.map(({ node, probe }) => [
    node.name,
    nodeUrl(node),
    probe.state === 'up without the video' ? 'up' : probe.state,
    'medianMs' in probe ? probe.medianMs.toFixed(1) : '',
    describeVideo(probe, pick),
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
  if (pick.versionsDiffer) {
    console.log(
      `The replicas are different versions; the newest complete one counts. To make them equal:\n  ${replicateCommand(pick.video)}`,
    )
  }
}

function describeVideo(probe: Probe, { preferred, versionsDiffer }: Pick): string {
  if (probe.state === 'up without the video') return 'no'
  if (probe.state !== 'up') return ''
  const { version } = probe
  if (!version.isComplete) return 'yes, no manifest'
  if (!versionsDiffer || preferred === undefined) return 'yes'
  return version.etag === preferred.etag ? 'yes, newest' : 'yes, another version'
}

/** Says which node was chosen and opens the video from it. @param url of the pick, which has one */
export async function openPick({ chosen, video }: Pick, url: string, opensBrowser: boolean): Promise<void> {
  console.log(`${chosen?.name} is the fastest that has ${video}: ${url}`)
  if (opensBrowser && !(await openBrowser(url))) console.log(`Open this URL: ${url}`)
}

/** Why there is nothing to open, and the command to run next. */
export function explainNoChoice({ probed, video }: Pick): string {
  const isUp = probed.some(({ probe }) => probe.state === 'up without the video')
  if (isUp) return `No node that is up has ${video}. Copy it to every node: ${replicateCommand(video)}`
  return `No node is up. Start one: npm run start-node ${probed[0]?.node.name ?? 'node1'}`
}

const replicateCommand = (video: string): string =>
  `npm run replicate ${/[^\w./-]/.test(video) ? JSON.stringify(video) : video}`
