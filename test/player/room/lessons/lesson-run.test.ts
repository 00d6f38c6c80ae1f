/** A lesson is played on the nodes of the class, each step at its time, and all is put back as it was. */
import { describe, expect, test } from 'vitest'
import { LabError } from '../../../../src/lab/client.js'
import type { Lesson } from '../../../../src/player/room/lessons/lesson.js'
import { LessonRun } from '../../../../src/player/room/lessons/lesson-run.js'
import type { Action } from '../../../../src/verdict/action.js'
import { HandClock } from '../../../helpers/hand-clock.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const hang = (atMs: number, node = 'node1'): Action => ({
  ...{ kind: 'set', atMs, node, faults: { hang: {} }, impairments: {} },
})

function play(actions: readonly Action[], { nodes = [] as Lesson['nodes'], canStart = true } = {}) {
  const clock = new HandClock()
  const asked: [atMs: number, what: string][] = []
  const fails = new Map<string, Error>()
  const note = async (name: string, what: string): Promise<void> => {
    asked.push([clock.now() - 100, `${name} ${what}`])
    const error = fails.get(`${name} ${what}`)
    if (error !== undefined) throw error
  }
  const lesson: Lesson = {
    ...{ name: 'x', title: 't', question: 'q?', choices: ['a', 'b'], why: 'w', seed: 7 },
    ...{ lookAheadSeconds: 15, expect: { stalls: 0 }, nodes, actions },
  }
  const done: Action[] = []
  clock.advance(100)
  const run = new LessonRun({
    ...{ lesson, beganMs: 100, videoSeconds: 90, clock },
    controls: {
      set: (name, { faults, impairments }) => note(name, JSON.stringify({ ...faults, ...impairments })),
      heal: (name) => note(name, 'heal'),
      startNode: (name, afterMs) => note(name, `start ${afterMs}`),
    },
    canStart: () => canStart,
    onDone: (action) => done.push(action),
  })
  const playing = run.play()
  const pass = async (ms: number): Promise<void> => {
    await settle()
    await clock.pass(ms, settle)
  }
  return { run, playing, asked, fails, done, pass }
}

describe('steps', () => {
  test('come at their times, node by node, and the nodes are healed at the end', async () => {
    const actions = [hang(1_000), hang(1_000, 'node2'), { kind: 'heal', atMs: 3_000, node: 'node1' } as const]
    const { run, playing, asked, done, pass } = play(actions)
    await pass(1_100)
    expect(run.next).toMatchObject({ action: actions[2] })
    await pass(10_000)
    expect(await playing).toBe(true)
    expect(asked.map(([, what]) => what)).toEqual([
      ...['node1 {"hang":{}}', 'node2 {"hang":{}}', 'node1 heal', 'node1 heal', 'node2 heal'],
    ])
    expect(asked.map(([atMs]) => Math.round(atMs / 1000))).toEqual([1, 1, 3, 11, 11])
    expect(done).toEqual(actions)
    expect(run).toMatchObject({ undone: '', next: undefined })
  })

  test('of a node that is farther away in this lesson go on top of that', async () => {
    const { playing, asked, pass } = play([hang(1_000), { kind: 'heal', atMs: 2_000, node: 'node1' }], {
      nodes: [{ name: 'node1', latencyMs: 900 }],
    })
    await pass(12_000)
    await playing
    expect(asked.map(([, what]) => what)).toEqual([
      'node1 {"latencyMs":900}',
      'node1 {"hang":{},"latencyMs":900}',
      'node1 {"latencyMs":900}',
      'node1 heal',
    ])
  })

  test('that cannot be done are told, and prove nothing', async () => {
    const { run, playing, fails, done, pass } = play([hang(1_000)])
    fails.set('node1 {"hang":{}}', new LabError('silent', 'does not answer'))
    await pass(10_000)
    await playing
    expect(run.undone).toBe('node1 does not answer')
    expect(done).toEqual([])
  })

  test('that heal a node which is away are done', async () => {
    const { run, playing, fails, pass } = play([hang(1_000), { kind: 'heal', atMs: 2_000, node: 'node1' }])
    fails.set('node1 heal', new LabError('away', 'cannot be asked'))
    await pass(12_000)
    await playing
    expect(run.undone).toBe('')
  })
})

describe('a node that is killed', () => {
  const crash = { kind: 'crash', atMs: 1_000, node: 'node1' } as const
  const start = { kind: 'start', atMs: 5_000, node: 'node1' } as const

  test('is ordered to be started before, at its time', async () => {
    const { run, playing, asked, pass } = play([crash, start])
    await pass(15_000)
    await playing
    expect(asked.map(([, what]) => what)).toEqual([
      ...['node1 start 4000', 'node1 {"crash":{}}', 'node1 heal', 'node1 start 1', 'node1 heal'],
    ])
    expect(run.undone).toBe('')
  })

  test('that does not come back is told', async () => {
    const { run, playing, fails, pass } = play([crash, start])
    fails.set('node1 heal', new LabError('away', 'cannot be asked'))
    await pass(40_000)
    await playing
    expect(run.undone).toContain('node1 was not started again')
  })

  test('stays away where nobody can start it', async () => {
    const { playing, asked, pass } = play([crash], { canStart: false })
    await pass(10_000)
    await playing
    expect(asked.map(([, what]) => what)).toEqual(['node1 {"crash":{}}', 'node1 heal'])
  })

  test("is nobody else's doing, and what else is done to it then is", async () => {
    const { run, playing, pass } = play([crash, start])
    const says = (atMs: number, name: 'crash' | 'hang' | undefined) =>
      run.seeLab('node1', {
        ...{ atMs: atMs + 100, isAway: false, isSilent: false },
        state: {
          ...{ revision: 1, changedAgoMs: 0, seed: 0, starts: [], token: 'x', impairments: {}, changed: {} },
          faults:
            name === undefined ? [] : [{ name, parameters: {}, agoMs: 0, leftMs: 0, hits: 0, says: name }],
        },
      })
    await pass(2_000)
    says(2_000, 'crash')
    await pass(6_000)
    says(8_000, undefined)
    expect(run.undone).toBe('')
    says(8_000, 'hang')
    await pass(10_000)
    await playing
    expect(run.undone).toBe('somebody else did something to it: node1 hang')
  })

  test('is started at once when the lesson is stopped', async () => {
    const { run, playing, asked, pass } = play([crash, start])
    await pass(2_000)
    run.stop()
    expect(await playing).toBe(false)
    expect(asked.map(([, what]) => what).slice(2)).toEqual(['node1 start 1', 'node1 heal'])
  })
})
