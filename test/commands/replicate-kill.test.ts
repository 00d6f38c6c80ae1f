/**
 * `kill -9` of `replicate` at random instants over an existing replica: whatever the instant, every replica
 * is one whole version. `KILLS=200 npx vitest run replicate-kill` tries more instants, `SEED=…` others.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import {
  makeProject,
  runCommand,
  startCommand,
  type TestNode,
  temporaryFolder,
  until,
} from '../helpers/command.ts'
import { seededRandom } from '../helpers/random.ts'

const KILLS = Number(process.env['KILLS'] ?? 5)
const SEED = Number(process.env['SEED'] ?? 20_240_229)
const SOURCE_BYTES = 12 * 1024 * 1024

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Version {
  readonly source: string
  readonly sha256: string
}

/** A version of the video, which differs in every block from the others. */
function makeVersion(name: string, sizeBytes: number, mtimeSeconds: number): Version {
  const bytes = Buffer.alloc(sizeBytes, `version ${name} `)
  bytes.write('\0\0\0\0moov') // with nothing wrong that `replicate` would tell of
  const source = path.join(temporaryFolder(), 'demo.mp4')
  writeFileSync(source, bytes)
  utimesSync(source, mtimeSeconds, mtimeSeconds)
  return { source, sha256: sha256(bytes) }
}

const replicaOf = ({ root }: TestNode): string => path.join(root, 'demo.mp4')

/** Files that are being written, or were when the process died. */
function incomingOf({ root }: TestNode): string[] {
  const folder = path.join(root, '.incoming')
  return existsSync(folder) ? readdirSync(folder) : []
}

/** What a manifest says, where there is one that can be read. */
function readManifest({ root }: TestNode): { size: number; mtimeMs: number; sha256: string } | undefined {
  const file = path.join(root, '.manifests', 'demo.mp4.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** @returns the hash of a node's replica; a manifest that fits the file must be of this very content */
function checkReplica(node: TestNode): string {
  const file = replicaOf(node)
  const found = sha256(readFileSync(file))
  const manifest = readManifest(node)
  const { size, mtimeMs } = statSync(file)
  const fits = manifest?.size === size && Math.abs(manifest.mtimeMs - mtimeMs) < 1
  if (fits) expect(manifest.sha256).toBe(found)
  return found
}

/** Where in a run the kill falls. */
type Instant = 'anywhere' | 'copying' | 'switching'
const INSTANTS: readonly Instant[] = ['anywhere', 'copying', 'switching']

test(
  `${KILLS} times kill -9 leaves every replica the whole old or the whole new version`,
  {
    timeout: 120_000 + KILLS * 10_000,
  },
  async () => {
    const random = seededRandom(SEED)
    const project = await makeProject()
    // The second differs from the first in nothing but content: neither size nor time gives a mixture away.
    const versions = [
      makeVersion('one', SOURCE_BYTES, 1_700_000_000),
      makeVersion('two', SOURCE_BYTES, 1_700_000_000),
      makeVersion('three', SOURCE_BYTES - 12_345, 1_700_000_007),
    ]
    const words = ({ source }: Version): string[] => [source, '--config', project.config]
    const replicate = async (version: Version): Promise<void> => {
      const { code, stderr } = await runCommand('replicate', words(version))
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }

    let old = versions[0] as Version
    await replicate(old)
    const startedMs = performance.now()
    await replicate(versions[1] as Version)
    const runMs = performance.now() - startedMs
    await replicate(old)

    for (let round = 0; round < KILLS; round++) {
      const next = versions.filter((version) => version !== old)[Math.floor(random() * 2)] as Version
      const instant = INSTANTS[round % INSTANTS.length] as Instant
      const inodes = project.nodes.map((node) => statSync(replicaOf(node)).ino)
      const run = startCommand('replicate', words(next))
      let hasEnded = false
      const ended = run.ended.finally(() => {
        hasEnded = true
      })
      if (instant === 'copying')
        await until(
          'a copy has begun',
          () => hasEnded || project.nodes.some((node) => incomingOf(node).length > 0),
        )
      if (instant === 'switching')
        await until(
          'a replica has been replaced',
          () =>
            hasEnded || project.nodes.some((node, index) => statSync(replicaOf(node)).ino !== inodes[index]),
        )
      await delay(random() * { anywhere: runMs, copying: runMs / 3, switching: 3 }[instant])
      run.child.kill('SIGKILL')
      await ended

      const where = `round ${round}, killed ${instant}`
      for (const node of project.nodes)
        expect([old.sha256, next.sha256], `${where}: ${node.name}`).toContain(checkReplica(node))

      // Now and then the next run brings the old version back instead of going on with the new one.
      old = random() < 0.7 ? next : old
      await replicate(old)
      for (const node of project.nodes) {
        expect(checkReplica(node), `${where}, then a whole run: ${node.name}`).toBe(old.sha256)
        expect(readManifest(node)?.sha256, `${where}: manifest of ${node.name}`).toBe(old.sha256)
        expect(incomingOf(node), `${where}: leftovers of ${node.name}`).toEqual([])
      }
    }
  },
)
