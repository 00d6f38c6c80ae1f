/** A scenario: what is done to the nodes, when, and what a class is to foretell. JSON → checked, or which field is wrong. */
import { readFileSync } from 'node:fs'
import { explainFileError } from '../file-errors.ts'
import { eachImpairment, IMPAIRMENTS, type Impairments, OPTIONAL_IMPAIRMENTS } from '../impairments.ts'
import { readTime } from '../lab/fault-words.js'
import { FaultError, type FaultSet, inField, isRecord, readFaults } from '../lab/faults.js'
import { shortPath } from '../short-path.ts'
import type { Expectation } from '../verdict/judge.js'

/** How far away a node is in a scenario. */
export interface ScenarioNode extends Impairments {
  readonly name: string
}

/** Something that is done to a node. Times in ms from the first picture on. */
export type Step =
  | {
      readonly kind: 'set'
      readonly atMs: number
      readonly node: string
      readonly faults: FaultSet
      readonly impairments: Partial<Impairments>
      /** it is healed after so long */
      readonly forMs: number | undefined
    }
  | {
      readonly kind: 'crash'
      readonly atMs: number
      readonly node: string
      readonly forMs: number | undefined
    }
  | { readonly kind: 'start' | 'heal'; readonly atMs: number; readonly node: string }
  | {
      readonly kind: 'random'
      readonly atMs: number
      readonly events: number
      readonly alwaysHealthy: number
    }

export interface Scenario {
  readonly title: string
  readonly question: string
  readonly choices: readonly string[]
  /** the choice that is right when all is as expected; `undefined`: nobody knows before */
  readonly right: string | undefined
  readonly seed: number
  readonly nodes: readonly ScenarioNode[]
  readonly lookAheadSeconds: number
  readonly steps: readonly Step[]
  readonly expect: Expectation
  readonly why: string
}

/** As in the default demo. */
const NODES: readonly ScenarioNode[] = [50, 150, 300].map((latencyMs, index) => ({
  ...OPTIONAL_IMPAIRMENTS,
  name: `node${index + 1}`,
  latencyMs,
  bandwidthKbps: 3000,
}))
const LOOK_AHEAD_SECONDS = 15
const FIELDS = [
  ...['title', 'question', 'choices', 'right', 'seed', 'nodes', 'lookAheadSeconds', 'steps', 'expect', 'why'],
] as const
const STEP_FIELDS = ['at', 'node', 'set', 'impairments', 'for', 'do', 'random']
const MAX_STEPS = 1000

/** What is wrong, by the path of its field. */
export class ScenarioError extends Error {
  override name = 'ScenarioError'
}

/**
 * Reads a scenario.
 * @throws ScenarioError naming the file, the field and what is expected there
 */
export function readScenario(file: string): Scenario {
  return parseScenario(readText(file), shortPath(file))
}

/**
 * The scenario in a run that was saved on the watch page.
 * @throws ScenarioError
 */
export function readSavedRun(file: string): Scenario {
  const shown = shortPath(file)
  const json = parseJson(readText(file), shown)
  if (!isRecord(json) || json['savedRun'] !== 1)
    throw new ScenarioError(`${shown} is no run that was saved on the watch page, or of another version`)
  return checkScenario(json['scenario'], `${shown}: scenario`)
}

/** @throws ScenarioError */
export const parseScenario = (text: string, shown: string): Scenario =>
  checkScenario(parseJson(text, shown), shown)

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ScenarioError(`Cannot read ${shortPath(file)}: ${explainFileError(cause)}`, { cause })
  }
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ScenarioError(`${shown}: the file: expected JSON`)
  }
}

function checkScenario(json: unknown, shown: string): Scenario {
  const fail = (where: string, expected: string): never => {
    throw new ScenarioError(`${shown}: ${where}: expected ${expected}`)
  }
  if (!isRecord(json)) return fail('the file', 'an object')
  refuseOthers(json, FIELDS, '', fail)
  const {
    title,
    question,
    choices,
    right,
    seed = 0,
    nodes,
    lookAheadSeconds = LOOK_AHEAD_SECONDS,
    steps,
    why,
  } = json
  if (!isText(title)) return fail('title', 'a text')
  if (!isText(question)) return fail('question', 'a text')
  if (!isText(why)) return fail('why', 'a text')
  if (!Array.isArray(choices) || choices.length < 2 || !choices.every(isText))
    return fail('choices', 'two texts or more')
  if (right !== undefined && !(isText(right) && choices.includes(right)))
    return fail('right', 'one of the choices')
  if (!isWhole(seed, 0, 2 ** 32 - 1)) return fail('seed', 'a whole number from 0')
  if (!isNumber(lookAheadSeconds, 1, 60)) return fail('lookAheadSeconds', 'seconds from 1 to 60')
  if (!Array.isArray(steps) || steps.length === 0 || steps.length > MAX_STEPS)
    return fail('steps', `1 to ${MAX_STEPS} steps`)
  const ours = readNodes(nodes, fail)
  return {
    ...{ title, question, why, seed, lookAheadSeconds, nodes: ours },
    choices: choices as string[],
    right,
    steps: steps.map((step, index) => readStep(step, `steps[${index}]`, ours, fail)),
    expect: readExpectation(json['expect'], fail),
  }
}

type Fail = (where: string, expected: string) => never

