// @ts-check
/**
 * The faults that can be set on a node, each declared once: from here come its fields in the node list and in the
 * document of `/_/lab`, its words of `npm run fault` with their line of help, and what is said of it. What each does to
 * a reply stands in node/faults/. Pure.
 */

/**
 * What every fault may carry.
 * @typedef {object} Timed
 * @property {number} [forMs] it ends by itself after so long; absent: when somebody heals the node
 */

/**
 * The faults of a node, by name; one that is absent is not in force.
 * @typedef {object} FaultSet
 * @property {Timed} [hang]
 * @property {Timed & { readonly medianMs: number, readonly p99Ms: number, readonly correlation: number }} [tail]
 * @property {Timed & { readonly afterBytes: number }} [stall]
 * @property {Timed & { readonly afterBytes: number, readonly how: 'reset' | 'fin' }} [cut]
 * @property {Timed} [refuse]
 * @property {Timed & { readonly code: 404 | 500 | 503, readonly retryAfterS: number, readonly share: number }} [status]
 * @property {Timed & { readonly everyChunks: number }} [corrupt]
 * @property {Timed & { readonly upMs: number, readonly downMs: number }} [flap]
 * @property {Timed & { readonly share: number, readonly rttMs: number }} [lossy]
 * @property {Timed} [crash]
 */

/** @typedef {keyof FaultSet} FaultName */

/**
 * A parameter of a fault.
 * @typedef {object} Parameter
 * @property {string} expected what it must be, in words
 * @property {(value: unknown) => boolean} test
 * @property {number | string} [preset] what it is when it is not given; without one it must be given
 */

/**
 * One fault.
 * @typedef {object} Fault
 * @property {Readonly<Record<string, Parameter>>} parameters
 * @property {'never' | 'may' | 'must'} ends does it carry `forMs`?
 * @property {(parameters: any) => { field: string, expected: string } | undefined} [problem] of its parameters together
 * @property {string} help what it does, in a line of help
 * @property {(parameters: any) => string} say what the node does then, behind its name
 */

/** The longest time that a fault may carry: an hour. */
const MAX_MS = 3_600_000

/** @param {number} least @param {number} most @param {string} unit @returns {Parameter} */
const whole = (least, most, unit) => ({
  expected: `${unit}, a whole number from ${least} to ${most}`,
  test: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
})
const milliseconds = whole(1, MAX_MS, 'milliseconds')
const bytes = whole(0, Number.MAX_SAFE_INTEGER, 'bytes')
/** @param {number} most @returns {Parameter} */
const share = (most) => ({
  expected: `a share above 0, at most ${most}`,
  test: (value) => typeof value === 'number' && value > 0 && value <= most,
})
/** @param {readonly (number | string)[]} values @returns {Parameter} */
const oneOf = (...values) => ({
  expected: values.map((value) => JSON.stringify(value)).join(' or '),
  test: (value) => values.some((known) => known === value),
})

/** All faults, in the order in which they are said. @type {Readonly<Record<FaultName, Fault>>} */
export const FAULTS = {
  hang: {
    parameters: {},
    ends: 'may',
    help: 'reads requests and answers nothing; bodies under way stop',
    say: () => 'hangs',
  },
  tail: {
    parameters: {
      medianMs: whole(1, 60_000, 'milliseconds'),
      p99Ms: whole(1, 60_000, 'milliseconds'),
      correlation: {
        expected: 'a number from 0 to 0.99',
        test: (value) => typeof value === 'number' && value >= 0 && value <= 0.99,
        preset: 0,
      },
    },
    problem: ({ medianMs, p99Ms }) =>
      p99Ms < medianMs ? { field: 'p99Ms', expected: 'no less than medianMs' } : undefined,
    ends: 'may',
    help: 'answers come later: half by medianMs, one in 100 by p99Ms',
    say: ({ medianMs, p99Ms }) => `answers later, by ${medianMs} ms, one in a hundred by ${p99Ms} ms`,
  },
  stall: {
    parameters: { afterBytes: bytes },
    ends: 'may',
    help: 'each body stops after so many bytes, its connection open',
    say: ({ afterBytes }) => `stalls after ${afterBytes} bytes`,
  },
  cut: {
    parameters: { afterBytes: bytes, how: { ...oneOf('reset', 'fin'), preset: 'reset' } },
    ends: 'may',
    help: "each body's connection ends after so many bytes",
    say: ({ afterBytes, how }) => `cuts after ${afterBytes} bytes (${how})`,
  },
  refuse: {
    parameters: {},
    ends: 'must',
    help: 'port closed, connections reset, the process alive',
    say: () => 'refuses connections',
  },
  status: {
    parameters: {
      code: { ...oneOf(503, 404, 500), preset: 503 },
      retryAfterS: { ...whole(0, 3600, 'seconds'), preset: 1 },
      share: { ...share(1), preset: 1 },
    },
    ends: 'may',
    help: 'answers with an error; 503 says when to come again',
    say: ({ code, share }) => `answers ${code}${share === 1 ? '' : ` to a share of ${share}`}`,
  },
  corrupt: {
    parameters: { everyChunks: { ...whole(1, 4096, 'chunks'), preset: 1 } },
    ends: 'may',
    help: 'one bit of every n-th chunk is sent wrong',
    say: ({ everyChunks }) =>
      `sends a wrong bit in ${everyChunks === 1 ? 'every chunk' : `one of ${everyChunks} chunks`}`,
  },
  flap: {
    parameters: { upMs: milliseconds, downMs: milliseconds },
    ends: 'may',
    help: 'refuses connections now and then',
    say: ({ upMs, downMs }) => `flaps (${upMs} ms up, ${downMs} ms down)`,
  },
  lossy: {
    parameters: { share: share(0.5), rttMs: whole(1, 10_000, 'milliseconds') },
    ends: 'may',
    help: 'a model of packet loss, as it looks from above TCP',
    say: ({ share, rttMs }) => `is as behind a line that loses a share of ${share} (round trip ${rttMs} ms)`,
  },
  crash: {
    parameters: {},
    ends: 'never',
    help: 'the process ends as kill -9 ends it',
    say: () => 'crashes',
  },
}

