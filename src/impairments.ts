/**
 * What a node can be given to seem far away, each declared once: from here come its field in the node list, its
 * flag of `start-node` with its line of help, its fact in `/health` and in the page's node list, and its words.
 * What it does to a reply stands in node/lab/impairments.ts.
 */

/** What a value must be: a test, and the words for an error. Shared by fields of the node list and by flags. */
export interface Rule {
  readonly expected: string
  readonly test: (value: unknown) => boolean
}

/** One of them. Its value is a number; 0 switches it off. */
interface Impairment extends Rule {
  /** of `start-node`, without its dashes */
  readonly flag: string
  /** what stands for the value in the help */
  readonly unit: string
  /** what it does; a long line goes on in a second one */
  readonly help: readonly string[]
  /** must the node list say it, or is it 0 when absent? */
  readonly isRequired: boolean
  /** what a value adds to the words about a node */
  readonly say: (value: number) => string
}

/** The largest latency and jitter: a minute. */
const MAX_LATENCY_MS = 60_000
/** The largest bandwidth, 100 Gbit/s. */
const MAX_BANDWIDTH_KBPS = 100_000_000

const upTo =
  (max: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && value >= 0 && value <= max

/** All impairments, by the name of their field, in the order in which they are said. */
export const IMPAIRMENTS = {
  latencyMs: {
    flag: 'latency-ms',
    unit: 'MS',
    help: [`wait before every reply, 0 to ${MAX_LATENCY_MS} (default 0)`],
    isRequired: true,
    expected: `milliseconds from 0 to ${MAX_LATENCY_MS}`,
    test: upTo(MAX_LATENCY_MS),
    say: (ms) => `simulated latency ${ms} ms`,
  },
  jitterMs: {
    flag: 'jitter-ms',
    unit: 'MS',
    help: ['the latency varies by this, both ways (default 0)'],
    isRequired: false,
    expected: `milliseconds from 0 to ${MAX_LATENCY_MS}`,
    test: upTo(MAX_LATENCY_MS),
    say: (ms) => (ms === 0 ? '' : ` ± ${ms} ms`),
  },
  bandwidthKbps: {
    flag: 'bandwidth-kbps',
    unit: 'KBPS',
    help: ['uplink of the node in 1000 bits per second, shared by', 'all its replies (default 0: unlimited)'],
    isRequired: false,
    expected: `kilobits per second from 0 (unlimited) to ${MAX_BANDWIDTH_KBPS}`,
    test: upTo(MAX_BANDWIDTH_KBPS),
    say: (kbps) => (kbps === 0 ? '' : `, ${kbps} kbit/s`),
  },
} as const satisfies Record<string, Impairment>

export type ImpairmentName = keyof typeof IMPAIRMENTS

/** The impairments of one node. */
export type Impairments = { readonly [Name in ImpairmentName]: number }

const ENTRIES = Object.entries(IMPAIRMENTS) as [ImpairmentName, Impairment][]

/** Something for every impairment, by the name of its field. Pure. */
export const eachImpairment = <Value>(
  tell: (name: ImpairmentName, impairment: Impairment) => Value,
): Record<ImpairmentName, Value> =>
  Object.fromEntries(ENTRIES.map(([name, impairment]) => [name, tell(name, impairment)])) as Record<
    ImpairmentName,
    Value
  >

/** A node's impairments, and nothing else of it. Pure. */
export const impairmentsOf = (node: Impairments): Impairments => eachImpairment((name) => node[name])

/** No impairment at all. */
export const UNIMPAIRED: Impairments = eachImpairment(() => 0)

/** Those that a node list may leave out, switched off. */
export const OPTIONAL_IMPAIRMENTS = Object.fromEntries(
  ENTRIES.filter(([, { isRequired }]) => !isRequired).map(([name]) => [name, 0]),
) as {
  readonly [Name in ImpairmentName as (typeof IMPAIRMENTS)[Name]['isRequired'] extends false
    ? Name
    : never]: 0
}

/** `simulated latency 50 ms ± 10 ms, 4000 kbit/s`. Pure. */
export const describeImpairments = (node: Impairments): string =>
  ENTRIES.map(([name, { say }]) => say(node[name])).join('')

/** Where the text of a help line begins. */
const HELP_COLUMN = 26

/** The lines of `start-node --help` about them. */
export const IMPAIRMENT_HELP = ENTRIES.map(
  ([
    ,
    {
      flag,
      unit,
      help: [first, ...more],
    },
  ]) =>
    [
      `  --${flag} ${unit}`.padEnd(HELP_COLUMN) + first,
      ...more.map((line) => ' '.repeat(HELP_COLUMN) + line),
    ].join('\n'),
).join('\n')
