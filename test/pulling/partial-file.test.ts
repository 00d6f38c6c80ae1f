import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { thisWriter } from '../../src/locks/writer.ts'
import { ClaimedError } from '../../src/pulling/claim.ts'
import { PART_SUFFIX, PartialFile } from '../../src/pulling/partial-file.ts'
import { OccupiedError } from '../../src/pulling/place.ts'
import type { SwarmFile } from '../../src/swarm/fetch-range.js'
import { numberedRecords, temporaryFolder } from '../helpers/storage.ts'

const CHUNK = 100
/** Three and a half chunks. */
const CONTENT = numberedRecords(35)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What a manifest would say of these bytes. */
function fileOf(content: Buffer): Required<Omit<SwarmFile, 'etag' | 'opening'>> {
  const chunks: string[] = []
  for (let start = 0; start < content.length; start += CHUNK)
    chunks.push(sha256(content.subarray(start, start + CHUNK)))
  return { name: 'talk.mp4', size: content.length, chunkSize: CHUNK, chunks, sha256: sha256(content) }
}
const FILE = fileOf(CONTENT)
const UNVERIFIED: SwarmFile = { name: 'talk.mp4', size: CONTENT.length, chunkSize: CHUNK }
const chunkOf = (chunk: number): Buffer => CONTENT.subarray(chunk * CHUNK, (chunk + 1) * CHUNK)

/** Where a download goes, and what an earlier run has left of it. */
function place(left?: Uint8Array): { target: string; part: string; folder: string } {
  const folder = temporaryFolder()
  const target = path.join(folder, 'talk.mp4')
  if (left !== undefined) writeFileSync(target + PART_SUFFIX, left)
  return { target, part: target + PART_SUFFIX, folder }
}

async function writeAll(part: PartialFile, chunks = [0, 1, 2, 3]): Promise<void> {
  for (const chunk of chunks) if (!part.have.has(chunk)) await part.write(chunk, chunkOf(chunk))
}

