// @ts-check
/**
 * Which node is asked for which chunks: the one that would have the chunk first (earliest completion, as the ECF
 * scheduler of multipath TCP). A slow node so gets chunks that are needed late, and never the one a reader waits
 * for while a fast node would bring it sooner. Pure: it is handed estimates and decides.
 * @see Lim et al., "ECF: An MPTCP Path Scheduler to Manage Heterogeneous Paths", CoNEXT 2017
 */

/**
 * A node as the choice sees it.
 * @typedef {object} Candidate
 * @property {string} name
 * @property {number} rate bytes per ms
 * @property {boolean} isRateKnown
 * @property {number} delayMs to the first byte
 * @property {boolean} isDelayKnown
 * @property {number} leftBytes asked for, and not here yet
 * @property {number} runs requests under way
 * @property {boolean} [isReserved] it rescues what a reader waits for, and that is not to share its uplink
 * @property {boolean} isOnTrial it has one chance to show that it works again
 * @property {number} trialMs for how long it has waited for that
 */

/**
 * @typedef {object} ChooseOptions
 * @property {number} budgetMs bytes in flight are what the rate brings in the delay and this
 * @property {number} runMs a request asks for as much as comes in about this time
 * @property {number} firstRunBytes the first request to a node whose rate is unknown
 * @property {number} firstRuns so many requests at a time to such a node: they share its uplink
 * @property {number} leftBytes of the file that nobody brings yet; requests shrink towards its end
 */

/**
 * The chunks that may be asked for.
 * @typedef {object} Wanted
 * @property {Iterable<number>} chunks in the order of need; nobody brings them yet
 * @property {(chunk: number) => boolean} isFree may a run that begins before it go on over it?
 * @property {(chunk: number) => number} bytesOf
 * @property {(chunk: number, node: string) => boolean} isBadOn did that node send it wrong?
 * @property {(chunk: number) => boolean} isUrgent a reader waits for it, or will at once
 */

/**
 * @typedef {object} PlannedRun
 * @property {string} node
 * @property {number} first chunk
 * @property {number} last chunk, inclusive
 */

/** A browser opens six connections to one server; some must be left for `/health` and for a hedge. */
export const MAX_RUNS = 4
/** What a node on trial might waste, and one that has never answered may be late by: they get what is needed later. */
const PENALTY_MS = { trial: 500, unknown: 400 }
/** Where one chunk at a time is wanted, every other node would be sooner for ever: after so long it is asked like all others. */
const TRIAL_OVERDUE_MS = 2000
/** What was asked for comes, however slowly it is taken. */
export const MAX_RUN_BYTES = 8 * 2 ** 20
/** Completion times this near to each other are the same; the names decide then, differently for each chunk. */
const TIE = 1.05

/**
 * Plans requests for what is wanted. Pure.
 * @param {Wanted} wanted
 * @param {readonly Candidate[]} candidates
 * @param {ChooseOptions} options
 * @returns {PlannedRun[]}
 */
export function planRuns(wanted, candidates, options) {
  if (candidates.length === 0) return []
  const queues = candidates.map((candidate) => new Queue(candidate))
  /** @type {PlannedRun[]} */
  const planned = []
  const taken = new Set()
  for (const first of wanted.chunks) {
    if (queues.every((queue) => !queue.hasRoom(options, true))) break
    if (taken.has(first)) continue
    const bytes = wanted.bytesOf(first)
    const queue = earliest(queues, first, bytes, wanted)
    if (queue === undefined) continue
    const isUrgent = wanted.isUrgent(first)
    const runBytes = queue.runBytes(options, candidates.length)
    let last = first
    let total = bytes
    while (!queue.candidate.isOnTrial && !(isUrgent && queue.isFull(options))) {
      const next = last + 1
      if (taken.has(next) || !wanted.isFree(next) || wanted.isBadOn(next, queue.candidate.name)) break
      if (total + wanted.bytesOf(next) > runBytes) break
      total += wanted.bytesOf(next)
      last = next
    }
    // A node without room keeps its place in the queue all the same: these chunks wait for it, because it
    // would still have them before any other, and slower nodes go on to chunks further ahead.
    for (let chunk = first; chunk <= last; chunk++) taken.add(chunk)
    if (queue.hasRoom(options, isUrgent)) {
      planned.push({ node: queue.candidate.name, first, last })
      queue.runs++
    }
    queue.bytes += total
  }
  return planned
}

