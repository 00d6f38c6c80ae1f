// @ts-check
/** Seeing and setting the lab of a node over HTTP: as a program on the same machine does, and a page of the node list. */
import { readBounded } from '../swarm/read-bounded.js'
import { whyNoAnswer } from '../swarm/unreachable.js'
import { FAULTS, isFaultName, isRecord } from './faults.js'

/** @typedef {import('./faults.js').FaultName} FaultName */

/**
 * A fault that is in force on a node, as the node says. Times in ms.
 * @typedef {object} FaultState
 * @property {FaultName} name
 * @property {object} parameters with which it was set
 * @property {number} agoMs
 * @property {number | undefined} leftMs `undefined`: until somebody heals the node
 * @property {number | undefined} hits requests that it has touched; `undefined`: it does something to the node itself
 * @property {string} says what the node does, in our own words
 */

/**
 * What the lab of a node says.
 * @typedef {object} LabState
 * @property {number} revision counts what was set
 * @property {number} changedAgoMs since something else came into force: set, healed, or over by itself
 * @property {number} seed
 * @property {Readonly<Record<string, number>>} impairments as they are now
 * @property {Readonly<Record<string, number>>} changed those that are other than the node was started with
 * @property {readonly FaultState[]} faults
 * @property {readonly string[]} starts names of nodes that whoever started this one can start
 * @property {string | undefined} token lets who knows it change the lab; `undefined`: the lab is not ours to change
 */

/**
 * What is known of a lab that is looked at again and again.
 * @typedef {object} LabSeen
 * @property {LabState | undefined} state as it was last told
 * @property {number} atMs when that was, on the clock of who looks
 * @property {boolean} isAway nobody has answered since
 * @property {boolean} isSilent it is away, and nobody refuses either: it may be there and stand still
 */

/**
 * What is to be in force.
 * @typedef {object} LabSetting
 * @property {number} [seed]
 * @property {object} [impairments] those that are to be other than the node list says
 * @property {import('./faults.js').FaultSet} [faults]
 * @property {number} [leaseMs] heals the node when it is not renewed for so long
 */

/** @typedef {(url: string, init?: RequestInit) => Promise<Response>} Fetch */

/** No node sends a longer one. */
const MAX_ANSWER_BYTES = 64 * 1024
/** A node of this machine answers at once, whatever else is done to it. */
const ANSWER_MS = 2_000

/** Why the lab of a node cannot be seen or set, in words that follow its name. */
export class LabError extends Error {
  /** @override */
  name = 'LabError'
  /**
   * @param {'away' | 'silent' | 'closed' | 'forbidden' | 'refused' | 'nonsense'} kind `away`: nobody is there; `silent`:
   *   nobody answers in time, so that this is not known; `closed`: it cannot be
   *   changed from outside; `forbidden`: not by us, or with an old token
   * @param {string} message
   */
  constructor(kind, message) {
    super(message)
    this.kind = kind
  }

  /** Has nobody answered? */
  get isUnanswered() {
    return this.kind === 'away' || this.kind === 'silent'
  }
}

/** The lab of one node. */
export class LabClient {
  #url
  #fetch
  /** @type {string | undefined} */
  #token

  /**
   * @param {string} url where the node's URLs begin
   * @param {Fetch} fetch
   */
  constructor(url, fetch = globalThis.fetch.bind(globalThis)) {
    this.#url = url
    this.#fetch = fetch
  }

  /** What is in force. @throws {LabError} */
  read() {
    return this.#ask('GET')
  }

  /** Sets all that is to be in force. @param {LabSetting} setting @throws {LabError} */
  set(setting) {
    return this.#change('PUT', setting)
  }

  /** What was set goes on. @param {number} revision of it @throws {LabError} also when something else was set since */
  renew(revision) {
    return this.#change('PUT', { renew: revision })
  }

  /**
   * Whoever started this node starts another one.
   * @param {string} name
   * @param {number} [afterMs] not before, and then only if it is not there
   * @throws {LabError}
   */
  startNode(name, afterMs = 0) {
    return this.#change('PUT', { start: name, afterMs })
  }

