// @ts-check
/**
 * The page's side of the video's requests: each that the worker passes on becomes a reader of the swarm, read
 * one piece for one pull. A worker may be stopped at any time, and then nobody says that a port is dead; so a
 * reader that is not pulled from is put to sleep, and opened again where it was if a pull comes after all.
 */
import { parseByteRange } from './byte-range.js'

/** So long after its last pull a reader sleeps, when the video has asked for another range since. */
const SUPERSEDED_MS = 3_000
/** The same when it has not: the video has enough for now, or is paused. */
const IDLE_MS = 60_000
const LOOK_MS = 1_000

/**
 * @typedef {object} Reader as the swarm opens them
 * @property {() => Promise<Uint8Array | undefined>} next
 * @property {() => void} cancel
 */
/** @typedef {Pick<MessagePort, 'postMessage' | 'close' | 'onmessage'>} Port */
/**
 * @typedef {object} StreamsOptions
 * @property {{ readonly size: number, readonly mediaType: string }} file
 * @property {(start: number, end: number) => Reader} open both inclusive
 * @property {import('../../swarm/clock.js').Clock} clock
 */

export class VideoStreams {
  #file
  #open
  #clock
  /** @type {Set<VideoStream>} those with a reader, in the order of their requests */
  #awake = new Set()
  /** @type {unknown} */
  #timer

  /** @param {StreamsOptions} options */
  constructor({ file, open, clock }) {
    this.#file = file
    this.#open = open
    this.#clock = clock
  }

  /** Readers that are open now. */
  get readers() {
    return this.#awake.size
  }

  /**
   * Answers one request.
   * @param {string | null} range the Range field
   * @param {Port} port to the worker
   */
  answer(range, port) {
    const { size, mediaType } = this.#file
    const asked = parseByteRange(range, size)
    /** @type {import('./worker-scope.js').StreamHead} */
    const head =
      asked.kind === 'part'
        ? { type: 'head', start: asked.start, end: asked.end, size, mediaType }
        : { type: 'unsatisfiable', size }
    if (asked.kind === 'part') {
      const stream = new VideoStream(port, asked.start, asked.end, this.#open, this.#clock, (isAwake) => {
        if (isAwake) this.#awake.add(stream)
        else this.#awake.delete(stream)
        this.#watch()
      })
      stream.wake() // before the first pull comes, the swarm can begin
    }
    port.postMessage(head)
  }

  close() {
    for (const stream of this.#awake) stream.close()
  }

  #watch() {
    if (this.#awake.size === 0) {
      this.#clock.clearTimeout(this.#timer)
      this.#timer = undefined
    } else this.#timer ??= this.#clock.setTimeout(() => this.#look(), LOOK_MS)
  }

  #look() {
    this.#timer = undefined
    const streams = [...this.#awake]
    const nowMs = this.#clock.now()
    for (const [index, stream] of streams.entries()) {
      const isSuperseded = index < streams.length - 1
      if (stream.idleMs(nowMs) >= (isSuperseded ? SUPERSEDED_MS : IDLE_MS)) stream.sleep()
    }
    this.#watch()
  }
}

/** One request: a range of the file, of which `#next` is the first byte that has not been sent. */
class VideoStream {
  #port
  #next
  #end
  #open
  #clock
  #onChange
  /** @type {Reader | undefined} */
  #reader
  #activeAtMs
  /** a pull has not been answered yet */
  #isAsked = false
  #isDone = false

  /**
   * @param {Port} port
   * @param {number} start
   * @param {number} end
   * @param {(start: number, end: number) => Reader} open
   * @param {import('../../swarm/clock.js').Clock} clock
   * @param {(isAwake: boolean) => void} onChange
   */
  constructor(port, start, end, open, clock, onChange) {
    this.#port = port
    this.#next = start
    this.#end = end
    this.#open = open
    this.#clock = clock
    this.#onChange = onChange
    this.#activeAtMs = clock.now()
    port.onmessage = ({ data }) => {
      const demand = /** @type {import('./worker-scope.js').StreamDemand} */ (data)
      if (demand.type === 'cancel') this.close()
      else void this.#send()
    }
  }

  /**
   * How long nobody has wanted anything of this stream. An unanswered pull of a dead worker counts as wanting;
   * it is answered some time, and no other follows.
   * @param {number} nowMs
   */
  idleMs(nowMs) {
    return this.#isAsked ? 0 : nowMs - this.#activeAtMs
  }

  /** @returns {Reader} */
  wake() {
    if (this.#reader !== undefined) return this.#reader
    this.#reader = this.#open(this.#next, this.#end)
    this.#onChange(true)
    return this.#reader
  }

  sleep() {
    const reader = this.#reader
    this.#reader = undefined
    reader?.cancel()
    this.#onChange(false)
  }

  close() {
    this.#isDone = true
    this.sleep()
    this.#port.close()
  }

  async #send() {
    this.#isAsked = true
    try {
      const bytes = await this.wake().next()
      if (!this.#isDone) this.#post(bytes)
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error))
    }
    this.#isAsked = false
    this.#activeAtMs = this.#clock.now()
  }

  /** @param {Uint8Array | undefined} bytes */
  #post(bytes) {
    if (bytes === undefined) {
      if (this.#next <= this.#end) return this.#fail(`The file ended at byte ${this.#next}`)
      this.#say({ type: 'end' })
      return this.close()
    }
    this.#next += bytes.length
    // A copy, for it is given away, and the swarm keeps its own for the next reader.
    const copy = bytes.slice().buffer
    this.#say({ type: 'piece', bytes: copy }, [copy])
  }

  /** @param {string} message */
  #fail(message) {
    this.#say({ type: 'failed', message })
    this.close()
  }

  /**
   * @param {import('./worker-scope.js').StreamPiece} piece
   * @param {Transferable[]} transfer
   */
  #say(piece, transfer = []) {
    this.#port.postMessage(piece, transfer)
  }
}
