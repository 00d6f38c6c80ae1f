/** A node as a process of its own, whose lines share our screen and which can be killed like any other. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const LAUNCH = fileURLToPath(new URL('../cli/launch.cjs', import.meta.url))
const START_NODE = 'src/start-node.ts'

/** How long a node may take to end by itself before it is killed. */
const END_MS = 1_000

export interface NodeProcessOptions {
  readonly name: string
  /** what `start-node` gets behind the name */
  readonly args: readonly string[]
  /** told of each line that the node prints */
  readonly onLine: (line: string) => void
}

/** One node. It ends with us, however we end: its IPC channel closes when our process is gone. */
export class NodeProcess {
  readonly name: string
  readonly #options: NodeProcessOptions
  #child: ChildProcess | undefined

  constructor(options: NodeProcessOptions) {
    this.name = options.name
    this.#options = options
  }

  get isRunning(): boolean {
    return this.#child !== undefined
  }

  /**
   * Starts the node and waits until it listens, which is when it prints its first line.
   * @throws Error with what the node said when it ends before
   */
  start(): Promise<void> {
    const { name, args, onLine } = this.#options
    const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
    const child = spawn(process.execPath, [...flags, LAUNCH, START_NODE, name, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    return new Promise((resolve, reject) => {
      const complaints: string[] = []
      readLines(child.stdout, (line) => {
        onLine(line)
        resolve()
      })
      readLines(child.stderr, (line) => {
        complaints.push(line.replace(/^error: /, ''))
        if (this.#child === child) onLine(`${name}: ${line}`)
      })
      child.once('error', reject)
      child.once('close', (_code, signal) => {
        if (this.#child === child) this.#child = undefined
        reject(new Error(complaints.join(' ') || `${name} ended before it listened`)) // nothing, once it listens
        if (signal !== null) onLine(`${name} is dead (${signal})`)
      })
    })
  }

  /** Kills the node as a power cut would. Waits until it is gone. */
  async kill(): Promise<void> {
    await this.#endWith('SIGKILL')
  }

  /** Asks the node to stop, and kills it when it does not. Waits until it is gone. */
  async stop(): Promise<void> {
    const killer = setTimeout(() => this.#child?.kill('SIGKILL'), END_MS)
    await this.#endWith('SIGTERM')
    clearTimeout(killer)
  }

  #endWith(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      child.once('close', () => resolve())
      child.kill(signal)
    })
  }
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on('line', onLine)
}
