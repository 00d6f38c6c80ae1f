/** What lies in the incoming folder: whose it is, and when it is nobody's. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { thisWriter } from '../../src/locks/writer.ts'
import { cleanIncoming, createIncoming, finishIncoming } from '../../src/replication/incoming.ts'
import { PROJECT_FOLDER } from '../helpers/command.ts'

const NUMBER = '0123456789ab'
const world = thisWriter().split('-')[1]
const HOUR_MS = 60 * 60 * 1000

/** A storage folder, and a file in its incoming folder that has the old time of its source. */
function makeIncoming(name: string): { root: string; file: string } {
  const root = mkdtempSync(path.join(tmpdir(), 'incoming-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const file = path.join(root, '.incoming', name)
  mkdirSync(path.dirname(file))
  writeFileSync(file, 'half a copy')
  utimesSync(file, 1_000_000_000, 1_000_000_000)
  return { root, file }
}

function startProcess(): number {
  const child: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

/** The number of a process that has ended. */
const deadProcess = (): number => spawnSync(process.execPath, ['-e', '']).pid

test.for<[whose: string, name: () => string, laterMs: number, stays: boolean]>([
  ['of a living process', () => `${startProcess()}-${world}-${NUMBER}`, 0, true],
  ['of a living process, by an earlier version', () => `${startProcess()}-${NUMBER}`, 0, true],
  [
    'of another world, where nobody here knows who lives',
    () => `${deadProcess()}-00000000-${NUMBER}`,
    0,
    true,
  ],
  ['of an earlier version, which told no world', () => `${deadProcess()}-${NUMBER}`, 0, true],
  ['of a dead process', () => `${deadProcess()}-${world}-${NUMBER}`, 0, false],
  ['of this number before it was ours', () => `${thisWriter()}-${NUMBER}`, 0, true],
  ['of another world, not written to for two hours', () => `1-00000000-${NUMBER}`, 2 * HOUR_MS, false],
  ['of an earlier version, not written to for two hours', () => `1-${NUMBER}`, 2 * HOUR_MS, false],
  ['of a living number, not written to for two hours', () => `1-${world}-${NUMBER}`, 2 * HOUR_MS, false],
  ['that is none of ours', () => 'notes.txt', 2 * HOUR_MS, true],
])('what was written a moment ago with an old time: a file %s', async ([, name, laterMs, stays]) => {
  const { root, file } = makeIncoming(name())
  await cleanIncoming(root, Date.now() + laterMs)
  expect(existsSync(file)).toBe(stays)
})

test('what this process writes is no leftover, however long it takes', async () => {
  const { root } = makeIncoming('notes.txt')
  const { path: file, handle } = await createIncoming(root)
  await handle.close()
  await cleanIncoming(root, Date.now() + 2 * HOUR_MS)
  expect(existsSync(file)).toBe(true)
})

/** In a PID namespace of its own, as in a container, our number is nobody's. */
const UNSHARE = ['unshare', '--pid', '--fork', '--mount-proc'] as const
function canUnshare(): boolean {
  const [program, ...args] = UNSHARE
  return spawnSync(program, [...args, 'true']).status === 0
}

test.skipIf(!canUnshare())('a process in a container leaves the living copy of one outside alone', () => {
  const pid = startProcess()
  const { root, file } = makeIncoming(`${pid}-${world}-${NUMBER}`)
  const script = path.join(PROJECT_FOLDER, 'src', 'replication', 'incoming.ts')
  const code = `import(${JSON.stringify(script)}).then(({ cleanIncoming }) => cleanIncoming(${JSON.stringify(root)}))`
  const [program, ...args] = UNSHARE
  const node = [process.execPath, '--import', import.meta.resolve('tsx'), '-e', code]
  execFileSync(program, [...args, ...node], { stdio: 'pipe' })
  expect(existsSync(file)).toBe(true)
  execFileSync(process.execPath, node.slice(1), { stdio: 'pipe' })
  expect(existsSync(file)).toBe(true)
})

test('a finished file has been flushed to the disk before it is closed', async () => {
  const { root } = makeIncoming('notes.txt')
  const order: string[] = []
  const { path: file, handle } = await createIncoming(root)
  for (const step of ['sync', 'datasync', 'close'] as const) {
    const original = handle[step].bind(handle)
    vi.spyOn(handle as FileHandle, step).mockImplementation(async () => {
      order.push(step)
      await original()
    })
  }
  await handle.writeFile('a copy')
  await finishIncoming({ path: file, handle })
  expect(order).toEqual(['sync', 'close'])
  await expect(open(file).then(async (again) => again.close())).resolves.toBeUndefined()
  expect(readdirSync(path.dirname(file))).toContain(path.basename(file))
})
