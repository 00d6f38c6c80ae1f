/** aria2c, the best downloader from many sources that there is, with the same file and the same chunk hashes. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Manifest } from '../src/version/manifest.js'
import { endWithUs } from '../test/helpers/child.ts'

/** Is it installed? */
export function hasAria2(): boolean {
  try {
    execFileSync('aria2c', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * The manifest as a Metalink file, for nodes that do not make one themselves. Pure.
 * @see RFC 5854
 */
export function metalinkOf(
  { name, size, sha256, chunkSize, chunks }: Manifest,
  urls: readonly string[],
): string {
  const hashes = chunks.map((hash) => `<hash>${hash}</hash>`).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>
<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="${name}"><size>${size}</size>
<hash type="sha-256">${sha256}</hash><pieces length="${chunkSize}" type="sha-256">${hashes}</pieces>
${urls.map((url) => `<url>${url}</url>`).join('')}</file></metalink>
`
}

/**
 * What makes it use all nodes: without `-k1M` it asks only some of them, and without the second it takes all
 * ports of one address for one server.
 */
const FLAGS = [
  ...['--no-conf', '-k1M', '-s3', '-x4', '--metalink-enable-unique-protocol=false'],
  ...['--file-allocation=none', '--allow-overwrite=true', '--quiet'],
]

/**
 * Downloads into a folder.
 * @param onStarted called when the process runs
 * @returns seconds from its start to its end
 * @throws Error when it gives up
 */
export async function downloadWithAria2(
  metalinkFile: string,
  folder: string,
  onStarted: () => void = () => {},
): Promise<number> {
  const startedMs = performance.now()
  const child = endWithUs(
    spawn('aria2c', [...FLAGS, '--dir', folder, metalinkFile], { stdio: ['ignore', 'inherit', 'inherit'] }),
  )
  onStarted()
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`aria2c ended with ${code}`)
  return (performance.now() - startedMs) / 1000
}
