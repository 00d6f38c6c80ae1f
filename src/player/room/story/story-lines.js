// @ts-check
/** The lines of a story: how they are added, mended while what they tell goes on, and forgotten. */

/** Older lines are forgotten. */
const LINES = 200

/**
 * One line. Its text may grow while what it tells goes on.
 * @typedef {object} Line
 * @property {number} id
 * @property {number} atMs
 * @property {string} text
 * @property {'good' | 'bad' | 'plain'} tone
 */

/** Keeps them. */
export class StoryLines {
  /** by their time, oldest first: what is learned later may have been earlier @type {Line[]} */
  all = []
  /** changes whenever a line does */
  version = 0
  #nextId = 1

  /**
   * @param {number} atMs
   * @param {string} text
   * @param {Line['tone']} tone
   * @returns {Line}
   */
  add(atMs, text, tone) {
    const line = { id: this.#nextId++, atMs, text, tone }
    this.all.splice(this.all.findLastIndex((other) => other.atMs <= atMs) + 1, 0, line)
    if (this.all.length > LINES) this.all.shift()
    this.version++
    return line
  }

  /** @param {Line} line @param {string} text */
  mend(line, text) {
    line.text = text
    this.version++
  }

  /** What it said has turned out not to be so. @param {Line} line */
  remove(line) {
    this.all = this.all.filter((other) => other !== line)
    this.version++
  }
}