/** With one byte changed. */
function flipped(content: Buffer, at: number): Buffer {
  const copy = Buffer.from(content)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

describe('what an earlier run has left', () => {
  test.for<[what: string, left: Buffer | undefined, have: number[]]>([
    ['nothing', undefined, []],
    ['an empty file', Buffer.alloc(0), []],
    ['all of it', CONTENT, [0, 1, 2, 3]],
    ['room for all of it, and nothing in it', Buffer.alloc(CONTENT.length), []],
    ['a wrong byte in the second chunk', flipped(CONTENT, 150), [0, 2, 3]],
    ['a wrong last byte', flipped(CONTENT, CONTENT.length - 1), [0, 1, 2]],
    ['a file cut within a chunk', CONTENT.subarray(0, 250), [0, 1]],
    ['a file cut between two chunks', CONTENT.subarray(0, 200), [0, 1]],
    ['a byte too few', CONTENT.subarray(0, -1), [0, 1, 2]],
    ['a longer file', Buffer.concat([CONTENT, CONTENT]), [0, 1, 2, 3]],
    ['another file', Buffer.from('x'.repeat(1000)), []],
  ])('%s: only true chunks count, and the rest completes it', async ([, left, have]) => {
    const { target, folder } = place(left)
    const part = await PartialFile.open(target, FILE)
    expect([...part.have]).toEqual(have)
    await writeAll(part)
    expect(await part.finish(undefined, false)).toBe(FILE.sha256)
    expect(readFileSync(target).equals(CONTENT)).toBe(true)
    expect(readdirSync(folder)).toEqual(['talk.mp4'])
  })

  test('cannot be told to be true without a manifest', async () => {
    const { target } = place(CONTENT)
    const part = await PartialFile.open(target, UNVERIFIED)
    expect([...part.have]).toEqual([])
    await part.close(false)
  })
})

test('chunks are written in any order, and more than once', async () => {
  const { target } = place()
  const part = await PartialFile.open(target, FILE)
  await Promise.all([3, 1, 0, 2, 1].map((chunk) => part.write(chunk, chunkOf(chunk))))
  expect(existsSync(target)).toBe(false)
  await part.finish(undefined, false)
  expect(readFileSync(target).equals(CONTENT)).toBe(true)
})

describe('the end', () => {
  test('gives the file the time of the original', async () => {
    const { target } = place()
    const part = await PartialFile.open(target, FILE)
    await writeAll(part)
    await part.finish(Date.UTC(2024, 1, 29, 12), false)
    expect(statSync(target).mtime).toEqual(new Date(Date.UTC(2024, 1, 29, 12)))
  })

  test('takes the place of the old version, which stands until then', async () => {
    const { target } = place()
    writeFileSync(target, 'the old version')
    const part = await PartialFile.open(target, FILE)
    await writeAll(part)
    expect(readFileSync(target, 'utf8')).toBe('the old version')
    await part.finish(undefined, true)
    expect(readFileSync(target).equals(CONTENT)).toBe(true)
  })

  test('replaces nothing that has come into being meanwhile, unless it may', async () => {
    const { target, folder } = place()
    const part = await PartialFile.open(target, FILE)
    await writeAll(part)
    writeFileSync(target, 'mine')
    await expect(part.finish(undefined, false)).rejects.toThrow(OccupiedError)
    expect(readFileSync(target, 'utf8')).toBe('mine')
    expect(readdirSync(folder)).toEqual(['talk.mp4', `talk.mp4${PART_SUFFIX}`])
  })

  test('is an error when the part is another file by now', async () => {
    const { target, part: name } = place()
    const part = await PartialFile.open(target, FILE)
    await writeAll(part)
    rmSync(name)
    writeFileSync(name, 'something else')
    await expect(part.finish(undefined, false)).rejects.toThrow(/Somebody else has replaced or removed/)
    expect(existsSync(target)).toBe(false)
  })

  test.for<[what: string, spoil: (part: string) => void]>([
    ['a byte is wrong', (part) => writeFileSync(part, flipped(CONTENT, 5))],
    ['somebody has cut it', (part) => writeFileSync(part, CONTENT.subarray(0, 10))],
  ])('%s on disk: an error with both hashes, and nothing has the final name', async ([, spoil]) => {
    const { target, part: name, folder } = place()
    const part = await PartialFile.open(target, FILE)
    await writeAll(part)
    spoil(name)
    const found = sha256(readFileSync(name))
    await expect(part.finish(undefined, false)).rejects.toThrow(
      `talk.mp4 has the SHA-256 ${found} on disk, not ${FILE.sha256} as the manifest says`,
    )
    expect(readdirSync(folder)).toEqual([`talk.mp4${PART_SUFFIX}`])
    const again = await PartialFile.open(target, FILE) // the next run mends what is wrong
    await writeAll(again)
    expect(await again.finish(undefined, false)).toBe(FILE.sha256)
  })

  test('without a manifest tells the hash of what is there', async () => {
    const { target } = place()
    const part = await PartialFile.open(target, UNVERIFIED)
    await writeAll(part)
    expect(await part.finish(undefined, false)).toBe(FILE.sha256)
  })

  test('of an empty file is an empty file, whatever lay there before', async () => {
    const { target } = place(CONTENT)
    const part = await PartialFile.open(target, fileOf(Buffer.alloc(0)))
    expect([...part.have]).toEqual([])
    expect(await part.finish(undefined, false)).toBe(sha256(Buffer.alloc(0)))
    expect(statSync(target).size).toBe(0)
  })
})

describe('a part that somebody is writing', () => {
  test('is not written by another, until it is given up', async () => {
    const { target } = place()
    const first = await PartialFile.open(target, FILE)
    await expect(PartialFile.open(target, FILE)).rejects.toThrow(ClaimedError)
    await writeAll(first, [1])
    await first.close(true)
    const second = await PartialFile.open(target, FILE)
    expect([...second.have]).toEqual([1])
    await second.close(false)
  })

  test('is free at once when its process is gone', async () => {
    const { target, part, folder } = place(CONTENT.subarray(0, 250))
    writeFileSync(`${part}.lock`, thisWriter().replace(/^\d+/, '4194304')) // no process has so high a number
    const again = await PartialFile.open(target, FILE)
    expect([...again.have]).toEqual([0, 1])
    await again.close(false)
    expect(readdirSync(folder)).toEqual([])
  })

  test('is left to its writer in another container for as long as that gives signs', async () => {
    const { target, part } = place(CONTENT)
    writeFileSync(`${part}.lock`, '1-00000000')
    await expect(PartialFile.open(target, FILE)).rejects.toMatchObject({ pid: 1 })
  })
})

describe('an interrupted download', () => {
  test('is there for the next run when it is worth keeping', async () => {
    const { target, folder } = place()
    const part = await PartialFile.open(target, FILE)
    await writeAll(part, [2, 3])
    await part.close(true)
    expect(readdirSync(folder)).toEqual([`talk.mp4${PART_SUFFIX}`])
    const again = await PartialFile.open(target, FILE)
    expect([...again.have]).toEqual([2, 3])
    await again.close(true)
  })

  test('is gone when it is not', async () => {
    const { target, folder } = place()
    const part = await PartialFile.open(target, UNVERIFIED)
    await writeAll(part, [0])
    await part.close(false)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe("a place that cannot be written to is the system's error", () => {
  test.for<[what: string, code: string, prepare: (target: string) => void]>([
    ['a folder with the final name', 'EISDIR', (target) => mkdirSync(target)],
    ['a folder with the name of the part', 'EISDIR', (target) => mkdirSync(target + PART_SUFFIX)],
    ['a link that goes round', 'ELOOP', (target) => symlinkSync(target + PART_SUFFIX, target + PART_SUFFIX)],
  ])('%s: %s', async ([, code, prepare]) => {
    const { target } = place()
    prepare(target)
    await expect(PartialFile.open(target, FILE)).rejects.toMatchObject({ code })
  })

  test('a folder that is not there: ENOENT', async () => {
    const target = path.join(temporaryFolder(), 'nowhere', 'talk.mp4')
    await expect(PartialFile.open(target, FILE)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
