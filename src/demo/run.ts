/** The whole demo in one terminal: nodes as processes, a video on all of them, and keys to kill them. */
import path from 'node:path'
import { onLauncherGone } from '../cli/launcher.ts'
import { explainNoChoice, openPick, printPick, urlToOpen } from '../cli/pick-report.ts'
import { surroundings } from '../cli/printed-command.ts'
import { replicateWithProgress } from '../cli/replicate-progress.ts'
import { inNodeColour, style } from '../cli/terminal.ts'
import { isForeign, type ListedNode } from '../node-list.ts'
import { pickNode } from '../picking/pick.ts'
import { readKeys } from './keys.ts'
import { NodeProcess } from './node-process.ts'

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
}

/**
 * Runs the demo until a key or a signal ends it. Leaves no process behind, however it ends.
 * @throws Error when a node cannot start or no node has the video
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { nodes, config, logs } = options
  const processes = nodes.flatMap((node, index) =>
    isForeign(node)
      ? []
      : new NodeProcess({
          name: node.name,
          args: ['--config', config, '--log', logs],
          onLine: (line) => console.log(inNodeColour(index, line)),
        }),
  )
  const end = new AbortController()
  endOnSignal(end)
  const ended = new Promise((resolve) => end.signal.addEventListener('abort', resolve))
  try {
    await Promise.race([prepare(options, processes, end.signal), ended])
    if (!end.signal.aborted) {
      useKeys(options, processes, end)
      await ended
    }
  } catch (error) {
    if (!end.signal.aborted) throw error // what failed because the end had come is no failure
  } finally {
    process.stdin.pause()
    await Promise.all(processes.map((node) => node.stop()))
  }
}

/** Everything up to the open video. */
async function prepare(
  options: DemoOptions,
  processes: readonly NodeProcess[],
  signal: AbortSignal,
): Promise<void> {
  const { file, nodes } = options
  await Promise.all(processes.map((node) => node.start()))
  await replicateWithProgress({ file, name: path.basename(file), nodes, signal })
  if (!(await pickAndOpen(options))) throw new Error('There is nothing to show')
}

/** Picks, shows, opens. @returns whether there was a node to open from */
async function pickAndOpen({ nodes, file, config, opensBrowser }: DemoOptions): Promise<boolean> {
  const pick = await pickNode(nodes, path.basename(file), {})
  const where = surroundings(config)
  printPick(pick, where)
  const url = urlToOpen(pick, false)
  if (url === undefined) {
    console.log(explainNoChoice(pick, where))
    return false
  }
  await openPick(pick, url, opensBrowser)
  return true
}

/** Obeys keys where there is a terminal. */
function useKeys(options: DemoOptions, processes: readonly NodeProcess[], end: AbortController): void {
  const help = [
    ...processes
      .slice(0, 9)
      .map(({ name }, index) => `  ${index + 1}  kill ${name} with SIGKILL, or start it again`),
    '  p  pick again',
    '  ?  this help',
    '  q  end everything (or Ctrl+C)',
  ].join('\n')
  const onKey = async (key: string): Promise<void> => {
    const node = processes[Number(key) - 1]
    if (node !== undefined) await toggle(node)
    else if (key === 'p') await pickAndOpen(options)
    else if (key === '?' || key === 'h') console.log(help)
    else if (key === 'q') end.abort()
  }
  if (readKeys(onKey, end))
    console.log(
      style('bold', `Keys: 1-${processes.length} kill or start a node, p pick again, ? help, q end`),
    )
  else console.log('Ctrl+C ends everything.')
}

async function toggle(node: NodeProcess): Promise<void> {
  if (node.isRunning) return node.kill()
  await node.start().catch((error: Error) => console.log(`${node.name} did not start: ${error.message}`))
}

/** Ends on the usual signals, and when whoever started us is gone. */
function endOnSignal(end: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end.abort())
  onLauncherGone(() => end.abort())
}
