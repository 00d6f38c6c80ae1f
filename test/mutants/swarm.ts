/** Mutants of the swarm: whom it asks, whom it believes, when it goes on without somebody. */
import { mutantsOf } from './mutant.ts'

export const SWARM_MUTANTS = [
  ...mutantsOf(
    'src/swarm/breaker.js',
    ['test/swarm/breaker.test.ts'],
    ['Math.min(2 * this.#quarantineMs, QUARANTINE_MS.last)', 'this.#quarantineMs'],
    ['++this.#lies < LIES_BEFORE_QUARANTINE', 'false'],
    ['Math.max(retryAfterMs, BACKOFF_MS.first)', 'retryAfterMs'],
    ['!this.needsHealth && nowMs >= this.untilMs', 'nowMs >= this.untilMs'],
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
    'src/swarm/versions.js',
    ['test/swarm/versions.test.ts'],
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
    ['if (open.to.size === 0) continue', ''],
  ),
  ...mutantsOf(
    'src/swarm/estimate.js',
    ['test/swarm/estimate.test.ts'],
    ['if (this.#ms < MIN_INTERVAL_MS) return', ''],
  ),
]
