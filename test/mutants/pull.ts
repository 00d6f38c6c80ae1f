/** Mutants of finding a file and of pulling it: which version counts, who is believed, what may be replaced. */
import { mutantsOf } from './mutant.ts'

export const PULL_MUTANTS = [
  ...mutantsOf(
    'src/version/versions.js',
    ['test/version/versions.test.ts'],
    ['b.mtimeMs - a.mtimeMs ||', 'a.mtimeMs - b.mtimeMs ||'],
    ['Number(isFuture(a.mtimeMs)) - Number(isFuture(b.mtimeMs)) ||', '0 ||'],
  ),
  ...mutantsOf(
    'src/version/versions.js',
    ['test/swarm/find-file.test.ts'],
    ['if (manifest.size !== replica.size)', 'if (false)'],
  ),
  ...mutantsOf(
    'src/swarm/ask-nodes.js',
    ['test/swarm/find-file.test.ts'],
    ['if (node.isForeign) return this.#askReplica(node)', '// foreign manifests too'],
    ['const endMs = Math.max(0, ...waits', 'const endMs = Math.min(...waits'],
  ),
  ...mutantsOf(
    'src/swarm/patience.js',
    ['test/swarm/find-file.test.ts'],
    ['const FACTOR = 1.5', 'const FACTOR = 0.2'],
  ),
  ...mutantsOf(
    'src/version/manifest.js',
    ['test/swarm/find-file.test.ts'],
    ['!(Math.abs(mtimeMs) <= MAX_DATE_MS)', '!Number.isFinite(mtimeMs)'],
    ['if (chunkSize < SMALLEST_CHUNK_BYTES)', 'if (chunkSize < 1)'],
  ),
  ...mutantsOf(
    'src/swarm/read-bounded.js',
    ['test/swarm/read-bounded.test.ts'],
    ['if (length > maxBytes) {', 'if (length > maxBytes + 1) {'],
    ['void reader?.cancel().catch(() => {}) // what is told is that it is too long', ''],
  ),
  ...mutantsOf(
    'src/swarm/unverified.js',
    ['test/swarm/unverified.test.ts'],
    ['if (etag === undefined || !STRONG_TAG.test(etag)) return { file, sources: [newest.node] }', ''],
  ),
  ...mutantsOf(
    'src/swarm/fetch-range.js',
    ['test/commands/versions.test.ts'],
    ["if (file.etag !== undefined && get('ETag') !== file.etag)", 'if (false)'],
  ),
  ...mutantsOf(
    'src/pulling/partial-file.ts',
    ['test/pulling/partial-file.test.ts'],
    ['await this.#expectIdentity()', ''],
    [
      'if (replaces) await rename(this.#part, this.#target)',
      'if (true) await rename(this.#part, this.#target)',
    ],
  ),
  ...mutantsOf(
    'src/pulling/claim.ts',
    ['test/pulling/partial-file.test.ts'],
    [
      'if (!holder.isGone && !holder.isSilent) throw new ClaimedError(holder.pid)',
      'if (!holder.isGone && holder.isSilent) throw new ClaimedError(holder.pid)',
    ],
  ),
  ...mutantsOf(
    'src/pulling/patience.ts',
    ['test/pulling/patience.test.ts'],
    ['if (this.#timer !== undefined) this.begin()', 'this.begin()'],
  ),
  ...mutantsOf(
    'src/http-client/http-fetch.ts',
    ['test/http-client/http-fetch.test.ts'],
    ['return next.origin === from.origin ? next : undefined', 'return next'],
  ),
  ...mutantsOf(
    'src/swarm/heartbeat.js',
    ['test/swarm/heartbeat.test.ts'],
    ['const limitMs = Math.max(TIMEOUT_MS, node.deathMs)', 'const limitMs = TIMEOUT_MS'],
  ),
]