  /** Ends all faults. @throws {LabError} */
  heal() {
    return this.#change('DELETE')
  }

  /** A node that was started again has another token. @param {'PUT' | 'DELETE'} method @param {object} [document] */
  async #change(method, document) {
    if (this.#token !== undefined) {
      try {
        return await this.#ask(method, document)
      } catch (error) {
        if (!(error instanceof LabError) || error.kind !== 'forbidden') throw error
      }
    }
    const { token } = await this.read()
    if (token === undefined) throw new LabError('closed', 'has a lab that is closed: start it with --lab')
    return this.#ask(method, document)
  }

  /** @param {string} method @param {object} [document] @returns {Promise<LabState>} */
  async #ask(method, document) {
    const signal = AbortSignal.timeout(ANSWER_MS)
    /** @type {Record<string, string>} */
    const headers = {}
    if (method !== 'GET') headers['X-Lab-Token'] = this.#token ?? ''
    if (document !== undefined) headers['Content-Type'] = 'application/json'
    const body = document === undefined ? null : JSON.stringify(document)
    const init = /** @type {const} */ ({
      method,
      headers,
      body,
      signal,
      redirect: 'error',
      cache: 'no-store',
    })
    const response = await this.#fetch(`${this.#url}/_/lab`, init).catch((error) => {
      throw new LabError(
        signal.aborted ? 'silent' : 'away',
        signal.aborted ? 'does not answer' : `cannot be asked: ${whyNoAnswer(error)}`,
      )
    })
    const bytes = await readBounded(response, MAX_ANSWER_BYTES).catch(() => {
      throw new LabError('away', 'did not say all that it wanted to say')
    })
    const text = new TextDecoder().decode(bytes)
    if (!response.ok)
      throw new LabError(response.status === 403 ? 'forbidden' : 'refused', `refused: ${firstLine(text)}`)
    const state = readState(text)
    if (state === undefined)
      throw new LabError('nonsense', 'is no node of this project, or of another version of it')
    this.#token = state.token
    return state
  }
}

/** What a node says, checked. @param {string} text @returns {LabState | undefined} */
function readState(text) {
  const json = parse(text)
  if (!isRecord(json)) return undefined
  const { revision, changedAgoMs, seed, impairments, changed, faults, starts, token } = json
  if (typeof revision !== 'number' || typeof seed !== 'number') return undefined
  if (typeof changedAgoMs !== 'number' || !(changedAgoMs >= 0)) return undefined
  if (!Array.isArray(starts) || !starts.every((name) => typeof name === 'string')) return undefined
  if (token !== undefined && typeof token !== 'string') return undefined
  if (!isNumbers(impairments) || !isNumbers(changed) || !isRecord(faults)) return undefined
  const states = Object.entries(faults).map(([name, value]) => readFaultState(name, value))
  if (!states.every((state) => state !== undefined)) return undefined
  return { revision, changedAgoMs, seed, starts, token, impairments, changed, faults: states }
}

/** @param {unknown} value @returns {value is Record<string, number>} */
const isNumbers = (value) => isRecord(value) && Object.values(value).every((one) => typeof one === 'number')

/** @param {string} name @param {unknown} json @returns {FaultState | undefined} */
function readFaultState(name, json) {
  if (!isFaultName(name) || !isRecord(json)) return undefined
  const { agoMs, leftMs, hits, says: _, ...parameters } = json
  if (typeof agoMs !== 'number' || (hits !== null && typeof hits !== 'number')) return undefined
  if (leftMs !== null && typeof leftMs !== 'number') return undefined
  const says = FAULTS[name].say(parameters)
  return { name, parameters, agoMs, leftMs: leftMs ?? undefined, hits: hits ?? undefined, says }
}

/** @param {string} text @returns {unknown} */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @param {string} text */
const firstLine = (text) => text.split('\n', 1)[0]?.slice(0, 200) ?? ''
