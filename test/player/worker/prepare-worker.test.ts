import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { askSuccessors, takeCharge } from '../../../src/player/worker/prepare-worker.js'

const OURS = `${globalThis.location?.origin}/_/player/worker.js`
const PATIENCE_MS = 2_000

/** A browser's worker container: who speaks for the page, who is registered, and a `register` that settles late. */
function browser({ active = null as string | null, controller = null as string | null } = {}) {
  const listeners: (() => void)[] = []
  const told: unknown[] = []
  let settle: { resolve(): void; reject(error: Error): void } | undefined
  const workers = {
    controller: controller === null ? null : { scriptURL: controller },
    getRegistration: async () => ({
      active:
        active === null
          ? null
          : { scriptURL: active, postMessage: (message: unknown) => void told.push(message) },
    }),
    register: () =>
      new Promise<void>((resolve, reject) => {
        settle = { resolve, reject }
      }),
    addEventListener: (_: 'controllerchange', listener: () => void) => void listeners.push(listener),
  }
  return {
    workers,
    told,
    registered: () => settle?.resolve(),
    refuse: (error: Error) => settle?.reject(error),
    control(scriptURL: string) {
      workers.controller = { scriptURL }
      for (const listener of listeners) listener()
    },
  }
}

const named = (name: string): Error => Object.assign(new Error('Failed: http://a http://b'), { name })

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a service worker', () => {
  test('that speaks for the page already is ready at once, whether it can be renewed or not', async () => {
    const { workers, refuse } = browser({ controller: OURS, active: OURS })
    const { state } = takeCharge(workers, PATIENCE_MS)
    refuse(named('TypeError'))
    expect(await state).toEqual({ kind: 'ready' })
  })

  test('that a forced reload went past is told to speak for the page, before `register` has settled', async () => {
    const { workers, told, control } = browser({ active: OURS })
    const { state } = takeCharge(workers, PATIENCE_MS)
    await vi.advanceTimersByTimeAsync(1)
    expect(told).toEqual([{ type: 'claim' }])
    control(OURS)
    expect(await state).toEqual({ kind: 'ready' })
  })

  test('that cannot be renewed after a forced reload is waited for all the same', async () => {
    const { workers, refuse, control } = browser({ active: OURS })
    const { state } = takeCharge(workers, PATIENCE_MS)
    refuse(named('TypeError'))
    await vi.advanceTimersByTimeAsync(100)
    control(OURS)
    expect(await state).toEqual({ kind: 'ready' })
  })

  test('of another project counts for nothing: ours is waited for', async () => {
    const other = 'http://127.0.0.1:8001/sw.js'
    const { workers, told, registered, control } = browser({ controller: other, active: other })
    const { state } = takeCharge(workers, PATIENCE_MS)
    registered()
    await vi.advanceTimersByTimeAsync(1)
    expect(told).toEqual([])
    const seen = vi.fn()
    void state.then(seen)
    await vi.advanceTimersByTimeAsync(PATIENCE_MS / 2)
    expect(seen).not.toHaveBeenCalled()
    control(OURS)
    expect(await state).toEqual({ kind: 'ready' })
  })

  test('that is late is given up, and told of when it comes after all', async () => {
    const { workers, registered, control } = browser()
    const { state, inCharge } = takeCharge(workers, PATIENCE_MS)
    registered()
    await vi.advanceTimersByTimeAsync(PATIENCE_MS)
    expect(await state).toEqual({
      kind: 'unavailable',
      why: 'the service worker did not start in time',
    })
    control(OURS)
    await inCharge
  })

  test.for([
    ['SecurityError', /cookies are blocked/],
    ['NotSupportedError', /cookies are blocked/],
    ['TypeError', /did not come whole/],
    ['AbortError', /could not start/],
  ] as const)('that is refused with a %s is spoken of in words, without a URL', async ([name, words]) => {
    const { workers, refuse } = browser()
    const { state } = takeCharge(workers, PATIENCE_MS)
    refuse(named(name))
    const { why = '' } = (await state) as { why?: string }
    expect(why).toMatch(words)
    expect(why).not.toMatch(/http|Failed/)
  })
})

describe('a worker that takes the place of another', () => {
  const sender = (scriptURL: string, told: unknown[]) => ({
    scriptURL,
    postMessage: (message: unknown) => void told.push(message),
  })

  test.for<[what: string, before: string | null, told: unknown[]]>([
    ['of ours has to keep the page, and to tell', OURS, [{ type: 'keep', tells: true }]],
    ['of another project is the first of ours', 'http://127.0.0.1:8001/sw.js', []],
    ['that was not there is the first', null, []],
  ])('%s', ([, before, expected]) => {
    const told: unknown[] = []
    let change = (): void => {}
    const workers = {
      controller: before === null ? null : sender(before, []),
      addEventListener: (_: 'controllerchange', listener: () => void) => {
        change = listener
      },
    }
    askSuccessors(workers)
    workers.controller = sender(OURS, told)
    change()
    expect(told).toEqual(expected)
  })
})
