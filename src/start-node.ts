/** Command: run one node. The node itself begins in node/server.ts. */
import './cli/require-node.ts'
import {
  type CommandText,
  LOG_RULE,
  numberFlag,
  parseCommandLine,
  runCommand,
  textFlag,
  UsageError,
} from './cli/command.ts'
import { onLauncherGone } from './cli/launcher.ts'
import { userPath } from './cli/user-path.ts'
import { describeListener, whoListens } from './cli/who-listens.ts'
import {
  describeImpairments,
  eachImpairment,
  IMPAIRMENT_HELP,
  IMPAIRMENTS,
  UNIMPAIRED,
} from './impairments.ts'
import { readFaultList } from './lab/fault-words.js'
import { FaultError, type FaultSet, sayFaults } from './lab/faults.js'
import { GatheredLog } from './node/gathered-log.ts'
import { meetStarter } from './node/lab/starter.ts'
import { formatReply, type ReplyRecord } from './node/log.ts'
import { type RunningNode, startNode } from './node/server.ts'
import {
  DEFAULT_NODE_LIST,
  isForeign,
  type ListedNode,
  NODE_DEFAULTS,
  NODE_RULES,
  type NodeConfig,
  ownNodes,
  readNodeList,
} from './node-list.ts'
import { shortPath } from './short-path.ts'
import { count } from './words/in-words.js'

const TEXT: CommandText = {
  usage: 'start-node [NAME] [--name N] [--port P] [--root DIR] [options]',
  help: `
Runs one node: an HTTP server for one storage folder, with simulated latency.
With NAME, everything comes from the node list and flags override it. Without,
--name, --port and --root make a node of their own.

  --name NAME             what the node calls itself
  --port PORT             1 to 65535, or 0 for any free port
  --root DIR              storage folder, made when missing
${IMPAIRMENT_HELP}
  --faults TEXT           faults in force from the start, as npm run fault takes
                          them, with commas between: "stall afterBytes=100000"
  --lab                   faults may be set while it runs, from this machine:
                          npm run fault
  --host HOST             address to listen on (default ${NODE_DEFAULTS.host})
  --config FILE           node list (default: the project's nodes.json)
  --log all               tell each reply to a watch page (default: of what it
                          asks again and again, such as /health, the first,
                          and then one line a minute for all others)
  --quiet                 no line per request
  --help                  this text

examples:
  npx tsx src/start-node.ts node1
  npx tsx src/start-node.ts --name far --port 8009 --latency-ms 900 --root far
`,
}

const IMPAIRMENT_FLAGS = Object.fromEntries(
  Object.values(IMPAIRMENTS).map(({ flag }) => [flag, { type: 'string' as const }]),
)

const PORT_RULE = {
  expected: 'a whole number from 0 to 65535',
  test: (value: unknown) => value === 0 || NODE_RULES.port.test(value),
}

await runCommand(TEXT, async (args) => {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      port: { type: 'string' },
      root: { type: 'string' },
      host: { type: 'string' },
      ...IMPAIRMENT_FLAGS,
      faults: { type: 'string' },
      lab: { type: 'boolean', default: false },
      config: { type: 'string' },
      log: { type: 'string' },
      quiet: { type: 'boolean', default: false },
    },
  })
  if (positionals.length > 1) throw new UsageError(`one node at a time, found ${positionals.join(' ')}`)
  const textOf = (flag: string) => (values as Record<string, unknown>)[flag] as string | undefined
  const flags = {
    name: textFlag('--name', values.name, NODE_RULES.name),
    host: textFlag('--host', values.host, NODE_RULES.host),
    port: numberFlag('--port', values.port, PORT_RULE),
    ...eachImpairment((_, { flag, ...rule }) => numberFlag(`--${flag}`, textOf(flag), rule)),
    root:
      values.root === undefined
        ? undefined
        : userPath(textFlag('--root', values.root, NODE_RULES.root) ?? ''),
    faults: values.faults === undefined ? undefined : readFaultFlag(values.faults),
  }
  const nodes = readNodeList(values.config === undefined ? DEFAULT_NODE_LIST : userPath(values.config))
  const config = chooseNode(nodes, positionals[0], flags)
  const logged = textFlag('--log', values.log, LOG_RULE) ?? 'gathered'
  const gatheredLog = logged === 'gathered' ? new GatheredLog(console.log) : undefined
  const onReply = (record: ReplyRecord): void =>
    gatheredLog === undefined ? console.log(formatReply(record)) : gatheredLog.add(record)
  const node = await startNode(config, {
    nodes,
    opensLab: values.lab,
    meetStarter,
    ...(values.quiet ? {} : { onReply }),
    onFault: (error) =>
      console.error(`${config.name}: ${error instanceof Error ? error.message : String(error)}`),
  }).catch((error: Error) => explainTaken(config, error))
  stopOnSignal(config, node, () => gatheredLog?.end())
  try {
    await announce(config, node)
  } catch (error) {
    await node.close() // what has failed does not go on serving
    throw error
  }
})

