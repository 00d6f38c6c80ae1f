// @ts-check
/**
 * One range request, and what its answer proves. Every answer that is not the very bytes asked for is told
 * apart here and named; what to do about it is decided elsewhere.
 */
import { hashOfTag } from '../version/content-tag.js'
import { tooShort, whyCut, whyNoAnswer } from './unreachable.js'

/**
 * A file as the swarm knows it. Without `chunks` nothing can be verified.
 * @typedef {object} SwarmFile
 * @property {string} name
 * @property {number} size bytes
 * @property {number} chunkSize bytes
 * @property {readonly string[]} [chunks] SHA-256 of each chunk, hex
 * @property {readonly string[] | undefined} [opening] SHA-256 of each piece of its opening, hex (version/manifest.js)
 * @property {string} [sha256] of the whole file, hex
 * @property {string} [etag] strong; where there are no hashes it alone tells this file from another
 */

/**
 * - `complete`: all bytes came. `stopped`: we wanted no more.
 * - `refused`: nobody listens, or the browser may not ask. `cut`: it began and broke off.
 * - the others: the node answered, and what it said.
 * @typedef {{ kind: 'complete' } | { kind: 'stopped' }
 *   | { kind: 'refused' | 'cut' | 'missing' | 'other version' | 'wrong answer', why: string }
 *   | { kind: 'busy', why: string, retryAfterMs: number | undefined }} Outcome
 * @typedef {Exclude<Outcome, { kind: 'complete' | 'stopped' }>} Failure
 */

/**
 * What the swarm needs of `fetch`: browsers and Node.js have it, and a test or a command may hand in another one.
 * @typedef {object} FetchInit
 * @property {'GET' | 'HEAD'} [method]
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 * @property {'no-store'} [cache]
 * @property {'omit'} [credentials]
 * @typedef {object} Fetched
 * @property {number} status
 * @property {boolean} ok
 * @property {{ get(name: string): string | null }} headers
 * @property {FetchedBody | null} body
 * @property {number} [tookMs] to its head, where it was asked for before this call
 * @typedef {{ getReader(): BodyReader, cancel(): Promise<void> }} FetchedBody
 * @typedef {{ done: false, value: Uint8Array } | { done: true, value?: Uint8Array | undefined }} BodyPiece
 * @typedef {{ read(): Promise<BodyPiece>, cancel(): Promise<void> }} BodyReader
 * @typedef {(url: string, init: FetchInit) => Promise<Fetched>} Fetch
 */

/** Does a node say with this status that it has too much to do? Pure. @param {number} status @see RFC 9110 §15.6.4, RFC 6585 §4 */
export const isBusy = (status) => status === 503 || status === 429

/**
 * Does the head of an answer promise the range that was asked for? Pure.
 * @param {{ status: number, get(name: string): string | null }} head
 * @param {number} start first byte
 * @param {number} end last byte
 * @param {SwarmFile} file
 * @returns {Failure | undefined} `undefined` when it does
 * @see RFC 9110 §14.4 and §15.3.7
 */
export function judgeHead({ status, get }, start, end, file) {
  if (status === 404 || status === 410)
    return { kind: 'missing', why: `it does not have the file: it answered ${status}` }
  if (isBusy(status)) {
    const seconds = Number(get('Retry-After') ?? Number.NaN)
    const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
    return { kind: 'busy', why: `it answered ${status}`, retryAfterMs }
  }
  if (status === 416) return { kind: 'other version', why: 'its file is shorter: it answered 416' }
  if (status === 200)
    return { kind: 'wrong answer', why: 'it answers a range with the whole file: 200 in place of 206' }
  if (status >= 300 && status < 400)
    return {
      kind: 'wrong answer',
      why: `it sends us to another server, which is not followed: it answered ${status}`,
    }
  if (status !== 206) return { kind: 'wrong answer', why: `it answers ${status}` }

  const range = get('Content-Range')
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(range ?? '') ?? []
  if (range === null)
    return { kind: 'wrong answer', why: 'its 206 shows no Content-Range, which a foreign server must expose' }
  if (size !== undefined && size !== '*' && Number(size) !== file.size)
    return { kind: 'other version', why: `its file has ${size} bytes, not ${file.size}` }
  if (Number(first) !== start || Number(last) !== end)
    return { kind: 'wrong answer', why: `it answers bytes ${start}-${end} with "${range}"` }
  const hash = hashOfTag(get('ETag'))
  if (hash !== undefined && file.sha256 !== undefined && hash !== file.sha256)
    return { kind: 'other version', why: 'its ETag is that of another version' }
  if (file.etag !== undefined && get('ETag') !== file.etag)
    return { kind: 'other version', why: 'its ETag is another one, so it may have other bytes' }
  return undefined
}

/**
 * Asks for one range and hands its bytes on as they arrive. Never rejects.
 * @param {object} request
 * @param {string} request.url
 * @param {number} request.start first byte
 * @param {number} request.end last byte, inclusive
 * @param {SwarmFile} request.file
 * @param {Fetch} request.fetch
 * @param {AbortSignal} request.signal
 * @param {() => void} [request.onHead] the answer began, and promises the right thing
 * @param {(bytes: Uint8Array) => boolean} request.onBytes never more than asked for; false: no more is wanted
 * @returns {Promise<Outcome>}
 */
export async function fetchRange({ url, start, end, file, fetch, signal, onHead = () => {}, onBytes }) {
  let response
  try {
    response = await fetch(url, {
      headers: { Range: `bytes=${start}-${end}` },
      cache: 'no-store', // a cache may answer with fewer bytes, and hides what the nodes do
      credentials: 'omit',
      signal,
    })
  } catch (error) {
    return signal.aborted ? { kind: 'stopped' } : { kind: 'refused', why: whyNoAnswer(error) }
  }
  const { status, headers } = response
  const failure = judgeHead({ status, get: (name) => headers.get(name) }, start, end, file)
  if (failure !== undefined || response.body === null) {
    await response.body?.cancel().catch(() => {}) // it has failed already, and that is what is told
    return failure ?? { kind: 'wrong answer', why: 'its 206 has no body' }
  }
  onHead()
  return readBody(response.body.getReader(), end - start + 1, signal, onBytes)
}

/**
 * @param {BodyReader} reader
 * @param {number} expectedBytes
 * @param {AbortSignal} signal
 * @param {(bytes: Uint8Array) => boolean} onBytes
 * @returns {Promise<Outcome>}
 */
async function readBody(reader, expectedBytes, signal, onBytes) {
  let receivedBytes = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (signal.aborted) return { kind: 'stopped' }
      if (done) break
      receivedBytes += value.length
      if (receivedBytes > expectedBytes) {
        void reader.cancel().catch(() => {})
        return { kind: 'wrong answer', why: `it sends more than the ${expectedBytes} bytes asked for` }
      }
      if (!onBytes(value)) {
        void reader.cancel().catch(() => {})
        return receivedBytes === expectedBytes ? { kind: 'complete' } : { kind: 'stopped' }
      }
    }
  } catch (error) {
    return signal.aborted ? { kind: 'stopped' } : { kind: 'cut', why: whyCut(error) }
  }
  return receivedBytes === expectedBytes
    ? { kind: 'complete' }
    : { kind: 'cut', why: tooShort(expectedBytes - receivedBytes) }
}
