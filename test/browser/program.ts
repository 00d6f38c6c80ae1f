/** Browsers and their drivers as processes: waiting for what they say, ending them, folders that go with them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** A process that a test has started. */
export interface Program {
  /** what the pattern found in the first line that it fits */
  readonly said: string
  end(): Promise<void>
}

/** How long a program that was asked to end may take. */
const END_MS = 5_000

/**
 * Starts a program and waits until it says something.
 * @param pattern with one group; without one it is ready as soon as it runs
 * @throws when it ends before
 */
export function startProgram(
  command: string,
  args: readonly string[],
  pattern?: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let all = ''
    child.once('error', reject)
    if (pattern === undefined) child.once('spawn', () => resolve({ said: '', end: () => end(child) }))
    child.once('exit', (code) =>
      reject(new Error(`${command} ended (${code}) without ${pattern}: ${all.trim()}`)),
    )
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        all += `${line}\n`
        const [, said] = pattern?.exec(line) ?? []
        if (said !== undefined) resolve({ said, end: () => end(child) })
      })
    }
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill()
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS)
  await gone
  clearTimeout(timer)
}

/** A new folder, and what removes it: a browser that has just ended may still write there. */
export function makeProfile(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'browser-test-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }) }
}
