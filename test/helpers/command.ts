/**
 * The commands as a user has them: real processes, in a project folder of their own. Whatever a test
 * starts here ends with the test.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import { LOADER } from './child.ts'
import { plainScript } from './plain-js.ts'
import { descendantsOf, HAS_PROC, isListening, processesWith } from './processes.ts'

export type CommandName =
  | 'rehearse'
  | 'fault'
  | 'viewers'
  | 'start-node'
  | 'replicate'
  | 'pick-node'
  | 'pull'
  | 'demo'

/** The folder of the project under test. */
export const PROJECT_FOLDER = fileURLToPath(new URL('../..', import.meta.url))

/** The words that start a command: the program and its arguments. */
export const commandLine = (name: CommandName, args: readonly string[]): [string, ...string[]] =>
  // It starts other commands, as they are.
  name === 'demo' || name === 'rehearse'
    ? commandAsItIs(name, args)
    : [process.execPath, plainScript(name), ...args]

/** The same in TypeScript and in its place: for what a command says of that. */
export const commandAsItIs = (name: CommandName, args: readonly string[]): [string, ...string[]] => [
  process.execPath,
  ...LOADER,
  path.join(PROJECT_FOLDER, 'src', `${name}.ts`),
  ...args,
]

/** How a process ended and what it said. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  /** default: an empty folder that has nothing to do with the project */
  readonly cwd?: string
  /** on top of the cleaned environment; `undefined` takes a variable away */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** What must not leak from whoever runs the tests into what they run. */
const FOREIGN = /^(?:npm_|VITEST|INIT_CWD$|NODE_OPTIONS$|FORCE_COLOR$|DEBUG$|BROWSER$|WSL_)/i

/** Our environment without what npm and vitest add to it, and without colours. */
function cleanEnvironment(env: CommandOptions['env']): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([key]) => !FOREIGN.test(key))
  return { ...Object.fromEntries(own), NO_COLOR: '1', ...env }
}

/** A process that goes on until it ends by itself, is killed, or the test is over. */
export class RunningCommand {
  readonly child: ChildProcess
  /** how it ends, when all it said has been read */
  readonly ended: Promise<Ended>
  #stdout = ''
  #stderr = ''
  #hasEnded = false
  readonly #watchers = new Set<() => void>()

  constructor([program, ...args]: readonly [string, ...string[]], { cwd, env }: CommandOptions = {}) {
    const child = spawn(program, args, {
      cwd: cwd ?? temporaryFolder(),
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child = child
    const watch = (): void => {
      for (const watcher of this.#watchers) watcher()
    }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
      watch()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      watch()
    })
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        this.#hasEnded = true
        watch()
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr })
      })
    })
    this.ended.catch(() => {}) // for tests that never look
    onTestFinished(() => killTree(child))
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The process was not started')
    return this.child.pid
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Complete lines of stdout so far. */
  get lines(): string[] {
    return this.#stdout.split('\n').slice(0, -1)
  }

  /** Waits for a line of stdout. Rejects with all that was said when the process ends without it. */
  waitForLine(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const line = this.lines.find((line) => pattern.test(line))
        if (line === undefined && !this.#hasEnded) return
        this.#watchers.delete(look)
        if (line !== undefined) resolve(line)
        else
          reject(
            new Error(`Ended without a line like ${pattern}. It said:\n${this.#stdout}\n${this.#stderr}`),
          )
      }
      this.#watchers.add(look)
      look()
    })
  }

  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal)
    return this.ended
  }
}

/** Starts a command and leaves it running. */
export const startCommand = (
  name: CommandName,
  args: readonly string[],
  options?: CommandOptions,
): RunningCommand => new RunningCommand(commandLine(name, args), options)

/** Runs a command to its end. */
export const runCommand = (
  name: CommandName,
  args: readonly string[],
  options?: CommandOptions,
): Promise<Ended> => startCommand(name, args, options).ended

/** Runs any program to its end, as {@link runCommand} does. */
export const runProgram = (words: readonly [string, ...string[]], options?: CommandOptions): Promise<Ended> =>
  new RunningCommand(words, options).ended

/** Kills a process that we started and all that it started, by number. Waits until it is gone. */
async function killTree(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const descendants = descendantsOf(pid)
  child.kill('SIGKILL')
  for (const descendant of descendants) kill(descendant)
  await gone
}

/**
 * Waits until no process of this project is left: its node list has a path that nobody else's has. An open port
 * proves nothing where processes can be seen: it was free for a moment, and another test may have been given it.
 */
export async function expectNothingLeft({ config, nodes }: TestProject): Promise<void> {
  await until('no process is left', async () => {
    if (HAS_PROC) return processesWith(config).length === 0
    const open = await Promise.all(nodes.map(({ port }) => isListening(port)))
    return !open.includes(true)
  })
}

/** Kills what is left of this project's processes: all, or the node of this name. */
export function killNodes({ config }: TestProject, ...names: [name: string] | []): void {
  for (const pid of processesWith(config, ...names)) kill(pid)
}

