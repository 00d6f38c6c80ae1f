import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { findLookalike } from '../src/lookalike.ts'
import { temporaryFolder } from './helpers/storage.ts'

const [COMPOSED, DECOMPOSED] = ['caf\u00e9', 'cafe\u0301']

test.for<[what: string, there: string, asked: string, found: string | undefined]>([
  ['composed for decomposed', `${DECOMPOSED}.mp4`, `${COMPOSED}.mp4`, `${DECOMPOSED}.mp4`],
  ['decomposed for composed', `${COMPOSED}.mp4`, `${DECOMPOSED}.mp4`, `${COMPOSED}.mp4`],
  [
    'in a folder, of both kinds',
    `${DECOMPOSED}/${COMPOSED}.mp4`,
    `${COMPOSED}/${DECOMPOSED}.mp4`,
    `${DECOMPOSED}/${COMPOSED}.mp4`,
  ],
  ['the very name', `${COMPOSED}.mp4`, `${COMPOSED}.mp4`, undefined],
  ['another name', `${COMPOSED}.mp4`, `caf\u00e8.mp4`, undefined],
  ['letters that only look alike', 'a.mp4', '\u0430.mp4', undefined],
  ['a name of ASCII', 'cafe.mp4', 'cafes.mp4', undefined],
  ['a file where a folder is asked for', `${DECOMPOSED}`, `${COMPOSED}/x.mp4`, undefined],
])('%s', async ([, there, asked, found]) => {
  const folder = temporaryFolder()
  mkdirSync(path.dirname(path.join(folder, there)), { recursive: true })
  writeFileSync(path.join(folder, there), '')
  expect(await findLookalike(folder, asked)).toBe(found)
})

test('a folder that is not there has no lookalikes', async () => {
  expect(await findLookalike(path.join(temporaryFolder(), 'none'), COMPOSED)).toBeUndefined()
})

test('who asks for a name that is there gets no other, although one that looks the same is there, too', async () => {
  const folder = temporaryFolder()
  for (const name of [COMPOSED, DECOMPOSED]) writeFileSync(path.join(folder, name), '')
  expect(await findLookalike(folder, COMPOSED)).toBeUndefined()
  expect(await findLookalike(folder, DECOMPOSED)).toBeUndefined()
})
