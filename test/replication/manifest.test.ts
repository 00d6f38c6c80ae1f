import { closeSync, mkdtempSync, openSync, rmSync, statSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  chunkSizeFor,
  manifestFits,
  manifestPath,
  modificationTimeMs,
  parseManifest,
} from '../../src/replication/manifest.ts'
import { MAX_MANIFEST_BYTES, type Manifest } from '../../src/version/manifest.js'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB
const HASH = '0123456789abcdef'.repeat(4)

test.for<[rule: string, sizeBytes: number, chunkSize: number]>([
  ['an empty file', 0, 256 * KIB],
  ['a small file', 1, 256 * KIB],
  ['4096 chunks of the smallest size', GIB, 256 * KIB],
  ['one byte more', GIB + 1, 512 * KIB],
  ['4096 chunks of twice that', 2 * GIB, 512 * KIB],
  ['one byte more than that', 2 * GIB + 1, MIB],
  ['a film of 100 GiB', 100 * GIB, 32 * MIB],
])('%s has chunks of the right size', ([, sizeBytes, chunkSize]) => {
  expect(chunkSizeFor(sizeBytes)).toBe(chunkSize)
})

test('a file never has more than 4096 chunks, nor larger ones than it needs', () => {
  for (let sizeBytes = 1; sizeBytes < Number.MAX_SAFE_INTEGER; sizeBytes = Math.ceil(sizeBytes * 1.3)) {
    const chunkSize = chunkSizeFor(sizeBytes)
    expect(Number.isInteger(Math.log2(chunkSize / (256 * KIB)))).toBe(true)
    expect(Math.ceil(sizeBytes / chunkSize)).toBeLessThanOrEqual(4096)
    if (chunkSize > 256 * KIB) expect(Math.ceil(sizeBytes / (chunkSize / 2))).toBeGreaterThan(4096)
  }
})

test.for<[name: string, ...below: string[]]>([
  ['demo.mp4', '.manifests', 'demo.mp4.json'],
  ['week 1/demo.mp4', '.manifests', 'week 1', 'demo.mp4.json'],
  ['demo', '.manifests', 'demo.json'],
])('the manifest of %s stands at the same place in its own folder', ([name, ...below]) => {
  expect(manifestPath('/root', name)).toBe(path.join('/root', ...below))
})

const GOOD: Manifest = {
  version: 1,
  name: 'demo.mp4',
  size: 600 * KIB,
  mtimeMs: 1_700_000_000_123,
  sha256: HASH,
  chunkSize: 256 * KIB,
  chunks: [HASH, HASH, HASH],
}

test.for<[what: string, manifest: Manifest]>([
  ['a file', GOOD],
  ['a file that ends with a chunk', { ...GOOD, size: 768 * KIB }],
  ['a file of one byte', { ...GOOD, size: 1, chunks: [HASH] }],
  ['an empty file', { ...GOOD, size: 0, chunks: [] }],
  ['a file from before 1970', { ...GOOD, mtimeMs: -1000 }],
  ['a file with the pieces of its opening', { ...GOOD, opening: Array<string>(8).fill(HASH) }],
  ['a small file with two', { ...GOOD, size: 33 * KIB, chunks: [HASH], opening: [HASH, HASH] }],
])('the manifest of %s is read as it was written', ([, manifest]) => {
  expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest)
})

test.for<[what: string, changes: Record<string, unknown>]>([
  ['another version', { version: 2 }],
  ['a version in quotes', { version: '1' }],
  ['no version', { version: undefined }],
  ['no name', { name: undefined }],
  ['a name that is no text', { name: 5 }],
  ['no size', { size: undefined }],
  ['a size in quotes', { size: '614400' }],
  ['a size with a fraction', { size: 600 * KIB + 0.5 }],
  ['a size past 2^53', { size: 2 ** 60, chunkSize: 2 ** 59, chunks: [HASH, HASH] }],
  ['a size below zero', { size: -1, chunks: [] }],
  ['no time', { mtimeMs: undefined }],
  ['a time in quotes', { mtimeMs: '1700000000123' }],
  ['no hash', { sha256: undefined }],
  ['a hash in capitals', { sha256: HASH.toUpperCase() }],
  ['a short hash', { sha256: HASH.slice(1) }],
  ['a long hash', { sha256: `${HASH}0` }],
  ['a hash with a line end', { sha256: `${HASH}\n` }],
  ['a hash in a list', { sha256: [HASH] }],
  ['no chunk size', { chunkSize: undefined }],
  ['a chunk size of 0', { chunkSize: 0 }],
  ['a chunk size below zero', { chunkSize: -256 * KIB }],
  ['a chunk size with a fraction', { chunkSize: 256 * KIB - 0.5 }],
  ['no chunks', { chunks: undefined }],
  ['chunks that are no list', { chunks: HASH }],
  ['a chunk missing', { chunks: [HASH, HASH] }],
  ['a chunk too many', { chunks: [HASH, HASH, HASH, HASH] }],
  ['a chunk that is no hash', { chunks: [HASH, HASH, 'x'] }],
  ['a chunk that is nothing', { chunks: [HASH, null, HASH] }],
  ['a piece missing', { opening: Array<string>(7).fill(HASH) }],
  ['a piece too many', { opening: Array<string>(9).fill(HASH) }],
  ['a piece that is no hash', { opening: [...Array<string>(7).fill(HASH), 'x'] }],
  ['pieces that are no list', { opening: { length: 8 } }],
  ['pieces that are nothing', { opening: null }],
])('with %s it is no manifest', ([, changes]) => {
  expect(parseManifest(JSON.stringify({ ...GOOD, ...changes }))).toBeUndefined()
})

test.for([
  '',
  '{',
  'null',
  '5',
  '"text"',
  '[]',
  '{}',
  'true',
  '\0',
  JSON.stringify(GOOD).slice(0, -1),
])('the text %j is no manifest', (text) => {
  expect(parseManifest(text)).toBeUndefined()
})

test('the longest manifest is within the limit, whatever the name', () => {
  const [chunks, opening] = [Array<string>(4096).fill(HASH), Array<string>(8).fill(HASH)]
  const longest = { ...GOOD, size: Number.MAX_SAFE_INTEGER, name: '\u00e9'.repeat(2048), chunks, opening }
  expect(Buffer.byteLength(JSON.stringify(longest))).toBeLessThan(MAX_MANIFEST_BYTES)
})

test.for<[rule: string, size: number, mtimeMs: number, fits: boolean]>([
  ['the same size and time fit', GOOD.size, GOOD.mtimeMs, true],
  ['a fraction of a millisecond is lost on some disks', GOOD.size, GOOD.mtimeMs + 0.9, true],
  ['another size is another version', GOOD.size + 1, GOOD.mtimeMs, false],
  ['a later time is another version', GOOD.size, GOOD.mtimeMs + 1, false],
  ['an earlier time is another version', GOOD.size, GOOD.mtimeMs - 1, false],
])('%s', ([, size, mtimeMs, fits]) => {
  expect(manifestFits(GOOD, size, mtimeMs)).toBe(fits)
})

test.for([
  0, 1, 1_700_000_000_000, 1_700_000_000_123, 1_700_000_000_999,
])('the modification time %i is read from a file to the millisecond', (timeMs) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'manifest-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'a')
  closeSync(openSync(file, 'w'))
  utimesSync(file, timeMs / 1000, (timeMs + 0.25) / 1000) // doubles of seconds are not exact
  expect(modificationTimeMs(statSync(file, { bigint: true }))).toBe(timeMs)
})