/** Kills a process by number, if it is still there. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // gone by itself
  }
}

/** Failed, with one line that says why, and no stack. */
export function expectError(ended: Ended, why: RegExp): void {
  expect(ended.stderr).toMatch(/^error: [^\n]+\n$/)
  expect(ended.stderr).toMatch(why)
  expect(ended.code).toBe(1)
}

/** Refused as wrong usage: the error, the usage line, and nothing else. */
export function expectUsageError(ended: Ended, name: CommandName, why: RegExp): void {
  expect(ended.stderr).toMatch(/^error: [^\n]+\nusage: [^\n]+\n$/)
  expect(ended.stderr).toContain(`\nusage: ${name}`)
  expect(ended.stderr.split('\n')[0]).toMatch(why)
  expect(ended.stdout).toBe('')
  expect(ended.code).toBe(2)
}

/** A new folder that goes with the test; its name has no links in it. */
export function temporaryFolder(name = ''): string {
  const outer = mkdtempSync(path.join(realpathSync(tmpdir()), 'dsm-test-'))
  onTestFinished(() => rmSync(outer, { recursive: true, force: true, maxRetries: 5 }))
  const folder = path.join(outer, name)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** One node of a test's node list. */
export interface TestNode {
  readonly name: string
  readonly port: number
  readonly latencyMs: number
  /** absolute; in the node list it is relative */
  readonly root: string
  readonly url: string
}

/** A folder with a node list of three nodes and their storage folders. */
export interface TestProject {
  readonly folder: string
  /** path of its node list */
  readonly config: string
  readonly nodes: readonly [TestNode, TestNode, TestNode]
}

export interface ProjectOptions {
  /** the last part of the folder's path */
  readonly folderName?: string
  readonly latenciesMs?: readonly [number, number, number]
  /** default: ports that were free a moment ago */
  readonly ports?: readonly number[]
}

/** Makes a project folder. */
export async function makeProject(options: ProjectOptions = {}): Promise<TestProject> {
  const { latenciesMs = [0, 0, 0], ports = await freePorts(3) } = options
  const folder = temporaryFolder(options.folderName)
  const nodeAt = (index: 0 | 1 | 2): TestNode => {
    const name = `node${index + 1}`
    const port = ports[index] ?? 0
    const root = path.join(folder, name, 'storage')
    mkdirSync(root, { recursive: true })
    return { name, port, latencyMs: latenciesMs[index], root, url: `http://127.0.0.1:${port}` }
  }
  const nodes = [nodeAt(0), nodeAt(1), nodeAt(2)] as const
  const config = path.join(folder, 'nodes.json')
  const listed = nodes.map(({ name, port, latencyMs }) => ({
    name,
    port,
    latencyMs,
    root: `${name}/storage`,
  }))
  writeFileSync(config, JSON.stringify({ nodes: listed }, null, 2))
  return { folder, config, nodes }
}

/** Below what any system gives out by itself (Linux: from 32,768), so that nobody is given a port that we let go. */
const OWN_PORTS = { first: 11_000, perWorker: 1_000, workers: 20 }
const ownFirst =
  OWN_PORTS.first + (Number(process.env['VITEST_POOL_ID'] ?? 0) % OWN_PORTS.workers) * OWN_PORTS.perWorker
let nextPort = process.pid % OWN_PORTS.perWorker

/** Ports that nobody listens on: each test worker tries its own, one after the other. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  for (let tries = 0; ports.length < count; tries++) {
    if (tries === OWN_PORTS.perWorker) throw new Error('No port is free')
    const port = ownFirst + (nextPort++ % OWN_PORTS.perWorker)
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)))
  })
}

/** Listens on a free port of this machine. @returns the port */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, () => resolve((server.address() as AddressInfo).port))
  })
}

/** Asks again and again until it is so. A bound only so that a failing test says what it waited for. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const givesUpAtMs = performance.now() + 30_000
  while (!(await isSo())) {
    if (performance.now() > givesUpAtMs) throw new Error(`Waited in vain until ${what}`)
    await delay(2)
  }
}

/** A reply of which only the first bytes were read. */
export interface HeldReply {
  readonly response: IncomingMessage
  /** Reads what still comes, until the connection is done. */
  readRest(): Promise<{ readonly bytes: number; readonly isComplete: boolean }>
  hangUp(): void
}

/** Asks for a URL, reads the first bytes of the answer and then nothing more. */
export function holdReply(url: string): Promise<HeldReply> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => {
      let bytes = 0
      const done = new Promise<void>((resolve) => response.once('close', resolve))
      response.on('error', () => {}) // told by `complete`
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
      })
      response.once('data', () => {
        response.pause()
        resolve({
          response,
          hangUp: () => request.destroy(),
          readRest: async () => {
            response.resume()
            await done
            return { bytes, isComplete: response.complete }
          },
        })
      })
    })
    request.once('error', reject)
  })
}
