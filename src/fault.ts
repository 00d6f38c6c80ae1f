/** Command: see, set and heal the faults of running nodes. What they do stands in node/faults/. */
import './cli/require-node.ts'
import {
  CommandError,
  type CommandText,
  parseCommandLine,
  runCommand,
  textFlag,
  UsageError,
} from './cli/command.ts'
import { printFaults } from './cli/fault-report.ts'
import { userPath } from './cli/user-path.ts'
import { IMPAIRMENTS, type Impairments } from './impairments.ts'
import { LabClient, LabError, type LabState } from './lab/client.js'
import { faultHelp, readFaultWords, readTime } from './lab/fault-words.js'
import { FAULT_NAMES, FaultError, type FaultSet } from './lab/faults.js'
import { DEFAULT_NODE_LIST, type NodeConfig, nodeUrl, ownNodes, readNodeList } from './node-list.ts'

const TEXT: CommandText = {
  usage: 'fault [NODE] [FAULT [PARAMETER=VALUE ...] [TIME]] [options]',
  help: `
Shows which faults are in force on the running nodes. With NODE and FAULT it
sets one beside those that are; after TIME, such as 10s, it ends by itself. The
nodes must have been started with --lab, as npm start does. How far away a node
is to seem is set in the same way: ${Object.keys(IMPAIRMENTS).join(', ')}.

${faultHelp()}

  --for TIME       ends it after so long: 500ms, 10s, 2min
  --heal           ends all faults of NODE, or of all nodes; heal does the same
  --config FILE    node list (default: the project's nodes.json)
  --help           this text

examples:
  npm run fault
  npm run fault node2 hang 10s
  npm run fault node1 cut afterBytes=100000 how=fin
  npm run fault node3 latencyMs=900
  npm run fault heal
`,
}

const TIME_RULE = {
  expected: 'a time such as 500ms, 10s or 2min',
  test: (value: unknown) => typeof value === 'string' && readTime(value) !== undefined,
}

await runCommand(TEXT, async (args) => {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      for: { type: 'string' },
      heal: { type: 'boolean', default: false },
      config: { type: 'string' },
    },
  })
  const all = readNodeList(values.config === undefined ? DEFAULT_NODE_LIST : userPath(values.config))
  const nodes = ownNodes(all)
  const [first] = positionals
  const named = nodes.find(({ name }) => name === first)
  const words = named === undefined ? positionals : positionals.slice(1)
  const heals = values.heal || (words[0] === 'heal' && words.length === 1)
  const time = textFlag('--for', values.for, TIME_RULE)
  if (values.heal && words.length > 0) throw new UsageError(`--heal sets no fault, found ${words.join(' ')}`)
  if (heals && time !== undefined) throw new UsageError('--for belongs to a fault')
  const chosen = named === undefined ? nodes : [named]
  if (heals) return show(chosen, (lab) => lab.heal())
  if (words.length === 0) {
    if (time !== undefined) throw new UsageError('--for belongs to a fault: name a node and a fault')
    return show(chosen, (lab) => lab.read())
  }
  if (named === undefined) throw new UsageError(whichNode(first ?? '', nodes))
  const change = readChange(time === undefined ? words : [...words, time])
  await show([named], async (lab) => {
    const { seed, changed, faults } = await lab.read()
    const set = Object.fromEntries(faults.map(({ name, parameters }) => [name, parameters]))
    return lab.set({
      seed,
      impairments: { ...changed, ...change.impairments },
      faults: { ...set, ...change.faults },
    })
  })
})

/** A fault, or how far away the node is to seem. @throws UsageError */
function readChange(words: readonly string[]): { impairments: Partial<Impairments>; faults: FaultSet } {
  const isFault = !words[0]?.includes('=')
  if (isFault) {
    try {
      return { impairments: {}, faults: readFaultWords(words) }
    } catch (error) {
      throw error instanceof FaultError ? new UsageError(error.message) : error
    }
  }
  const pairs = words.map((word): [string, number] => {
    const [name = '', value = ''] = word.split('=')
    if (!Object.hasOwn(IMPAIRMENTS, name))
      throw new UsageError(`there is no ${name}; there are ${Object.keys(IMPAIRMENTS).join(', ')}`)
    const { test, expected } = IMPAIRMENTS[name as keyof Impairments]
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN
    if (!test(number)) throw new UsageError(`${name}: expected ${expected}, found "${value}"`)
    return [name, number]
  })
  return { impairments: Object.fromEntries(pairs), faults: {} }
}

function whichNode(word: string, nodes: readonly NodeConfig[]): string {
  const names = nodes.map(({ name }) => name).join(', ')
  return FAULT_NAMES.some((name) => name === word) || word.includes('=')
    ? `name a node first: ${names}`
    : `there is no node "${word}" of ours in the node list; it has ${names}`
}

/** Does something to the lab of each node, and shows what is in force then. @throws CommandError when one does not play along */
async function show(nodes: readonly NodeConfig[], act: (lab: LabClient) => Promise<LabState>): Promise<void> {
  const states = await Promise.all(
    nodes.map(async (node) => {
      try {
        return { node, state: await act(new LabClient(nodeUrl(node))) }
      } catch (error) {
        if (error instanceof LabError) return { node, problem: error.message }
        throw error
      }
    }),
  )
  printFaults(states)
  if (states.some((state) => 'problem' in state)) throw new CommandError(1, 'not every node could be reached')
}
