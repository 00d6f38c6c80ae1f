/** `replicate` of 512 MiB to three nodes, hashes and flush included, against three `cp`. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Comparison, compareRatios } from './ratio.ts'

const MIB = 1024 * 1024
const FILE_MIB = 512
const ROUNDS = 5
/**
 * What was deleted the disk may still be told of, and a disk that is shared lends for a moment and takes back later: right
 * after each other, whoever comes behind the fastest is the slowest.
 */
const SETTLE_MS = 3_000

/** Compares durations: a ratio of 1.5 means that `replicate` took half as long again. */
export async function measureReplicate(folder: string): Promise<Comparison[]> {
  const source = path.join(folder, 'large.mp4')
  const block = randomBytes(MIB)
  for (let written = 0; written < FILE_MIB; written++) appendFileSync(source, block)
  const roots = [1, 2, 3].map((n) => path.join(folder, `node${n}`))
  const config = path.join(folder, 'nodes.json')
  const nodes = roots.map((root, index) => ({
    name: `node${index + 1}`,
    port: 9001 + index,
    latencyMs: 0,
    root,
  }))
  writeFileSync(config, JSON.stringify({ nodes }))
  const script = fileURLToPath(new URL('../src/replicate.ts', import.meta.url))

  const timed =
    (act: () => void): (() => Promise<number>) =>
    async () => {
      for (const root of roots) rmSync(root, { recursive: true, force: true })
      execFileSync('mkdir', ['-p', ...roots])
      execFileSync('sync') // what others left to be written is not on our time
      await delay(SETTLE_MS)
      const startedMs = performance.now()
      act()
      return performance.now() - startedMs
    }
  const cp = (): void => {
    for (const root of roots) execFileSync('cp', [source, root])
  }
  const replicate = timed(() =>
    execFileSync(process.execPath, [...process.execArgv, script, source, '--config', config]),
  )
  const peers = {
    'three cp': timed(cp),
    'three cp, flushed': timed(() => {
      cp()
      execFileSync(
        'sync',
        roots.map((root) => path.join(root, 'large.mp4')),
      )
    }),
  }
  return compareRatios(`replicate ${FILE_MIB} MiB (time)`, replicate, peers, ROUNDS)
}