function readNodes(json: unknown, fail: Fail): readonly ScenarioNode[] {
  if (json === undefined) return NODES
  if (!Array.isArray(json) || json.length === 0 || json.length > 30) return fail('nodes', '1 to 30 nodes')
  const rules = eachImpairment((name) => IMPAIRMENTS[name])
  return json.map((entry: unknown, index) => {
    const where = `nodes[${index}]`
    if (!isRecord(entry)) return fail(where, 'an object')
    refuseOthers(entry, ['name', ...Object.keys(rules)], `${where}.`, fail)
    const { name = `node${index + 1}` } = entry
    if (!isText(name)) return fail(`${where}.name`, 'a text')
    const node = { ...OPTIONAL_IMPAIRMENTS, ...entry }
    for (const [field, { test, expected }] of Object.entries(rules))
      if (!test((node as Record<string, unknown>)[field])) fail(`${where}.${field}`, expected)
    return { ...(node as unknown as Impairments), name }
  })
}

function readStep(json: unknown, where: string, nodes: readonly ScenarioNode[], fail: Fail): Step {
  if (!isRecord(json)) return fail(where, 'an object')
  refuseOthers(json, STEP_FIELDS, `${where}.`, fail)
  const { at = '0s', node, set, impairments, do: act, random } = json
  const atMs = readTimeOf(at, `${where}.at`, fail)
  const forMs = json['for'] === undefined ? undefined : readTimeOf(json['for'], `${where}.for`, fail)
  if (random !== undefined) {
    if (!isRecord(random)) return fail(`${where}.random`, 'an object')
    refuseOthers(random, ['events', 'alwaysHealthy'], `${where}.random.`, fail)
    const { events, alwaysHealthy = 1 } = random
    if (!isWhole(events, 1, 1000)) return fail(`${where}.random.events`, 'a whole number from 1 to 1000')
    if (!isWhole(alwaysHealthy, 0, nodes.length - 1))
      return fail(`${where}.random.alwaysHealthy`, `a whole number from 0 to ${nodes.length - 1}`)
    return { kind: 'random', atMs, events, alwaysHealthy }
  }
  const known = nodes.map(({ name }) => name)
  if (typeof node !== 'string' || !known.includes(node))
    return fail(`${where}.node`, `one of ${known.join(', ')}`)
  if (act === 'crash') return { kind: 'crash', atMs, node, forMs }
  if (act === 'start' || act === 'heal') return { kind: act, atMs, node }
  if (act !== undefined) return fail(`${where}.do`, '"crash", "start" or "heal"')
  if (set === undefined && impairments === undefined) return fail(where, 'set, impairments, do or random')
  return {
    ...{ kind: 'set', atMs, node, forMs },
    faults: readFaultsOf(set, forMs, `${where}.set`, fail),
    impairments: readImpairments(impairments, `${where}.impairments`, fail),
  }
}

/** A time of the step is also the time of its faults: some cannot do without. */
function readFaultsOf(json: unknown, forMs: number | undefined, where: string, fail: Fail): FaultSet {
  if (json === undefined) return {}
  if (!isRecord(json)) return fail(where, 'faults by name')
  const timed = Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const parameters = value === true ? {} : value
      const isUntimed = forMs !== undefined && isRecord(parameters) && parameters['forMs'] === undefined
      return [name, isUntimed && name !== 'crash' ? { ...parameters, forMs } : parameters]
    }),
  )
  try {
    return readFaults(timed)
  } catch (error) {
    if (error instanceof FaultError) return fail(`${where}.${error.field}`, error.expected)
    throw error
  }
}

function readImpairments(json: unknown, where: string, fail: Fail): Partial<Impairments> {
  if (json === undefined) return {}
  if (!isRecord(json)) return fail(where, 'an object')
  refuseOthers(json, Object.keys(IMPAIRMENTS), `${where}.`, fail)
  for (const [name, value] of Object.entries(json)) {
    const { test, expected } = IMPAIRMENTS[name as keyof Impairments]
    if (!test(value)) fail(`${where}.${name}`, expected)
  }
  return json
}

/** What each must be. */
const MEASURES: Readonly<Record<string, [most: number, isWhole: boolean, expected: string]>> = {
  stalls: [1000, true, 'a whole number from 0'],
  leastStalls: [1000, true, 'a whole number from 0'],
  wastedShare: [1, false, '0 to 1'],
  longestGapMs: [600_000, false, 'milliseconds'],
  rejected: [1000, true, 'a whole number from 0'],
}
function readExpectation(json: unknown, fail: Fail): Expectation {
  if (!isRecord(json)) return fail('expect', 'an object')
  refuseOthers(json, Object.keys(MEASURES), 'expect.', fail)
  for (const [name, [most, isCount, expected]] of Object.entries(MEASURES)) {
    const value = json[name]
    if (value !== undefined && !(isCount ? isWhole : isNumber)(value, 0, most))
      fail(`expect.${name}`, expected)
  }
  if (Object.keys(json).length === 0) return fail('expect', `one of ${Object.keys(MEASURES).join(', ')}`)
  return json
}

function readTimeOf(value: unknown, where: string, fail: Fail): number {
  return (
    (typeof value === 'string' ? readTime(value) : undefined) ?? fail(where, 'a time such as "8s" or "500ms"')
  )
}

function refuseOthers(json: object, known: readonly string[], path: string, fail: Fail): void {
  for (const field of Object.keys(json))
    if (!known.includes(field)) fail(path + inField(field), `one of ${known.join(', ')}`)
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
const isNumber = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && value >= least && value <= most
const isWhole = (value: unknown, least: number, most: number): value is number =>
  isNumber(value, least, most) && Number.isInteger(value)
