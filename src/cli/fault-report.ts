/** Shows which faults are in force on which node. */
import type { FaultState, LabState } from '../lab/client.js'
import { FAULTS, sayChanges } from '../lab/faults.js'
import { type NodeConfig, nodeUrl } from '../node-list.ts'
import { formatMs } from '../words/in-words.js'
import { formatTable, inNodeColour, style } from './terminal.ts'

/** A node, with what its lab says or why that is not known. */
export type Shown =
  | { readonly node: NodeConfig; readonly state: LabState }
  | { readonly node: NodeConfig; readonly problem: string }

/** Prints a row for each fault, and one for each node without any. */
export function printFaults(shown: readonly Shown[]): void {
  const rows = shown.flatMap((one) => rowsOf(one).map((row) => [one.node.name, ...row]))
  const [heading = '', ...lines] = formatTable([
    ['node', 'what it does', 'since', 'ends in', 'hits'],
    ...rows,
  ])
  console.log(style('bold', heading))
  lines.forEach((line, index) => {
    const name = rows[index]?.[0] ?? ''
    const place = shown.findIndex(({ node }) => node.name === name)
    console.log(inNodeColour(place, name) + line.slice(name.length))
  })
}

function rowsOf(one: Shown): string[][] {
  if ('problem' in one) return [[one.problem, '', '', '']]
  const { node, state } = one
  const changed = sayChanges(state.changed).map((words) => [words, '', '', ''])
  const rows = [...changed, ...state.faults.map(rowOf)]
  return rows.length === 0 ? [[`no fault (${nodeUrl(node)})`, '', '', '']] : rows
}

const rowOf = ({ name, says, agoMs, leftMs, hits }: FaultState): string[] => {
  const isLast = FAULTS[name].ends === 'never'
  const end = isLast ? 'when it is started' : 'when it is healed'
  return [
    says,
    formatMs(agoMs),
    leftMs === undefined ? end : formatMs(leftMs),
    hits === undefined ? '' : String(hits),
  ]
}
