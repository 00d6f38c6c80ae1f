/** What is said of faults, and what is taken for one: in JSON, and as somebody types it. */
import { describe, expect, test } from 'vitest'
import { faultHelp, readFaultList, readFaultWords, readTime } from '../../src/lab/fault-words.js'
import { FAULT_NAMES, type FaultSet, readFaults, sayFault } from '../../src/lab/faults.js'

/** Each fault as it may be written, and as it is read. */
const EXAMPLES: readonly [words: string, FaultSet][] = [
  ['hang', { hang: {} }],
  ['hang 10s', { hang: { forMs: 10_000 } }],
  ['tail medianMs=40 p99Ms=2000', { tail: { medianMs: 40, p99Ms: 2000, correlation: 0 } }],
  ['stall afterBytes=100000', { stall: { afterBytes: 100_000 } }],
  ['cut afterBytes=0', { cut: { afterBytes: 0, how: 'reset' } }],
  ['cut how=fin afterBytes=5 500ms', { cut: { afterBytes: 5, how: 'fin', forMs: 500 } }],
  ['refuse 2min', { refuse: { forMs: 120_000 } }],
  ['status', { status: { code: 503, retryAfterS: 1, share: 1 } }],
  ['status code=404 share=0.5', { status: { code: 404, retryAfterS: 1, share: 0.5 } }],
  ['corrupt', { corrupt: { everyChunks: 1 } }],
  ['flap upMs=2000 downMs=500', { flap: { upMs: 2000, downMs: 500 } }],
  ['lossy share=0.01 rttMs=50', { lossy: { share: 0.01, rttMs: 50 } }],
  ['crash', { crash: {} }],
]

describe('a fault as it is typed', () => {
  test.for(EXAMPLES)('%s', ([words, faults]) => {
    const read = readFaultWords(words.split(' '))
    expect(read).toEqual(faults)
    expect(readFaults(read)).toEqual(faults) // and sent on as JSON
  })

  test('every fault has an example here', () => {
    const named = new Set(EXAMPLES.flatMap(([, faults]) => Object.keys(faults)))
    expect([...named]).toEqual(FAULT_NAMES)
  })

  test('several stand behind each other, with commas between', () => {
    expect(readFaultList('stall afterBytes=5, lossy share=0.1 rttMs=20')).toEqual({
      stall: { afterBytes: 5 },
      lossy: { share: 0.1, rttMs: 20 },
    })
  })

  test.for([
    ['', '(no name of a field): expected a fault: hang, tail'],
    ['hand', 'hand: expected a fault: hang, tail'],
    ['hang now', 'hang: expected parameters like none, or a time like 10s, found now'],
    ['stall 100000', 'stall: expected parameters like afterBytes=…, or a time like 10s, found 100000'],
    ['stall', 'stall.afterBytes: expected bytes, a whole number from 0 to'],
    ['stall afterBytes=1.5', 'stall.afterBytes: expected bytes, a whole number'],
    ['stall afterBytes=1 afterBytes=2', 'stall.afterBytes: expected it once'],
    ['stall bytes=1', 'stall.bytes: expected only afterBytes, forMs'],
    ['cut afterBytes=1 how=rst', 'cut.how: expected "reset" or "fin"'],
    ['refuse', 'refuse.forMs: expected milliseconds, a whole number from 1'],
    ['status code=418', 'status.code: expected 503 or 404 or 500'],
    ['status share=0', 'status.share: expected a share above 0, at most 1'],
    ['lossy share=0.9 rttMs=1', 'lossy.share: expected a share above 0, at most 0.5'],
    ['crash 10s', 'crash.forMs: expected nothing in it'],
    ['hang 0s', 'hang.forMs: expected milliseconds'],
    ['hang 2h', 'hang: expected parameters like none, or a time like 10s, found 2h'],
  ])('%s is refused: %s', ([words = '', message = '']) => {
    expect(() => readFaultWords(words.split(' '))).toThrow(message)
  })

  test('twice the same is refused', () => {
    expect(() => readFaultList('hang, hang 1s')).toThrow('hang: expected it once')
  })
})

test('a time has a unit', () => {
  expect(['500ms', '10s', '1.5min', '10', 's', '-1s', '1 s'].map(readTime)).toEqual([
    ...[500, 10_000, 90_000],
    ...[undefined, undefined, undefined, undefined],
  ])
})

describe('faults as JSON', () => {
  test('true is as good as an empty object', () => {
    expect(readFaults({ hang: true })).toEqual({ hang: {} })
  })

  test.for<[json: unknown, message: string]>([
    [[], 'faults: expected an object'],
    [null, 'faults: expected an object'],
    [{ hang: false }, 'hang: expected true or an object'],
    [{ hang: [] }, 'hang: expected true or an object'],
    [{ __proto__: null, constructor: {} }, 'constructor: expected one of hang'],
    [{ 'a\u001b[2J': {} }, '(no name of a field): expected one of hang'],
    [{ stall: { afterBytes: '5' } }, 'stall.afterBytes: expected bytes'],
    [{ stall: { afterBytes: null } }, 'stall.afterBytes: expected bytes'],
    [{ tail: { medianMs: 5, p99Ms: 4 } }, 'tail.p99Ms: expected no less than medianMs'],
    [{ flap: { upMs: 1 } }, 'flap.downMs: expected milliseconds'],
    [{ hang: { forMs: 3_600_001 } }, 'hang.forMs: expected milliseconds'],
  ])('%j is refused', ([json, message]) => {
    expect(() => readFaults(json)).toThrow(message)
  })
})

test('each fault says what the node does', () => {
  const said = EXAMPLES.map(([, faults]) => {
    const [[name, parameters] = []] = Object.entries(faults)
    return sayFault(name as 'hang', parameters as never)
  })
  expect(said).toEqual([
    'hangs',
    'hangs',
    'answers later, by 40 ms, one in a hundred by 2000 ms',
    'stalls after 100000 bytes',
    'cuts after 0 bytes (reset)',
    'cuts after 5 bytes (fin)',
    'refuses connections',
    'answers 503',
    'answers 404 to a share of 0.5',
    'sends a wrong bit in every chunk',
    'flaps (2000 ms up, 500 ms down)',
    'is as behind a line that loses a share of 0.01 (round trip 50 ms)',
    'crashes',
  ])
})

test('the help names each of them, in at most 80 columns', () => {
  const lines = faultHelp().split('\n')
  expect(lines.flatMap((line) => /^ {2}(\w+)/.exec(line)?.[1] ?? [])).toEqual(FAULT_NAMES)
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80)
})
