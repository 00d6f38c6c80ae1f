/** One node's end of a replication, stopped between any two steps of the switch. */
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import fsPromises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { NODE_DEFAULTS } from '../../src/node-list.ts'
import { Destination } from '../../src/replication/destination.ts'
import { manifestFits, manifestPath, parseManifest } from '../../src/replication/manifest.ts'
import { replicate } from '../../src/replication/replicate.ts'
import { Source } from '../../src/replication/source.ts'

/**
 * After so many more renames the process dies, as far as the disk can tell. The system's own function is replaced
 * and not a module of ours: test files share what they load, and another may have loaded the module before.
 */
function dieAfterRenames(renames: number): void {
  let left = renames
  const { rename } = fsPromises
  const spy = vi.spyOn(fsPromises, 'rename').mockImplementation(async (from, to) => {
    if (--left < 0) throw new Error('killed')
    await rename(from, to)
  })
  syncBuiltinESMExports()
  onTestFinished(() => {
    spy.mockRestore()
    syncBuiltinESMExports()
  })
}

function makeFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'destination-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const nodeAt = (root: string) => ({ ...NODE_DEFAULTS, name: 'node1', port: 1, latencyMs: 0, root })

/** A source of 1000 bytes; all have one size and one time, so that only the hashes tell them apart. */
function writeSource(letter: string): string {
  const file = path.join(makeFolder(), 'talk.mp4')
  writeFileSync(file, letter.repeat(1000))
  utimesSync(file, 1_700_000_000, 1_700_000_000)
  return file
}

test.for([
  0, 1, 2,
])('a switch that ends after %i renames leaves no manifest that speaks of other bytes', async (renames) => {
  const root = makeFolder()
  await replicate({ file: writeSource('a'), name: 'talk.mp4', nodes: [nodeAt(root)] })
  dieAfterRenames(renames)
  const { outcomes } = await replicate({ file: writeSource('b'), name: 'talk.mp4', nodes: [nodeAt(root)] })
  expect(outcomes[0]?.outcome.kind).toBe(renames < 2 ? 'failed' : 'replicated')

  const target = path.join(root, 'talk.mp4')
  const bytes = readFileSync(target, 'utf8')
  expect(bytes).toBe((renames === 0 ? 'a' : 'b').repeat(1000))
  const manifest = readManifest(root)
  const { size, mtimeMs } = statSync(target)
  if (manifest !== undefined && manifestFits(manifest, size, mtimeMs)) {
    const source = await Source.open(target)
    const hashes = await source.read(async () => true)
    await source.close()
    expect(manifest.sha256).toBe(hashes?.sha256)
  }
})

function readManifest(root: string) {
  try {
    return parseManifest(readFileSync(manifestPath(root, 'talk.mp4'), 'utf8'))
  } catch {
    return undefined
  }
}

test('hashes are never written beside bytes that another run has put there meanwhile', async () => {
  const root = makeFolder()
  await replicate({ file: writeSource('a'), name: 'talk.mp4', nodes: [nodeAt(root)] })
  const source = await Source.open(writeSource('a'))
  onTestFinished(() => source.close())
  const hashes = await source.read(async () => true)
  if (hashes === undefined) throw new Error('The source was not read')
  const late = await Destination.open(nodeAt(root), 'talk.mp4')
  expect(await late.hasContent(hashes, new AbortController().signal)).toBe(true)
  await replicate({ file: writeSource('b'), name: 'talk.mp4', nodes: [nodeAt(root)] })
  await expect(late.ensureManifest(hashes)).rejects.toThrow('another version was put there meanwhile')
  expect(readManifest(root)?.sha256).not.toBe(hashes.sha256)
})

test('what could not be flushed while it was written is told, and is never switched to', async () => {
  const root = makeFolder()
  const file = writeSource('a')
  const source = await Source.open(file)
  onTestFinished(() => source.close())
  const destination = await Destination.open(nodeAt(root), 'talk.mp4')
  onTestFinished(() => destination.discard())
  await destination.begin()
  await destination.write(Buffer.alloc(1000, 'a'), 0)
  const handle = await fsPromises.open(file)
  const spy = vi
    .spyOn(Object.getPrototypeOf(handle) as typeof handle, 'datasync')
    .mockRejectedValue(new Error('a bad spot on the disk'))
  onTestFinished(() => spy.mockRestore())
  await handle.close()
  await destination.flushSoFar()
  const hashes = await source.read(async () => true)
  if (hashes === undefined) throw new Error('It was read')
  await expect(destination.write(Buffer.alloc(1000, 'a'), 1000)).rejects.toThrow('a bad spot')
  await expect(destination.commit(hashes, source)).rejects.toThrow('a bad spot')
  expect(() => statSync(path.join(root, 'talk.mp4'))).toThrow('ENOENT')
})
