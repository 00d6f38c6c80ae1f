import { describe, expect, test } from 'vitest'
import { Breaker, type FailureKind } from '../../src/swarm/breaker.js'

/** In the middle: a wait is exactly the backoff. */
const EVEN = (): number => 0.5

const UNREACHABLE: readonly FailureKind[] = ['refused', 'cut', 'silent']

test('a new breaker is closed and admits', () => {
  const breaker = new Breaker(EVEN)
  expect(breaker.admits(0)).toBe(true)
  expect(breaker.state).toBe('closed')
})

describe('the first failure', () => {
  test.for<[kind: FailureKind, needsHealth: boolean, waitMs: number]>([
    ['refused', true, 0],
    ['cut', true, 0],
    ['silent', true, 0],
    ['missing', false, 2000],
    ['other version', false, 2000],
    ['wrong answer', false, 500],
    ['busy', false, 500],
  ])('%s: needs health %s, and then a wait of %i ms', ([kind, needsHealth, waitMs]) => {
    const breaker = new Breaker(EVEN)
    breaker.fail(kind, 1000)
    expect(breaker.state).toBe('open')
    expect(breaker.needsHealth).toBe(needsHealth)
    if (needsHealth) {
      expect(breaker.admits(1_000_000)).toBe(false)
      breaker.healthy()
    }
    if (breaker.lacksFile) {
      expect(breaker.admits(1_000_000)).toBe(false)
      breaker.mayHaveFile()
    }
    if (waitMs > 0) expect(breaker.admits(1000 + waitMs - 1)).toBe(false)
    expect(breaker.admits(1000 + waitMs)).toBe(true)
    expect(breaker.state).toBe('trial')
  })

  test('bad data: it may be one bad spot on a disk', () => {
    const breaker = new Breaker(EVEN)
    breaker.fail('bad data', 0)
    expect(breaker.state).toBe('closed')
    expect(breaker.isLiar).toBe(false)
  })
})

describe('a trial', () => {
  test('that goes well closes the breaker', () => {
    const breaker = new Breaker(EVEN)
    breaker.fail('wrong answer', 0)
    breaker.admits(500)
    expect(breaker.succeed()).toBe(true)
    expect(breaker.state).toBe('closed')
    expect(breaker.succeed()).toBe(false)
  })

  test('that fails opens it again', () => {
    const breaker = new Breaker(EVEN)
    breaker.fail('wrong answer', 0)
    breaker.admits(500)
    breaker.fail('wrong answer', 600)
    expect(breaker.state).toBe('open')
    expect(breaker.admits(600 + 999)).toBe(false)
    expect(breaker.admits(600 + 1000)).toBe(true)
  })

  test('goes on until it has gone well or failed', () => {
    const breaker = new Breaker(EVEN)
    breaker.fail('wrong answer', 0)
    expect([breaker.admits(500), breaker.admits(501), breaker.admits(9000)]).toEqual([true, true, true])
    expect(breaker.state).toBe('trial')
  })
})

/** How long a breaker waits each time when one trial after the other fails. */
function waitsMs(kind: FailureKind, times: number, random = EVEN): number[] {
  const breaker = new Breaker(random)
  let nowMs = 0
  return Array.from({ length: times }, () => {
    breaker.fail(kind, nowMs)
    const waitMs = breaker.untilMs - nowMs
    breaker.healthy()
    breaker.mayHaveFile()
    nowMs = breaker.untilMs
    breaker.admits(nowMs)
    return waitMs
  })
}

describe('a node that keeps failing', () => {
  test.for<[kind: FailureKind, waitsMs: number[]]>([
    ['wrong answer', [500, 1000, 2000, 4000, 8000, 8000]],
    ['busy', [500, 1000, 2000, 4000, 8000, 8000]],
    ['refused', [0, 500, 1000, 2000, 4000, 8000]], // its health was good, and it failed all the same
    ['cut', [0, 500, 1000, 2000, 4000, 8000]],
    ['silent', [0, 500, 1000, 2000, 4000, 8000]],
    ['missing', [2000, 4000, 8000, 10_000, 10_000, 10_000]], // a HEAD did not show it
    ['other version', [2000, 4000, 8000, 10_000, 10_000, 10_000]],
  ])('%s: waits %j', ([kind, expected]) => {
    expect(waitsMs(kind, 6)).toEqual(expected)
  })

  test('waits a fifth less or more by chance', () => {
    expect(waitsMs('wrong answer', 5, () => 0)).toEqual([400, 800, 1600, 3200, 6400])
    expect(Math.max(...waitsMs('wrong answer', 9, () => 0.999))).toBeLessThan(9600)
  })

  test('begins anew after a chunk that was good', () => {
    const breaker = new Breaker(EVEN)
    for (const nowMs of [0, 500, 1500]) {
      breaker.fail('wrong answer', nowMs)
      breaker.admits(breaker.untilMs)
    }
    breaker.succeed()
    breaker.fail('wrong answer', 10_000)
    expect(breaker.untilMs).toBe(10_500)
  })

  test.for(UNREACHABLE)('%s after a good chunk: its health alone tells when it is back', (kind) => {
    const breaker = new Breaker(EVEN)
    breaker.fail(kind, 0)
    breaker.healthy()
    breaker.admits(0)
    breaker.succeed()
    breaker.fail(kind, 100)
    breaker.healthy()
    expect(breaker.admits(100)).toBe(true)
  })
})

