/** Mutants of what `replicate` and `pull` do on a disk. */
import { mutantsOf } from './mutant.ts'

export const REPLICATION_MUTANTS = [
  ...mutantsOf(
    'src/replication/incoming.ts',
    ['test/replication/incoming.test.ts'],
    ['  await handle.sync()\n  await handle.close()', '  await handle.close()'],
    ['ageMs > ABANDONED_MS || isGone(Number(pid), world)', 'isGone(Number(pid), world)'],
    ['match === null || own.has(file)', 'match === null'],
  ),
  ...mutantsOf(
    'src/locks/writer.ts',
    ['test/replication/incoming.test.ts'],
    ['world === WORLD && !isRunning(pid)', '!isRunning(pid)'],
    ["known(() => readlinkSync('/proc/self/ns/pid')),", ''],
  ),
  ...mutantsOf(
    'src/locks/lock-file.ts',
    ['test/locks/lock.test.ts', 'test/replication/incoming.test.ts'],
    ["open(lock, 'wx')", "open(lock, 'w')"],
    ['nowMs - stats.ctimeMs', 'nowMs - stats.mtimeMs'],
  ),
  ...mutantsOf(
    'src/locks/lock.ts',
    ['test/locks/lock.test.ts', 'test/replication/incoming.test.ts'],
    ['if (await isStaleLock(lock))', 'if (false)'],
  ),
  ...mutantsOf(
    'src/replication/destination.ts',
    ['test/replication/destination.test.ts'],
    ['      await rm(this.#manifestPath, { force: true })\n', ''],
    ['now.ino !== this.#existing?.ino || now.mtimeNs !== this.#existing.mtimeNs', 'false'],
    ['    await publish(copy, this.target)\n', ''],
  ),
  ...mutantsOf(
    'src/replication/manifest.ts',
    ['test/replication/manifest.test.ts', 'test/node/storage.test.ts'],
    ['manifest.size === size && Math', 'Math'],
    ["Buffer.byteLength(segments.at(-1) ?? '') <= MAX_NAME_BYTES", 'true'],
    ['sizeBytes > chunkSize * MAX_CHUNKS', 'sizeBytes >= chunkSize * MAX_CHUNKS'],
  ),
  ...mutantsOf(
    'src/media-check/mp4.ts',
    ['test/media-check/check.test.ts'],
    ['if (box.end > sizeBytes)', 'if (box.end > sizeBytes && hasIndex)'],
    ["box.type === 'mdat' && !hasIndex", "box.type === 'mdat'"],
    ['if (stated === 0) return { type, end: sizeBytes }', ''],
  ),
  ...mutantsOf(
    'src/media-check/matroska.ts',
    ['test/media-check/check.test.ts'],
    ['value: isUnknown ? undefined : value', 'value'],
  ),
  ...mutantsOf(
    'src/pulling/partial-file.ts',
    ['test/pulling/partial-file.test.ts'],
    ['await this.#expectIdentity()', '// gone'],
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
    'src/http-client/http-fetch.ts',
    ['test/http-client/http-fetch.test.ts'],
    ['return next.origin === from.origin ? next : undefined', 'return next'],
  ),
]
