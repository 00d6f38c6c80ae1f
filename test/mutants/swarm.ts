/** Mutants of the swarm: whom it asks, whom it believes, when it goes on without somebody. */
import { mutantsOf } from './mutant.ts'

export const SWARM_MUTANTS = [
  ...mutantsOf(
    'src/swarm/breaker.js',
    ['test/swarm/breaker.test.ts'],
    ['Math.min(2 * this.#quarantineMs, QUARANTINE_MS.last)', 'this.#quarantineMs'],
    ['++this.#lies < LIES_BEFORE_QUARANTINE', 'false'],
    ['Math.max(retryAfterMs, BACKOFF_MS.first)', 'retryAfterMs'],
    ['!this.needsHealth && !this.lacksFile && nowMs', '!this.lacksFile && nowMs'],
    ['!this.needsHealth && !this.lacksFile && nowMs', '!this.needsHealth && nowMs'],
  ),
  ...mutantsOf(
    'src/swarm/run.js',
    ['test/swarm/at-work.test.ts'],
    ['this.hasBegun || (this.node.hasBegun && !this.isTrial)', 'true'],
    ['(this.node.hasBegun && !this.isTrial)', 'this.node.hasBegun'],
  ),
  ...mutantsOf('src/swarm/swarm.js', ['test/swarm/replica.test.ts'], ['fleet.noteKnown()', 'undefined']),
  ...mutantsOf(
    'src/swarm/heartbeat.js',
    ['test/swarm/heartbeat.test.ts'],
    ["beat.kind === 'silent' ? isAway :", "beat.kind === 'silent' ? false :"],
  ),
  ...mutantsOf(
    'src/swarm/swarm.js',
    ['test/swarm/begun.test.ts'],
    ['!node?.estimate.isDelayKnown', 'node === undefined'],
    ['|| !isFirst', ''],
  ),
  ...mutantsOf(
    'src/swarm/estimate.js',
    ['test/swarm/small-files.test.ts', 'test/swarm/estimate.test.ts'],
    ['if (this.isRateKnown || this.usualRate > 0) return', 'if (this.isRateKnown) return'],
  ),
  ...mutantsOf('src/swarm/fleet.js', ['test/swarm/small-files.test.ts'], ['this.#compare()', '']),
  ...mutantsOf(
    'src/swarm/meter.js',
    ['test/swarm/begun.test.ts', 'test/swarm/meter.test.ts'],
    ['this.#isTakenOver || (', '('],
    [' || (this.#unseenMs > 0 && goesOn && !isKnown)', ''],
    ['!this.#isLeftOut || isKnown || seenMs >= SETTLED_MS', 'true'],
  ),
  ...mutantsOf(
    'src/swarm/transfers.js',
    ['test/swarm/begun.test.ts'],
    ['startedMs < this.#clock.now()', 'false'],
  ),
  ...mutantsOf('src/swarm/choose.js', ['test/swarm/choose.test.ts'], ['this.runs >= firstRuns || ', '']),
  ...mutantsOf(
    'src/swarm/rescue.js',
    ['test/swarm/swarm-bulk.test.ts'],
    [" || idle.breaker.state === 'trial'", ''],
  ),
  ...mutantsOf(
    'src/swarm/blame.js',
    ['test/swarm/blame.test.ts'],
    ['if (!usable.every((name) => known.nodes.has(name))) continue', ''],
    ['Math.min(2 * known.patienceMs, FORGIVE_MS.last)', 'known.patienceMs'],
    ['if (!known.liars.has(node)) return', ''],
  ),
  ...mutantsOf(
    'src/swarm/outage.js',
    ['test/swarm/outage.test.ts'],
    ['if (why === this.#why) return', ''],
    ["if (reasons.size > 1) reasons.delete('nobody answers')", ''],
  ),
  ...mutantsOf(
    'src/swarm/fleet.js',
    ['test/swarm/outage.test.ts'],
    ["breaker.state === 'closed' || breaker.isPromising", 'breaker !== undefined'],
    ['liars.find((names) => able.every', 'liars.find((names) => able.length < 0 && able.every'],
    ['this.isOutage ? this.blame.liarsOn(chunk) :', ''],
  ),
  ...mutantsOf(
    'src/swarm/favourite.js',
    ['test/swarm/swarm-policy.test.ts'],
    ['const some = able.length > 0 ? able : admitted', 'const some = admitted'],
  ),
  ...mutantsOf(
    'src/swarm/silence.js',
    ['test/swarm/silence.test.ts'],
    ['forget() {\n    this.#carriedMs = 0', 'forget() {'],
  ),
  ...mutantsOf(
    'src/swarm/slowness.js',
    ['test/swarm/second-chances.test.ts'],
    ['this.#anythingAfterMs = idleMs + ANYTHING_MS\n        this.#estimate.hopeForAnything()', ''],
  ),
  ...mutantsOf(
    'src/swarm/slowness.js',
    ['test/swarm/slowness.test.ts'],
    [' && this.isForgotten(idleMs)', ''],
    ['return !isUsualKnown && rate <', 'return rate <'],
    ['fastest * FACTOR.below', 'fastest'],
  ),
  ...mutantsOf(
    'src/swarm/attention.js',
    ['test/swarm/attention.test.ts'],
    ['if (lostMs > 0) {', 'if (lostMs > 1e9) {'],
  ),
  ...mutantsOf(
    'src/swarm/reader.js',
    ['test/swarm/reader.test.ts'],
    ['if (isFed && this.waitingSinceMs === undefined) {', 'if (isFed) {'],
  ),
  ...mutantsOf(
    'src/swarm/linger.js',
    ['test/swarm/swarm-readers.test.ts'],
    ['if (!isLast) return this.#giveUp()', 'return this.#giveUp()'],
    ['if (!isLast) return this.#giveUp()', ''],
    ['if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)', ''],
    ['if (this.#timer === undefined) return', 'return'],
  ),
  ...mutantsOf(
    'src/swarm/reader.js',
    ['test/swarm/swarm-readers.test.ts'],
    ['this.isWaiting = true', ''],
    ['this.isWaiting = false', ''],
  ),
  ...mutantsOf(
    'src/swarm/swarm.js',
    ['test/swarm/swarm-readers.test.ts'],
    ['isWaiting && position < byte', 'isWaiting'],
  ),
  ...mutantsOf(
    'src/swarm/demand.js',
    ['test/swarm/demand.test.ts'],
    ['this.#readers.unshift(reader)', 'this.#readers = [...this.#readers, reader]'],
  ),
  ...mutantsOf(
    'src/swarm/verify.js',
    ['test/swarm/verify.test.ts'],
    ['found === expected ?', 'found !== undefined ?'],
  ),
  ...mutantsOf(
    'src/swarm/read-bounded.js',
    ['test/swarm/read-bounded.test.ts'],
    ['if (length > maxBytes) {', 'if (length > 2 * maxBytes) {'],
  ),
  ...mutantsOf(
    'src/version/versions.js',
    ['test/version/versions.test.ts'],
    ['Number(isFuture(a.mtimeMs)) - Number(isFuture(b.mtimeMs)) ||', ''],
    ['b.mtimeMs - a.mtimeMs ||', 'a.mtimeMs - b.mtimeMs ||'],
    ['manifest.size !== replica.size', 'false'],
  ),
  ...mutantsOf(
    'src/swarm/chunk-table.js',
    ['test/swarm/chunk-table.test.ts'],
    [
      'Math.min(this.#file.size, (chunk + 1) * this.#file.chunkSize) - 1',
      '(chunk + 1) * this.#file.chunkSize - 1',
    ],
    ['if (isNeeded(old)) continue', ''],
  ),
  ...mutantsOf(
    'src/swarm/late.js',
    ['test/swarm/late.test.ts'],
    ['delayMs + 3 * deviationMs', 'delayMs'],
    ['HEDGE_BUDGET.share * verifiedBytes', 'verifiedBytes'],
  ),
  ...mutantsOf(
    'src/swarm/choose.js',
    ['test/swarm/choose.test.ts'],
    ['if (wanted.isBadOn(chunk, queue.candidate.name)) continue', ''],
    ['Math.max(leftBytes / rate, delayMs)', 'leftBytes / rate'],
  ),
  ...mutantsOf(
    'src/swarm/failovers.js',
    ['test/swarm/failovers.test.ts'],
    ['if (open.chunks.length === 0) continue', ''],
  ),
  ...mutantsOf(
    'src/swarm/estimate.js',
    ['test/swarm/estimate.test.ts'],
    ['if (this.#ms < MIN_INTERVAL_MS) return', ''],
  ),
  ...mutantsOf(
    'src/version/versions.js',
    ['test/swarm/find-file.test.ts'],
    ['if (manifest.size !== replica.size)', 'if (false)'],
  ),
  ...mutantsOf(
    'src/swarm/patience.js',
    ['test/swarm/find-file.test.ts'],
    ['const SLACK_MS = 500', 'const SLACK_MS = -200'],
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
    ['void reader?.cancel().catch(() => {}) // what is told is that it is too long', '// gone'],
  ),
  ...mutantsOf(
    'src/swarm/unverified.js',
    ['test/swarm/unverified.test.ts'],
    ['if (etag === undefined || !STRONG_TAG.test(etag)) return { file, sources: [newest.node] }', '// gone'],
  ),
  ...mutantsOf(
    'src/swarm/fetch-range.js',
    ['test/commands/versions.test.ts'],
    ["if (file.etag !== undefined && get('ETag') !== file.etag)", 'if (false)'],
  ),
  ...mutantsOf(
    'src/swarm/fleet.js',
    ['test/swarm/late-verdict.test.ts'],
    [
      "if (node.breaker.state === 'open') return // it came before the node failed, and says nothing of now",
      '',
    ],
  ),
]
