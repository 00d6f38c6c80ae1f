/** Seeing and setting the lab of a node over HTTP, as a program on the same machine does. */
import { readBounded } from '../swarm/read-bounded.js'
import { whyNoAnswer } from '../swarm/unreachable.js'
import { FAULTS, type FaultName, type FaultSet, isFaultName, isRecord } from './faults.js'

/** No node sends a longer one. */
const MAX_ANSWER_BYTES = 64 * 1024
/** A node of this machine answers at once, whatever else is done to it. */
const ANSWER_MS = 2_000

/** A fault that is in force on a node, as the node says. Times in ms. */
export interface FaultState {
  readonly name: FaultName
  /** with which it was set */
  readonly parameters: object
  readonly agoMs: number
  /** `undefined`: until somebody heals the node */
  readonly leftMs: number | undefined
  /** requests that it has touched */
  readonly hits: number
  /** what the node does, in our own words */
  readonly says: string
}

/** What the lab of a node says. */
export interface LabState {
  readonly seed: number
  readonly impairments: Readonly<Record<string, number>>
  readonly faults: readonly FaultState[]
  readonly token: string
}

/** Why the lab of a node cannot be seen or set, in words that follow its name. */
export class LabError extends Error {
  override name = 'LabError'
}

/**
 * What is in force on a node.
 * @param url where the node's URLs begin
 * @throws LabError
 */
export const readLab = (url: string): Promise<LabState> => ask(url, { method: 'GET' })

/**
 * Sets everything that is to be in force.
 * @throws LabError with the field that the node did not take
 */
export const setLab = (
  url: string,
  token: string,
  document: { readonly seed: number; readonly impairments: object; readonly faults: FaultSet },
): Promise<LabState> =>
  ask(url, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'X-Lab-Token': token },
    body: JSON.stringify(document),
  })

/** Heals a node. @throws LabError */
export const healLab = (url: string, token: string): Promise<LabState> =>
  ask(url, { method: 'DELETE', headers: { 'X-Lab-Token': token } })

async function ask(url: string, init: RequestInit): Promise<LabState> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  const response = await fetch(`${url}/_/lab`, { ...init, signal, redirect: 'error' }).catch(
    (error: unknown) => {
      throw new LabError(signal.aborted ? 'does not answer' : `cannot be asked: ${whyNoAnswer(error)}`)
    },
  )
  const bytes = await readBounded(response, MAX_ANSWER_BYTES).catch(() => {
    throw new LabError('did not say all that it wanted to say')
  })
  const text = new TextDecoder().decode(bytes)
  if (response.status === 404) throw new LabError('has no lab: start it with --lab')
  if (!response.ok) throw new LabError(`refused: ${firstLine(text)}`)
  const state = readState(text)
  if (state === undefined) throw new LabError('is no node of this project, or of another version of it')
  return state
}

/** What a node says, checked. */
function readState(text: string): LabState | undefined {
  const json = parse(text)
  if (!isRecord(json)) return undefined
  const { seed, impairments, faults, token } = json
  if (typeof seed !== 'number' || typeof token !== 'string' || !isRecord(impairments) || !isRecord(faults))
    return undefined
  if (!Object.values(impairments).every((value) => typeof value === 'number')) return undefined
  const states = Object.entries(faults).map(([name, value]) => readFaultState(name, value))
  if (!states.every((state) => state !== undefined)) return undefined
  return { seed, token, impairments: impairments as Record<string, number>, faults: states }
}

function readFaultState(name: string, json: unknown): FaultState | undefined {
  if (!isFaultName(name) || !isRecord(json)) return undefined
  const { agoMs, leftMs, hits, says: _, ...parameters } = json
  if (typeof agoMs !== 'number' || typeof hits !== 'number') return undefined
  if (leftMs !== null && typeof leftMs !== 'number') return undefined
  const says = FAULTS[name].say(parameters)
  return { name, parameters, agoMs, leftMs: leftMs ?? undefined, hits, says }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const firstLine = (text: string): string => text.split('\n', 1)[0]?.slice(0, 200) ?? ''