type Flags = { readonly [K in keyof NodeConfig]-?: NodeConfig[K] | undefined }

/** @throws UsageError */
function readFaultFlag(text: string): FaultSet {
  try {
    return readFaultList(text)
  } catch (error) {
    throw error instanceof FaultError ? new UsageError(`--faults: ${error.message}`) : error
  }
}

/** The node of the list, changed by the flags, or one of the flags' own. */
function chooseNode(nodes: readonly ListedNode[], listed: string | undefined, flags: Flags): NodeConfig {
  const given = Object.fromEntries(
    Object.entries(flags).filter(([, value]) => value !== undefined),
  ) as Partial<NodeConfig>
  if (listed !== undefined) {
    const base = nodes.find(({ name }) => name === listed)
    const known = nodes.map(({ name }) => name).join(', ')
    if (base === undefined)
      throw new UsageError(`there is no node "${listed}" in the node list; it has ${known}`)
    if (isForeign(base)) {
      const ours = ownNodes(nodes).map(({ name }) => name)
      throw new UsageError(
        `${listed} is somebody else's server (${base.url}) and cannot be started from here; ours are ${ours.join(', ') || 'none'}`,
      )
    }
    return { ...base, ...given }
  }
  const { name, port, root } = given
  if (name === undefined || port === undefined || root === undefined) {
    throw new UsageError('name a node of the node list, or give --name, --port and --root')
  }
  return { ...NODE_DEFAULTS, ...UNIMPAIRED, ...given, name, port, root }
}

/** Says who has the port. @throws Error always */
async function explainTaken(config: NodeConfig, error: Error): Promise<never> {
  if ((error.cause as NodeJS.ErrnoException | undefined)?.code !== 'EADDRINUSE') throw error
  const listener = await whoListens(config)
  if (listener.kind === 'nobody') throw error // it has just gone
  const advice =
    listener.kind === 'node' && listener.name === config.name
      ? 'End it first, with Ctrl+C where it runs'
      : 'End what is there, or choose another port with --port'
  throw new Error(`Cannot start ${config.name}: ${describeListener(config, listener)}. ${advice}.`, {
    cause: error,
  })
}

/** How far away a node is to seem, and what else is wrong with it on purpose. */
function describeShape(config: NodeConfig): string {
  return [describeImpairments(config), ...sayFaults(config.faults ?? {})].join('; ')
}

async function announce(config: NodeConfig, node: RunningNode): Promise<void> {
  const names = (await node.storage.list()).map(({ name }) => name)
  const videos = names.length === 0 ? 'no videos yet' : names.join(', ')
  console.log(
    `${config.name} ${node.url}/ serves ${shortPath(config.root)} (${describeShape(config)}): ${videos}`,
  )
}

/** How long closing may take before the process ends all the same. */
const STOP_MS = 150

function stopOnSignal(config: NodeConfig, node: RunningNode, onStopped: () => void): void {
  let isStopping = false
  const stop = (): void => {
    if (isStopping) return // a terminal may send the signal twice, to us and to whoever started us
    isStopping = true
    setTimeout(() => process.exit(), STOP_MS)
    void node.close().then(() => {
      onStopped()
      const { requests, bytes } = node.totals
      process.stdout.write(
        `${config.name} stopped after ${count(requests, 'request')}, ${count(bytes, 'byte')}\n`,
        () => process.exit(),
      )
    })
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  process.once('disconnect', stop) // of `npm start`, when that ends first
  process.channel?.unref() // the listener alone must not keep a node alive that has failed
  onLauncherGone(stop)
}
