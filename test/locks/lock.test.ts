import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { isStaleLock, withLock } from '../../src/locks/lock.ts'
import { thisWriter } from '../../src/locks/writer.ts'

function makeFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lock-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('who asks for the same name waits for whoever has it; nothing is left behind', async () => {
  const folder = makeFolder()
  let inside = 0
  const switchOver = (): Promise<void> =>
    withLock(folder, 'week 1/talk.mp4', async () => {
      inside++
      expect(inside).toBe(1)
      expect(readdirSync(folder)).toHaveLength(1)
      await delay(5)
      inside--
    })
  await Promise.all([switchOver(), switchOver(), switchOver()])
  expect(readdirSync(folder)).toEqual([])
})

test('names do not wait for each other', async () => {
  const folder = makeFolder()
  await withLock(folder, 'a.mp4', () => withLock(folder, 'b.mp4', async () => {}))
})

test('a failure gives the lock up', async () => {
  const folder = makeFolder()
  await expect(withLock(folder, 'a.mp4', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(readdirSync(folder)).toEqual([])
})

test.for<[whose: string, holder: () => string, isStale: boolean]>([
  ['this process', thisWriter, false],
  [
    'a dead process',
    () => thisWriter().replace(/^\d+/, String(spawnSync(process.execPath, ['-e', '']).pid)),
    true,
  ],
  ['a process of another world', () => '1-00000000', false],
  ['somebody who has just made it', () => '', false],
])('a lock of %s', async ([, holder, isStale]) => {
  const lock = path.join(makeFolder(), 'x.lock')
  writeFileSync(lock, holder())
  expect(await isStaleLock(lock)).toBe(isStale)
})

test('the lock of a process that was killed is broken', async () => {
  const folder = makeFolder()
  await withLock(folder, 'a.mp4', async () => {
    const [lock = ''] = readdirSync(folder)
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    writeFileSync(path.join(folder, lock), thisWriter().replace(/^\d+/, String(dead)))
    await withLock(folder, 'a.mp4', async () => {})
  })
  expect(readdirSync(folder)).toEqual([])
})
