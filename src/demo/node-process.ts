/** A node as a process of its own, whose lines share our screen and which can be killed like any other. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { isRecord } from '../lab/faults.js'
import type { Starter } from '../node/lab/starter.ts'

const LAUNCH = fileURLToPath(new URL('../cli/launch.cjs', import.meta.url))
const START_NODE = 'src/start-node.ts'

/** How long a node may take to end by itself before it is killed. */
const END_MS = 1_000
/** A node that does not listen after this long never will: a slow laptop with ten nodes takes a tenth of it. */
const START_MS = 60_000

export interface NodeProcessOptions {
  readonly name: string
  /** what `start-node` gets behind the name */
  readonly args: readonly string[]
  /** told of each line that the node prints */
  readonly onLine: (line: string) => void
  /** the nodes that it may ask us to start, and what does so */
  readonly starter?: Starter
  /** how long it may take until it listens */
  readonly startMs?: number
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
   * @throws Error with what the node said when it ends before, or that it takes too long
   */
  async start(): Promise<void> {
    const { name, args, onLine, startMs = START_MS } = this.#options
    const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
    const child = spawn(process.execPath, [...flags, LAUNCH, START_NODE, name, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    const { starter } = this.#options
    if (starter !== undefined) {
      child.send({ starts: starter.names }, () => {}) // one that has ended already says so by itself
      child.on('message', (message: unknown) => {
        if (!isRecord(message)) return
        const { start: name, afterMs } = message
        if (typeof name === 'string' && starter.names.includes(name))
          starter.start(name, Number(afterMs) || 0)
      })
    }
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`${name} does not listen after ${startMs / 1000} s`))
          child.kill('SIGKILL')
        }, startMs)
        /** What it complains of before it listens is the reason why it does not. */
        let complaints: string[] | undefined = []
        const complain = (line: string): void => onLine(`${name}: ${line}`)
        readLines(child.stdout, (line) => {
          onLine(line)
          complaints?.forEach(complain)
          complaints = undefined
          resolve()
        })
        readLines(child.stderr, (line) => {
          if (complaints === undefined) complain(line)
          else complaints.push(line.replace(/^error: /, ''))
        })
        child.once('error', (cause) => {
          this.#child = undefined
          reject(cause)
        })
        child.once('close', (code, signal) => {
          if (this.#child === child) this.#child = undefined
          if (complaints === undefined && signal !== null) onLine(`${name} is dead (${signal})`)
          if (complaints === undefined && code !== null && code !== 0)
            onLine(`${name} has crashed (exit code ${code})`)
          reject(new Error(complaints?.join(' ') || `${name} ended before it listened`)) // nothing, once it listens
        })
      })
    } finally {
      clearTimeout(timer)
    }
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