describe('requests that fail at once', () => {
  test.for<[kind: FailureKind, nextMs: number]>([
    ['wrong answer', 1000],
    ['busy', 1000],
    ['cut', 500],
  ])('%s: four of them count as one', ([kind, nextMs]) => {
    const breaker = new Breaker(EVEN)
    for (let request = 0; request < 4; request++) breaker.fail(kind, 0)
    breaker.healthy()
    breaker.admits(500)
    breaker.fail(kind, 500)
    expect(breaker.untilMs).toBe(500 + nextMs)
  })

  test('one of them unreachable: its health is needed', () => {
    const breaker = new Breaker(EVEN)
    breaker.fail('wrong answer', 0)
    breaker.fail('refused', 0)
    expect(breaker.admits(10_000)).toBe(false)
    breaker.healthy()
    expect(breaker.admits(10_000)).toBe(true)
  })
})

describe('a busy node', () => {
  test.for<[rule: string, retryAfterMs: number | undefined, waitMs: number]>([
    ['gets the time that it asks for', 3000, 3000],
    ['gets no more than half a minute', 3_600_000, 30_000],
    ['is not asked again at once, even if it asks for that', 0, 500],
    ['gets the usual time when it does not say', undefined, 500],
  ])('%s', ([, retryAfterMs, waitMs]) => {
    const breaker = new Breaker(EVEN)
    breaker.fail('busy', 0, retryAfterMs)
    expect(breaker.untilMs).toBe(waitMs)
  })
})

describe('a liar', () => {
  const caught = (): Breaker => {
    const breaker = new Breaker(EVEN)
    breaker.fail('bad data', 0)
    breaker.fail('bad data', 100)
    return breaker
  }

  test('is one that sent bad data twice, and is quarantined for some seconds', () => {
    const breaker = caught()
    expect(breaker.isLiar).toBe(true)
    expect(breaker.state).toBe('open')
    expect(breaker.needsHealth).toBe(false)
    expect(breaker.admits(8_099)).toBe(false)
    expect(breaker.admits(8_100)).toBe(true)
  })

  test('is let in no sooner by its health', () => {
    const breaker = caught()
    breaker.healthy()
    expect(breaker.admits(8_099)).toBe(false)
  })

  test('is quarantined again by one bad chunk on trial, for twice as long, up to half a minute', () => {
    const breaker = caught()
    let nowMs = 8_100
    for (const quarantineMs of [16_000, 32_000, 32_000]) {
      expect(breaker.admits(nowMs)).toBe(true)
      breaker.fail('bad data', nowMs)
      expect(breaker.admits(nowMs + quarantineMs - 1)).toBe(false)
      nowMs += quarantineMs
    }
  })

  test('is none any more after a trial that went well', () => {
    const breaker = caught()
    breaker.admits(30_100)
    breaker.succeed()
    expect(breaker.isLiar).toBe(false)
    breaker.fail('bad data', 30_200)
    expect(breaker.state).toBe('closed')
  })

  test('is one that lied once to somebody who can spare it, and who needs it tries it before its time', () => {
    const breaker = new Breaker(EVEN)
    breaker.spare()
    breaker.fail('bad data', 0)
    expect(breaker.isLiar).toBe(true)
    expect(breaker.isSpared).toBe(true)
    expect(breaker.admits(7_999)).toBe(false)
    expect(breaker.tryAnyway(1000)).toBe(true)
    expect(breaker.isSpared).toBe(false)
    breaker.fail('bad data', 1500)
    expect(breaker.state).toBe('open')
    expect(breaker.isSpared).toBe(false)
  })

  test('is not spared who lied before', () => {
    const breaker = new Breaker(EVEN)
    breaker.fail('bad data', 0)
    breaker.spare()
    breaker.fail('bad data', 100)
    expect(breaker.isLiar).toBe(true)
    expect(breaker.isSpared).toBe(false)
  })

  test('is not cleared by good chunks between the bad ones', () => {
    const breaker = new Breaker(EVEN)
    breaker.fail('bad data', 0)
    for (let chunk = 0; chunk < 10; chunk++) breaker.succeed()
    breaker.fail('bad data', 100)
    expect(breaker.isLiar).toBe(true)
  })
})