export const FAULT_NAMES = /** @type {readonly FaultName[]} */ (Object.keys(FAULTS))

/** These close the port of a node, so that its lab cannot be asked either. @type {ReadonlySet<string>} */
export const CLOSES_PORT = new Set(/** @type {FaultName[]} */ (['refuse', 'flap']))

/** @param {string} name @returns {name is FaultName} */
export const isFaultName = (name) => Object.hasOwn(FAULTS, name)

/** What is wrong with a set of faults, by the path of its field. */
export class FaultError extends Error {
  /** @override */
  name = 'FaultError'
  /**
   * @param {string} field `stall.afterBytes`
   * @param {string} expected what it must be
   */
  constructor(field, expected) {
    super(`${field}: expected ${expected}`)
    this.field = field
    this.expected = expected
  }
}

/**
 * Checks a set of faults and fills in what was left out. Pure.
 * @param {unknown} json as it was parsed: `{ "stall": { "afterBytes": 100000 } }`; `true` is as good as `{}`
 * @returns {FaultSet}
 * @throws {FaultError}
 */
export function readFaults(json) {
  if (!isRecord(json)) throw new FaultError('faults', 'an object with a field for each fault')
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      if (!isFaultName(name)) throw new FaultError(inField(name), `one of ${FAULT_NAMES.join(', ')}`)
      return [name, readFault(name, value === true ? {} : value)]
    }),
  )
}

/** @param {FaultName} name @param {unknown} json */
function readFault(name, json) {
  const { parameters, ends, problem } = FAULTS[name]
  /** @type {Readonly<Record<string, Parameter>>} */
  const rules = ends === 'never' ? parameters : { ...parameters, forMs: milliseconds }
  if (!isRecord(json)) throw new FaultError(name, 'true or an object')
  for (const field of Object.keys(json)) {
    if (Object.hasOwn(rules, field)) continue
    const known = Object.keys(rules)
    throw new FaultError(
      `${name}.${inField(field)}`,
      known.length === 0 ? 'nothing in it' : `only ${known.join(', ')}`,
    )
  }
  /** @type {Record<string, unknown>} */
  const read = {}
  for (const [field, { expected, test, preset }] of Object.entries(rules)) {
    const value = json[field] ?? preset
    const mayLack = field === 'forMs' && ends === 'may'
    if (value === undefined && mayLack) continue
    if (!test(value)) throw new FaultError(`${name}.${field}`, expected)
    read[field] = value
  }
  const found = problem?.(read)
  if (found !== undefined) throw new FaultError(`${name}.${found.field}`, found.expected)
  return read
}

/** What somebody sent is repeated only where it is a word. @param {string} field */
export const inField = (field) => (/^\w{1,40}$/.test(field) ? field : '(no name of a field)')

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * What a node does under each fault of a set. Pure.
 * @param {FaultSet} faults
 * @returns {string[]}
 */
export const sayFaults = (faults) =>
  FAULT_NAMES.flatMap((name) => (faults[name] === undefined ? [] : [FAULTS[name].say(faults[name])]))

/**
 * How else a node is to seem than it was started. Pure.
 * @param {Readonly<Record<string, number>>} changed impairments
 */
export const sayChanges = (changed) =>
  Object.entries(changed).map(([name, value]) => `has ${name} set to ${value}`)

/**
 * `hangs`: what a node does under one fault. Pure.
 * @template {FaultName} Name
 * @param {Name} name
 * @param {NonNullable<FaultSet[Name]>} parameters
 */
export const sayFault = (name, parameters) => FAULTS[name].say(parameters)
