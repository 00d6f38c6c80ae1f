// @ts-check
/**
 * Is a chunk that somebody brings late enough to ask another node for it as well? A second request for the few
 * that take longest shortens the worst wait at the price of a few bytes. Pure.
 * @see Dean and Barroso, "The Tail at Scale", CACM 2013: hedged requests
 */

/**
 * A chunk that one node owes us.
 * @typedef {object} Owed
 * @property {number} position 0 for the chunk that a reader needs next, 1 for the one behind it, …
 * @property {boolean} isArriving its bytes come now, or would be the next ones of their request
 * @property {boolean} isSlowing its node sends much less than it used to
 * @property {number} arrivalMs estimated time until it is here
 * @property {number} promisedMs the same as it was estimated when it was asked for, less the time since then
 * @property {number} silentMs how long its node has sent nothing at all
 * @property {number} silenceLimitMs how much silence is usual for that node
 * @property {number} elsewhereMs the earliest another node would have it, were it asked now
 * @property {number} patienceMs how long the reader can wait without harm: a player has a buffer
 */

/**
 * - `silent`, `slow`: ask for it a second time, for its node is. `urgent`: the same, for the reader would run dry.
 * - `reassign`: take it away, it has not begun to arrive.
 * @typedef {'wait' | 'silent' | 'slow' | 'urgent' | 'reassign'} Lateness
 */

/** So near to the reader a silent node is not waited for. */
const SILENT_POSITIONS = 4
/** So near to the reader a slow one is not. */
const SLOW_POSITIONS = 2
const MIN_SILENCE_MS = 150
/** Who can wait for longer than it takes to notice that a node is gone, and to ask another, needs no second request. */
const RELAXED_MS = 2500
/** Who has no patience waits so much longer at most than for another node, whatever second requests have cost. */
const UNBEARABLE_MS = 2000
/** Worth a second request: the other node would be so many times as fast, and this much. A reader waits for the head. */
const MUCH = { head: { times: 1.2, ms: 80 }, ahead: { times: 2, ms: 100 } }
/** A node is slowing when it sends less than this share of what is usual. */
const SLOWING = 0.5
/** A promise is broken when it is missed by this much; what is merely far away is not late. */
const BROKEN_BY_MS = 300

/** @param {Owed} owed @returns {Lateness} */
export function judgeOwed(owed) {
  const {
    position,
    isArriving,
    isSlowing,
    arrivalMs,
    promisedMs,
    silentMs,
    silenceLimitMs,
    elsewhereMs,
    patienceMs,
  } = owed
  const isRelaxed = patienceMs > RELAXED_MS
  if (silentMs > silenceLimitMs && position < SILENT_POSITIONS && !isRelaxed) return 'silent'
  const unbearableMs = patienceMs > 0 ? Math.max(patienceMs, elsewhereMs) : elsewhereMs + UNBEARABLE_MS
  if (position === 0 && arrivalMs > unbearableMs) return 'urgent'
  const { times, ms } = position === 0 ? MUCH.head : MUCH.ahead
  // What a reader waits for may be about to come for long: the rate that this is estimated by lags behind.
  const isOverdue = position === 0 && !isRelaxed && isSlowing && promisedMs < -BROKEN_BY_MS
  if (!isOverdue && arrivalMs <= times * elsewhereMs + ms) return 'wait'
  if (position < SLOW_POSITIONS && !(isRelaxed && arrivalMs < patienceMs / 2)) return 'slow'
  return !isArriving && arrivalMs > promisedMs + BROKEN_BY_MS ? 'reassign' : 'wait'
}

/** Of two that bring the same it is plain who will be first when the other one needs so many times as long. */
const PLAIN = 2

/** Is what the later one sends of no use? Pure. @param {number} laterMs until it is here @param {number} soonerMs */
export const isMuchLater = (laterMs, soonerMs) => laterMs > PLAIN * soonerMs

/** Who can wait for so long can do without a node that may send wrong data, and has time to go back to it. */
const SPARE_MS = 1500

/** Is a node that sent one chunk wrong worth a second one, to find out whether that is wrong, too? Pure. @param {number} patienceMs of the readers */
export const canSpare = (patienceMs) => patienceMs > SPARE_MS

/** Does a node send much less than it used to? Pure. @param {{ rate: number, usualRate: number }} estimate */
export const isSlowing = ({ rate, usualRate }) => rate < SLOWING * usualRate

/** How much silence is usual. Pure. @param {{ delayMs: number, deviationMs: number }} estimate */
export const silenceLimitMs = ({ delayMs, deviationMs }) =>
  Math.max(MIN_SILENCE_MS, delayMs + 3 * deviationMs)

/** From which silence on a node is late: it may be gone, and it may yet come. Pure. @param {{ delayMs: number, deviationMs: number }} estimate */
export const silenceIsLateMs = ({ delayMs, deviationMs }) => Math.max(500, 1.2 * delayMs + 4 * deviationMs)

/** From which silence on a node counts as gone. Pure. @param {{ delayMs: number, deviationMs: number }} estimate */
export const silenceIsDeathMs = ({ delayMs, deviationMs }) => Math.max(1000, 1.5 * delayMs + 4 * deviationMs)

/** Hedges may cost this share of what was delivered, and so many chunks from the start. */
const HEDGE_BUDGET = { share: 0.04, chunks: 1 }

/** May a slow node's chunk be asked for again? A silent one's always may. Pure. @param {number} hedgedBytes @param {number} verifiedBytes @param {number} chunkSize */
export const hasHedgeBudget = (hedgedBytes, verifiedBytes, chunkSize) =>
  hedgedBytes < HEDGE_BUDGET.share * verifiedBytes + HEDGE_BUDGET.chunks * chunkSize

/**
 * How many of the last chunks of a request an idle node takes over, so that both end at the same time. Pure.
 * @param {object} split
 * @param {number} split.chunks whole chunks of the request that have not begun to arrive
 * @param {number} split.chunkMs what the idle node needs for one
 * @param {number} split.delayMs of the idle node
 * @param {number} split.leftMs what the request's own node needs for all that is left
 * @param {number} split.ownChunkMs what that node needs for one
 */
export function chunksToTake({ chunks, chunkMs, delayMs, leftMs, ownChunkMs }) {
  const taken = Math.floor((leftMs - delayMs) / (chunkMs + ownChunkMs))
  return Math.max(0, Math.min(chunks, taken))
}
