import path from 'node:path'
import { expect, test } from 'vitest'
import { shortPath } from '../src/short-path.ts'

test.for<[file: string, shown: string]>([
  ['nodes.json', 'nodes.json'],
  [path.resolve('media', 'demo.mp4'), path.join('media', 'demo.mp4')],
  ['./a/../b', 'b'],
  ['..', path.resolve('..')],
  [path.resolve('..', 'other'), path.resolve('..', 'other')],
  ['.', path.resolve('.')],
])('%s is shown as a person would say it', ([file, shown]) => {
  expect(shortPath(file)).toBe(shown)
})
