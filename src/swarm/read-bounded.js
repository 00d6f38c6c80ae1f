// @ts-check
/** The one reader of whole answers: what somebody sends must not fill our memory, whatever it says it is. */

/**
 * What is read of an answer, browsers' and our own.
 * @typedef {{ readonly body: import('./fetch-range.js').FetchedBody | null }} Answer
 */

/** The longest answer to a health call; no node of ours sends more. */
export const MAX_HEALTH_BYTES = 64 * 1024

/**
 * Reads the body of an answer to its end. Bounded in bytes; time is the business of the request's signal.
 * @param {Answer} answer
 * @param {number} maxBytes
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {RangeError} when there is more; the rest is not read, and the connection is given up
 * @throws whatever the body fails with
 */
export async function readBounded({ body }, maxBytes) {
  /** @type {Uint8Array[]} */
  const pieces = []
  let length = 0
  const reader = body?.getReader() // a HEAD has no body
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    length += next.value.length
    if (length > maxBytes) {
      void reader?.cancel().catch(() => {}) // what is told is that it is too long
      throw new RangeError(`its answer is longer than ${maxBytes} bytes`)
    }
    pieces.push(next.value)
  }
  const whole = new Uint8Array(length)
  let position = 0
  for (const piece of pieces) {
    whole.set(piece, position)
    position += piece.length
  }
  return whole
}

/**
 * Reads JSON of bounded length.
 * @param {Answer} answer
 * @param {number} maxBytes
 * @returns {Promise<unknown>}
 * @throws {RangeError} as {@link readBounded}
 * @throws {SyntaxError} when it is no JSON
 */
export const readBoundedJson = async (answer, maxBytes) =>
  JSON.parse(new TextDecoder().decode(await readBounded(answer, maxBytes)))

/**
 * Waits for the end of an answer that nobody reads, so that its connection is free for the next request. What is
 * longer than `maxBytes` has been an answer all the same; it is given up.
 * @param {Answer} answer
 * @param {number} maxBytes
 * @throws whatever the body fails with: an answer that breaks off halfway is none
 */
export async function skipBounded(answer, maxBytes) {
  try {
    await readBounded(answer, maxBytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}
