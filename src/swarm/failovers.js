// @ts-check
/** Keeps account of what a failed node owed, until others have brought all of it: that is a failover. */

/**
 * @typedef {object} OpenFailover
 * @property {string} from
 * @property {number} sinceMs
 * @property {Set<number>} owed chunks that have not come yet
 * @property {number[]} chunks all that others bring, or are to bring
 * @property {Set<string>} to nodes that brought some
 * @property {number} waitedMs
 */

/** The failovers of one swarm that are not over. */
export class Failovers {
  /** @type {Map<string, OpenFailover>} */
  #open = new Map()

  /**
   * A node failed, and owed these chunks. Requests that fail together are one failover.
   * @param {string} from
   * @param {readonly number[]} chunks
   * @param {number} nowMs
   */
  begin(from, chunks, nowMs) {
    if (chunks.length === 0) return
    const open = this.#open.get(from)
    if (open === undefined) {
      const owed = new Set(chunks)
      this.#open.set(from, { from, sinceMs: nowMs, owed, chunks: [...chunks], to: new Set(), waitedMs: 0 })
      return
    }
    for (const chunk of chunks) {
      if (!open.chunks.includes(chunk)) open.chunks.push(chunk)
      open.owed.add(chunk)
    }
  }

  /**
   * A chunk is here.
   * @param {number} chunk
   * @param {string} node which brought it
   * @param {number} waitedMs how long a reader has waited for it
   * @param {number} nowMs
   * @returns {{ from: string, to: string[], chunks: number[], recoveredMs: number, waitedMs: number }[]} what is over now
   */
  bring(chunk, node, waitedMs, nowMs) {
    return this.#settle(chunk, nowMs, (open) => {
      if (node === open.from) {
        leaveOut(open, chunk) // it is back: nobody takes over from himself
        return
      }
      open.to.add(node)
      open.waitedMs = Math.max(open.waitedMs, waitedMs)
    })
  }

  /** Nobody wants this chunk any more. @param {number} chunk @param {number} nowMs */
  forget(chunk, nowMs) {
    return this.#settle(chunk, nowMs, (open) => leaveOut(open, chunk))
  }

  /** Chunks that somebody still has to bring. @returns {number[]} */
  get owed() {
    return [...this.#open.values()].flatMap(({ owed }) => [...owed])
  }

  /** @param {number} chunk @param {number} nowMs @param {(open: OpenFailover) => void} note */
  #settle(chunk, nowMs, note) {
    const over = []
    for (const open of this.#open.values()) {
      if (!open.owed.delete(chunk)) continue
      note(open)
      if (open.owed.size > 0) continue
      this.#open.delete(open.from)
      if (open.chunks.length === 0) continue // nobody had to bring anything
      const { from, chunks, sinceMs, waitedMs } = open
      over.push({ from, to: [...open.to], chunks, recoveredMs: nowMs - sinceMs, waitedMs })
    }
    return over
  }
}

/** It is nothing that others take over. @param {OpenFailover} open @param {number} chunk */
function leaveOut(open, chunk) {
  open.chunks = open.chunks.filter((other) => other !== chunk)
}
