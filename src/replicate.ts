/** Command: copy a file into every node's storage. The work begins in replication/replicate.ts. */
import './cli/require-node.ts'
import path from 'node:path'
import { type CommandText, parseCommandLine, runCommand, UsageError } from './cli/command.ts'
import { replicateWithProgress } from './cli/replicate-progress.ts'
import { userPath } from './cli/user-path.ts'
import { DEFAULT_NODE_LIST, type ListedNode, readNodeList } from './node-list.ts'

const TEXT: CommandText = {
  usage: 'replicate FILE [--to NODES] [--as NAME] [--config FILE]',
  help: `
Copies a file into every node's storage, whether the nodes run or not. The file
appears there only when it is complete, with a manifest of its SHA-256 hashes.
A node that has the same content already is left as it is. A node that is
somebody else's server is skipped: copy the file there yourself. Where nodes
have different versions readers get the one with the newest modification time,
and it is said when that is not yours.

  --to NODES       only these nodes, by name, with commas between them
  --as NAME        name of the replicas (default: the file's own name); it may
                   have folders: "week 1/talk.mp4"
  --config FILE    node list (default: the project's nodes.json)
  --help           this text

examples:
  npx tsx src/replicate.ts talk.mp4
  npx tsx src/replicate.ts ~/Videos/talk-v2.mp4 --as talk.mp4 --to node1,node3
`,
}

await runCommand(TEXT, async (args) => {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: { to: { type: 'string' }, as: { type: 'string' }, config: { type: 'string' } },
  })
  const [file] = positionals
  if (file === undefined || file === '') throw new UsageError('name the file to replicate')
  if (positionals.length > 1)
    throw new UsageError(`one file at a time, found ${positionals.length}: ${positionals.join(', ')}`)
  const nodes = readNodeList(values.config === undefined ? DEFAULT_NODE_LIST : userPath(values.config))
  const failures = await replicateWithProgress({
    file: userPath(file),
    name: values.as ?? path.basename(userPath(file)),
    nodes: chooseNodes(nodes, values.to),
    among: nodes,
    signal: interruptSignal(),
  })
  if (failures > 0) process.exitCode = 1
})

function chooseNodes(nodes: readonly ListedNode[], names: string | undefined): readonly ListedNode[] {
  if (names === undefined) return nodes
  const wanted = names.split(',').map((name) => name.trim())
  const unknown = wanted.find((name) => !nodes.some((node) => node.name === name))
  const known = nodes.map(({ name }) => name).join(', ')
  if (unknown !== undefined)
    throw new UsageError(`--to: there is no node "${unknown}" in the node list; it has ${known}`)
  return nodes.filter(({ name }) => wanted.includes(name))
}

/** Aborts at the first Ctrl+C, so that half a copy is cleaned up; the second one ends the process. */
function interruptSignal(): AbortSignal {
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () =>
      interrupt.abort(new Error('Interrupted. The replicas that were not finished are as they were before.')),
    )
  }
  return interrupt.signal
}
