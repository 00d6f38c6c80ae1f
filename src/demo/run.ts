/** The whole demo in one terminal: nodes as processes, a video on all of them, and keys to kill them. */
import path from 'node:path'
import { BottomLine, canShowBottomLine } from '../cli/bottom-line.ts'
import { onLauncherGone } from '../cli/launcher.ts'
import { explainNoChoice, openPick, printPick, urlToOpen } from '../cli/pick-report.ts'
import { surroundings } from '../cli/printed-command.ts'
import { replicateWithProgress } from '../cli/replicate-progress.ts'
import { inNodeColour, style } from '../cli/terminal.ts'
import { isForeign, type ListedNode, type NodeConfig, ownNodes } from '../node-list.ts'
import { pickNode } from '../picking/pick.ts'
import { Source } from '../replication/source.ts'
import { storageNameProblem } from '../storage-name.ts'
import { heal, toggle } from './breaking.ts'
import { hasKeys, Keys, readKeys } from './keys.ts'
import { NodeProcess } from './node-process.ts'
import { requireFreePorts } from './taken-ports.ts'

export interface DemoOptions {
  /** path of the video */
  readonly file: string
  /** our own are started; somebody else's servers run by themselves */
  readonly nodes: readonly ListedNode[]
  /** path of the node list */
  readonly config: string
  readonly opensBrowser: boolean
  /** what the nodes get as `--log` */
  readonly logs: string
  /** the scenario that the page opens with */
  readonly lesson?: string | undefined
}

/**
 * Runs the demo until a key or a signal ends it. Leaves no process behind, however it ends.
 * @throws Error when a node cannot start or no node has the video
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { nodes, config, logs } = options
  const end = new AbortController()
  endOnSignal(end)
  const ended = new Promise((resolve) => end.signal.addEventListener('abort', resolve))
  await requireFile(options.file)
  const own = ownNodes(nodes)
  await requireFreePorts(own)
  const sayFor = async (node: NodeConfig | undefined, act: (node: NodeConfig) => Promise<string>) => {
    if (node !== undefined) console.log(await act(node))
  }
  const processes = nodes.flatMap((node, index) =>
    isForeign(node)
      ? []
      : new NodeProcess({
          name: node.name,
          args: ['--config', config, '--log', logs, '--lab'],
          starter: {
            names: own.map(({ name }) => name),
            start: (name, afterMs) => keys.start(name, afterMs),
          },
          onLine: (line) => console.log(inNodeColour(index, line)),
        }),
  )
  const keys = new Keys({
    nodes: processes,
    pick: () => pickAndOpen(options).then(() => {}),
    toggle: async (index, breaking) => sayFor(own[index], (node) => toggle(node, breaking)),
    heal: async () => {
      await Promise.all(own.map((node, index) => processes[index]?.isRunning && sayFor(node, heal)))
    },
    say: (line) => console.log(line),
  })
  const bottom = useKeys(keys, end)
  try {
    await Promise.race([prepare(options, processes, keys, end.signal), ended])
    if (!end.signal.aborted) {
      if (bottom === undefined) console.log('Ctrl+C ends everything.')
      await ended
    }
  } catch (error) {
    if (!end.signal.aborted) throw error // what failed because the end had come is no failure
  } finally {
    keys.close()
    process.stdin.pause()
    if (process.stdin.isTTY) process.stdin.setRawMode(false)
    bottom?.end()
    await Promise.all(processes.map((node) => node.stop()))
  }
}

/** @throws Error when there is no such file, or no node can have one of that name */
async function requireFile(file: string): Promise<void> {
  const source = await Source.open(file)
  await source.close()
  const problem = storageNameProblem(path.basename(file))
  if (problem !== undefined) throw new Error(`Cannot show ${file}: ${problem}. Give the file another name.`)
}

/** Everything up to the open video. */
async function prepare(
  options: DemoOptions,
  processes: readonly NodeProcess[],
  keys: Keys,
  signal: AbortSignal,
): Promise<void> {
  const { file, nodes } = options
  const name = path.basename(file)
  keys.notYet = 'the nodes are being started'
  await Promise.all(processes.map((node) => node.start()))
  keys.notYet = `${name} is being copied to the nodes`
  const failures = await replicateWithProgress({ file, name, nodes, signal })
  if (failures > 0 && failures === processes.length) throw new Error(`No node could be given ${name}`)
  keys.notYet = undefined
  const isShown = await keys.whilePicking(() => pickAndOpen(options))
  if (!isShown && !hasKeys()) throw new Error('There is nothing to show') // a key may mend it
}

/** Picks, shows, opens. @returns whether there was a node to open from */
async function pickAndOpen({ nodes, file, config, opensBrowser, lesson }: DemoOptions): Promise<boolean> {
  const pick = await pickNode(nodes, path.basename(file), {})
  const where = surroundings(config)
  printPick(pick, where)
  const url = urlToOpen(pick, false)
  if (url === undefined) {
    const isAnyUp = pick.probed.some(({ probe }) => probe.state === 'up')
    console.log(
      hasKeys() && !isAnyUp
        ? 'No node has answered. The number of a dead one starts it, p picks again.'
        : explainNoChoice(pick, where),
    )
    return false
  }
  await openPick(pick, lesson === undefined ? url : `${url}#lesson=${lesson}`, opensBrowser)
  return true
}

/** Obeys keys where there is a terminal, and keeps them on the screen. @returns the line, where there can be one */
function useKeys(keys: Keys, end: AbortController): BottomLine | undefined {
  if (!readKeys((key) => keys.press(key), end)) return undefined
  if (!canShowBottomLine(process.stdout)) {
    console.log(keys.line)
    return undefined
  }
  const bottom = new BottomLine(process.stdout, process.stderr)
  bottom.set(style('bold', keys.line))
  return bottom
}

/** Ends on the usual signals, and when whoever started us is gone. */
function endOnSignal(end: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end.abort())
  onLauncherGone(() => end.abort())
}