/** When would this node have so many bytes more? Pure. @param {Candidate} candidate @param {number} bytes */
export function completionMs({ rate, delayMs, isDelayKnown, leftBytes, isOnTrial, trialMs }, bytes) {
  const trialPenaltyMs = PENALTY_MS.trial * Math.max(0, 1 - trialMs / TRIAL_OVERDUE_MS)
  const penaltyMs = isOnTrial ? trialPenaltyMs : isDelayKnown ? 0 : PENALTY_MS.unknown
  return Math.max(leftBytes / rate, delayMs) + bytes / rate + penaltyMs
}

/**
 * The same for a chunk that does not wait behind all that is under way, but shares the uplink with it: what a reader
 * waits for goes before what it needs later. Pure.
 * @param {Candidate} candidate
 * @param {number} bytes
 */
export function overtakingMs(candidate, bytes) {
  const leftBytes = Math.min(candidate.leftBytes, candidate.runs * bytes)
  return completionMs({ ...candidate, leftBytes }, bytes)
}

/** One node and what this plan has given it so far. */
class Queue {
  candidate
  bytes
  runs

  /** @param {Candidate} candidate */
  constructor(candidate) {
    this.candidate = candidate
    this.bytes = candidate.leftBytes
    this.runs = candidate.runs
  }

  /** @param {number} bytes */
  completionMs(bytes) {
    return completionMs({ ...this.candidate, leftBytes: this.bytes }, bytes)
  }

  /** Are as many bytes in flight as its rate and delay call for? @param {ChooseOptions} options */
  isFull({ budgetMs, firstRunBytes, firstRuns }) {
    const { rate, delayMs, isRateKnown } = this.candidate
    if (isRateKnown) return this.bytes >= rate * (delayMs + budgetMs)
    return this.runs >= firstRuns || this.bytes >= firstRunBytes
  }

  /** @param {ChooseOptions} options @param {boolean} isUrgent what is urgent does not wait behind bytes in flight */
  hasRoom(options, isUrgent) {
    if (this.runs >= (this.candidate.isOnTrial ? 1 : MAX_RUNS)) return false
    return isUrgent || !(this.candidate.isReserved || this.isFull(options))
  }

  /** @param {ChooseOptions} options @param {number} nodes */
  runBytes({ runMs, firstRunBytes, leftBytes }, nodes) {
    const { rate, delayMs, isRateKnown } = this.candidate
    if (!isRateKnown) return firstRunBytes
    // Requests shrink towards the end of the file, but not so far that their delay would be most of their time.
    const share = Math.max(leftBytes / (2 * nodes), rate * delayMs)
    return Math.min(rate * Math.max(runMs, delayMs / 2), MAX_RUN_BYTES, share)
  }
}

/**
 * @param {readonly Queue[]} queues
 * @param {number} chunk
 * @param {number} bytes
 * @param {Wanted} wanted
 */
function earliest(queues, chunk, bytes, wanted) {
  /** @type {Queue | undefined} */
  let best
  let bestMs = Number.POSITIVE_INFINITY
  for (const queue of queues) {
    if (wanted.isBadOn(chunk, queue.candidate.name)) continue
    const ms = queue.completionMs(bytes)
    const isTie = best !== undefined && ms < bestMs * TIE && bestMs < ms * TIE
    const wins = isTie
      ? weight(queue.candidate.name, chunk) > weight(best?.candidate.name ?? '', chunk)
      : ms < bestMs
    if (wins) {
      best = queue
      bestMs = ms
    }
  }
  return best
}

/**
 * Rendezvous hashing: every reader gives equal nodes the same weights for a chunk, so that each node's disk cache
 * holds its own part, and the load is spread. Pure.
 * @param {string} name
 * @param {number} chunk
 */
function weight(name, chunk) {
  let hash = 0x811c9dc5 ^ chunk // FNV-1a
  for (let index = 0; index < name.length; index++)
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}
