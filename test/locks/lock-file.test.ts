import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { breakLock, holderOf, makeLock } from '../../src/locks/lock-file.ts'
import { thisWriter } from '../../src/locks/writer.ts'

let folder = ''
let lock = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lock-'))
  lock = path.join(folder, 'x.lock')
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

test('of many who take a lock at once one has it, and it says who', async () => {
  const taken = await Promise.all(Array.from({ length: 10 }, () => makeLock(lock)))
  expect(taken.filter((isMine) => isMine)).toEqual([true])
  expect(await holderOf(lock)).toEqual({ pid: process.pid, isGone: false, isSilent: false })
})

test('where there can be no lock there is the error of the system', async () => {
  await expect(makeLock(path.join(folder, 'away', 'x.lock'))).rejects.toThrow('ENOENT')
})

test('what says nothing has a holder all the same, and what is not there has none', async () => {
  expect(await holderOf(lock)).toBeUndefined()
  writeFileSync(lock, '')
  expect(await holderOf(lock)).toEqual({ pid: 0, isGone: false, isSilent: false })
})

test('a lock that is broken by several at once is gone once, and can be taken', async () => {
  writeFileSync(lock, '1-00000000')
  await Promise.all([1, 2, 3].map((number) => breakLock(lock, `${lock}.${number}`)))
  expect(existsSync(lock)).toBe(false)
  expect(await makeLock(lock)).toBe(true)
  expect(readFileSync(lock, 'utf8')).toBe(thisWriter())
})
