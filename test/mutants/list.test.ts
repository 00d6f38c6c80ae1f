import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { MUTANTS } from './list.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

test('every edit has one place in the program as it is, and tests that exist', () => {
  const stale = MUTANTS.filter(({ file, old, tests }) => {
    const places = readFileSync(path.join(PROJECT, file), 'utf8').split(old).length - 1
    return places !== 1 || tests.some((name) => !existsSync(path.join(PROJECT, name)))
  })
  expect(stale.map(({ file, old }) => `${file}: ${old}`)).toEqual([])
})
