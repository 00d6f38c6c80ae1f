import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { LOADER } from '../helpers/child.ts'
import { PROJECT_FOLDER, runProgram, temporaryFolder } from '../helpers/command.ts'

const SAMPLE = path.join(PROJECT_FOLDER, 'media', 'demo.mp4')
const turnOver = (...args: string[]) =>
  runProgram([process.execPath, ...LOADER, path.join(PROJECT_FOLDER, 'media', 'turn-over.ts'), ...args])

test('the other version has the same size and other bytes, and twice turned over is as before', async () => {
  const folder = temporaryFolder()
  const [once, twice] = [path.join(folder, 'once.mp4'), path.join(folder, 'twice.mp4')]
  expect(await turnOver(SAMPLE, once)).toMatchObject({ code: 0, stderr: '' })
  const [before, after] = [readFileSync(SAMPLE), readFileSync(once)]
  expect(after.length).toBe(before.length)
  const changed = [...before.keys()].filter((at) => before[at] !== after[at])
  const [first = 0, last = 0] = [changed.at(0), changed.at(-1)]
  expect(before.subarray(0, first).lastIndexOf('tkhd')).toBeGreaterThan(first - 100)
  expect(last - first).toBeLessThan(36)
  await turnOver(once, twice)
  expect(readFileSync(twice).equals(before)).toBe(true)
})

test('what is no video is refused in one line, and nothing is written', async () => {
  const folder = temporaryFolder()
  const text = path.join(folder, 'text.mp4')
  writeFileSync(text, 'no video')
  const { code, stderr } = await turnOver(text, path.join(folder, 'new.mp4'))
  expect([code, stderr]).toEqual([1, `error: ${text} is no MP4 with a picture. Take another video.\n`])
  expect(() => readFileSync(path.join(folder, 'new.mp4'))).toThrow('ENOENT')
  expect(await turnOver(SAMPLE)).toMatchObject({ code: 2 })
})
