/** What is sent to `/_/lab`: JSON → what is to be in force, or which field is wrong. Pure. */
import { IMPAIRMENTS, type Impairments } from '../../impairments.ts'
import { FaultError, inField, isRecord, readFaults } from '../../lab/faults.js'
import type { Setting } from './lab.ts'

/** No document is longer. */
export const MAX_DOCUMENT_BYTES = 4096

/** A setting, the number of one that goes on (its lease is renewed), or a node that is to be started. */
export type LabDocument =
  | { readonly kind: 'set'; readonly setting: Setting }
  | { readonly kind: 'renew'; readonly revision: number }
  | { readonly kind: 'start'; readonly name: string; readonly afterMs: number }

const FIELDS = ['seed', 'impairments', 'faults', 'leaseMs'] as const
const MAX_LEASE_MS = 60_000
/** Longer than any video that a class watches to its end. */
const MAX_AFTER_MS = 3_600_000
const MAX_SEED = 2 ** 32 - 1

const isWhole = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most

/**
 * Reads a document.
 * @throws FaultError naming the field, and what is expected there
 */
export function readDocument(text: string): LabDocument {
  const json = parse(text)
  if (!isRecord(json)) throw new FaultError('the document', 'a JSON object')
  const { renew, start, afterMs = 0 } = json
  if (renew !== undefined) {
    refuseBeside('renew', json)
    if (!isWhole(renew, 0, Number.MAX_SAFE_INTEGER))
      throw new FaultError('renew', 'the revision that is to go on')
    return { kind: 'renew', revision: renew }
  }
  if (start !== undefined) {
    refuseBeside('start', json, ['afterMs'])
    if (typeof start !== 'string') throw new FaultError('start', 'the name of a node')
    if (!isWhole(afterMs, 0, MAX_AFTER_MS))
      throw new FaultError('afterMs', `milliseconds from 0 to ${MAX_AFTER_MS}`)
    return { kind: 'start', name: start, afterMs }
  }
  for (const field of Object.keys(json)) {
    if (!(FIELDS as readonly string[]).includes(field))
      throw new FaultError(inField(field), `one of ${FIELDS.join(', ')}, or renew or start alone`)
  }
  const { seed = 0, impairments = {}, faults = {}, leaseMs } = json
  if (!isWhole(seed, 0, MAX_SEED)) throw new FaultError('seed', `a whole number from 0 to ${MAX_SEED}`)
  if (leaseMs !== undefined && !isWhole(leaseMs, 1, MAX_LEASE_MS))
    throw new FaultError('leaseMs', `milliseconds from 1 to ${MAX_LEASE_MS}`)
  const setting = { seed, leaseMs, impairments: readImpairments(impairments), faults: readFaults(faults) }
  return { kind: 'set', setting }
}

function refuseBeside(field: string, json: object, companions: readonly string[] = []): void {
  const [other] = Object.keys(json).filter((one) => one !== field && !companions.includes(one))
  const known = ['nothing', ...companions].join(' but ')
  if (other !== undefined) throw new FaultError(inField(other), `${known} beside ${field}`)
}

function readImpairments(json: unknown): Partial<Impairments> {
  if (!isRecord(json)) throw new FaultError('impairments', 'an object')
  for (const [name, value] of Object.entries(json)) {
    if (!Object.hasOwn(IMPAIRMENTS, name))
      throw new FaultError(`impairments.${inField(name)}`, `one of ${Object.keys(IMPAIRMENTS).join(', ')}`)
    const { test, expected } = IMPAIRMENTS[name as keyof Impairments]
    if (!test(value)) throw new FaultError(`impairments.${name}`, expected)
  }
  return json // every field has just passed its rule
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FaultError('the document', 'JSON')
  }
}
