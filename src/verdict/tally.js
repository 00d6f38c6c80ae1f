// @ts-check
/** What a viewer of a scenario met with, counted from what its swarm and its picture tell. */
/** @import { SwarmEvent } from '../swarm/events.js' */

/** As the watch page tells it. @typedef {{ type: 'stall', isOver: boolean, atMs: number, ms: number }} Stall */

/**
 * What one viewer met with.
 * @typedef {object} Met
 * @property {number} stalls
 * @property {number} longestStallMs
 * @property {boolean} stands the picture stands still, as of now
 * @property {number} readBytes of the file
 * @property {number} wastedBytes that came for nothing
 * @property {number} longestGapMs the longest that the reader waited for the bytes that it needed next
 * @property {number} rejected chunks that were thrown away for their hash
 * @property {boolean} hadAll it had all of the file before anything was done: then nothing that is done can touch it
 */

/** Folds events. */
export class Tally {
  #sizeBytes = Number.POSITIVE_INFINITY
  /** `undefined`: nothing has been done yet @type {boolean | undefined} */
  #hadAll
  #stalls = 0
  #longestStallMs = 0
  /** when the picture began to stand, while it stands @type {number | undefined} */
  #standsSinceMs
  #readBytes = 0
  #wastedBytes = 0
  #longestGapMs = 0
  #rejected = 0

  /** There is a picture: what somebody waited for before is start-up. @param {number} sizeBytes of the file */
  begin(sizeBytes) {
    this.#sizeBytes = sizeBytes
    this.#longestGapMs = 0
  }

  /** Something is done to a node. */
  act() {
    this.#hadAll ??= this.#readBytes >= this.#sizeBytes
  }

  /** @param {SwarmEvent | Stall} event */
  apply(event) {
    switch (event.type) {
      case 'stall':
        if (event.isOver) {
          this.#standsSinceMs = undefined
          this.#longestStallMs = Math.max(this.#longestStallMs, event.ms)
        } else {
          this.#stalls++
          this.#standsSinceMs = event.atMs - event.ms
        }
        return
      case 'delivered':
        this.#longestGapMs = Math.max(this.#longestGapMs, event.waitedMs)
        return
      case 'rejected':
        this.#rejected++
        return
      case 'verified':
      case 'unverified':
        this.#readBytes += event.bytes
        return
      case 'wasted':
        this.#wastedBytes += event.bytes
    }
  }

  /** @param {number} nowMs on the clock of the events: a stall that goes on counts already @returns {Met} */
  met(nowMs) {
    const standsMs = this.#standsSinceMs === undefined ? 0 : nowMs - this.#standsSinceMs
    return {
      stalls: this.#stalls,
      longestStallMs: Math.max(this.#longestStallMs, standsMs),
      stands: this.#standsSinceMs !== undefined,
      readBytes: this.#readBytes,
      wastedBytes: this.#wastedBytes,
      longestGapMs: this.#longestGapMs,
      rejected: this.#rejected,
      hadAll: this.#hadAll === true,
    }
  }
}

/**
 * Of several viewers the worst: whoever stood most often, waited longest, found the fewest wrong. Pure.
 * @param {readonly [Met, ...Met[]]} all
 * @returns {Met}
 */
export const worstOf = (all) =>
  all.reduce((one, other) => ({
    stalls: Math.max(one.stalls, other.stalls),
    longestStallMs: Math.max(one.longestStallMs, other.longestStallMs),
    stands: one.stands || other.stands,
    readBytes: one.readBytes + other.readBytes,
    wastedBytes: one.wastedBytes + other.wastedBytes,
    longestGapMs: Math.max(one.longestGapMs, other.longestGapMs),
    rejected: Math.min(one.rejected, other.rejected),
    hadAll: one.hadAll || other.hadAll,
  }))
