/** A lesson is played on the nodes of the class, each step at its time, and all is put back as it was. */
import { describe, expect, test } from 'vitest'
import { LabError } from '../../../../src/lab/client.js'
import type { LabControls } from '../../../../src/player/room/lab/lab-view.js'
import type { Lesson } from '../../../../src/player/room/lessons/lesson.js'
import { LessonNodes } from '../../../../src/player/room/lessons/lesson-nodes.js'
import { LessonRun } from '../../../../src/player/room/lessons/lesson-run.js'
import type { Action } from '../../../../src/verdict/action.js'
import { HandClock } from '../../../helpers/hand-clock.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const hang = (atMs: number, node = 'node1'): Action => ({
  ...{ kind: 'set', atMs, node, faults: { hang: {} }, impairments: {} },
})

function play(
  actions: readonly Action[],
  fails = new Map<string, LabError>(),
  onHeal: (name: string, atMs: number) => void = () => {},
) {
  const clock = new HandClock()
  const asked: [atMs: number, what: string][] = []
  const note = async (name: string, what: string): Promise<void> => {
    asked.push([clock.now() - 100, `${name} ${what}`])
    const error = fails.get(`${name} ${what}`)
    if (error !== undefined) throw error
  }
  const lesson: Lesson = {
    ...{ name: 'x', title: 't', question: 'q?', choices: ['a', 'b'], why: 'w', seed: 7 },
    ...{ lookAheadSeconds: 2, expect: { stalls: 0 }, actions },
    nodes: [{ name: 'node1', latencyMs: 50 }, { name: 'node2' }],
  }
  let acts = 0
  clock.advance(100)
  const controls: LabControls = {
    set: (name, { faults, impairments }) => note(name, JSON.stringify({ ...faults, ...impairments })),
    heal: async (name) => {
      onHeal(name, clock.now())
      await note(name, 'heal')
    },
    startNode: (name, afterMs) => note(name, `start ${afterMs}`),
  }
  const run = new LessonRun({
    ...{ lesson, beganMs: 100, videoSeconds: 90, clock, nodes: new LessonNodes(lesson, controls, clock) },
    onAct: () => acts++,
  })
  const playing = run.play()
  const pass = async (ms: number): Promise<void> => {
    await settle()
    await clock.pass(ms, settle)
  }
  /** of one node */
  const of = (name: string) =>
    asked.flatMap(([, what]) => (what.startsWith(name) ? what.slice(name.length + 1) : []))
  return { run, playing, asked, of, fails, pass, acts: () => acts }
}

const WELL = '{"latencyMs":50}'

describe('steps', () => {
  test('come at their times, node by node, on top of how far away each is, and no fault is left at the end', async () => {
    const actions = [hang(1_000), hang(1_000, 'node2'), { kind: 'heal', atMs: 3_000, node: 'node1' } as const]
    const { run, playing, asked, of, pass, acts } = play(actions)
    await pass(1_100)
    expect(run.next).toMatchObject({ action: actions[2] })
    await pass(12_000)
    expect(await playing).toBe(true)
    expect(of('node1')).toEqual([WELL, '{"hang":{},"latencyMs":50}', WELL, 'heal'])
    expect(of('node2')).toEqual(['{}', '{"hang":{}}', 'heal'])
    expect(asked.map(([atMs]) => Math.round(atMs / 1000))).toEqual([0, 0, 1, 1, 3, 11, 11])
    expect(acts()).toBe(3)
    expect(run).toMatchObject({ undone: '', next: undefined })
  })

  test("are all of it: that the nodes are healed at the end is nobody else's doing", async () => {
    const { run, playing, pass } = play([hang(1_000)], new Map(), (name, atMs) => {
      run.seeLab(name, {
        ...{ atMs, isAway: false, isSilent: false },
        state: {
          ...{ revision: 1, changedAgoMs: 0, seed: 0, starts: [], token: 'x', changed: {} },
          ...{ impairments: { latencyMs: 7 }, faults: [] }, // as its node list has it
        },
      })
    })
    await pass(12_000)
    await playing
    expect(run.undone).toBe('')
  })

  test('that cannot be done are told, and prove nothing', async () => {
    const { run, playing, fails, pass } = play([hang(1_000)])
    fails.set('node1 {"hang":{},"latencyMs":50}', new LabError('silent', 'does not answer'))
    await pass(12_000)
    await playing
    expect(run.undone).toBe('node1 does not answer')
  })

  test('that heal a node which is away are done, but not of one that is silent', async () => {
    for (const [kind, undone] of [
      ['away', ''],
      ['silent', 'node1 cannot be asked'],
    ] as const) {
      const { run, playing, fails, pass } = play([hang(1_000), { kind: 'heal', atMs: 2_000, node: 'node1' }])
      await pass(500)
      fails.set(`node1 ${WELL}`, new LabError(kind, 'cannot be asked'))
      await pass(12_000)
      await playing
      expect(run.undone).toBe(undone)
    }
  })

  test('need nodes that are as the lesson has them', async () => {
    const fails = new Map([['node2 {}', new LabError('away', 'cannot be asked')]])
    const { run, playing, pass } = play([hang(1_000)], fails)
    await pass(12_000)
    await playing
    expect(run.undone).toBe('node2 cannot be asked')
  })
})

describe('a node that is killed', () => {
  const crash = { kind: 'crash', atMs: 1_000, node: 'node1' } as const
  const start = { kind: 'start', atMs: 5_000, node: 'node1' } as const
  const KILL = '{"crash":{},"latencyMs":50}'

  test('is ordered to be started before, at its time, and is as it was then', async () => {
    const { run, playing, of, pass } = play([crash, start])
    await pass(15_000)
    await playing
    expect(of('node1')).toEqual([WELL, 'start 4000', KILL, WELL, 'start 1', 'heal'])
    expect(run.undone).toBe('')
  })

  test('is not killed where nobody can start it', async () => {
    const { run, playing, of, fails, pass } = play([crash])
    fails.set('node1 start 8000', new LabError('closed', 'cannot be started from here'))
    await pass(12_000)
    await playing
    expect(of('node1')).not.toContain(KILL)
    expect(run.undone).toBe('node1 cannot be started from here')
  })

  test('that does not come back is told', async () => {
    const { run, playing, fails, pass } = play([crash, start])
    await pass(3_000)
    fails.set(`node1 ${WELL}`, new LabError('away', 'cannot be asked'))
    await pass(40_000)
    await playing
    expect(run.undone).toContain('node1 cannot be asked')
  })

  test("is nobody else's doing, and what else is done to it then is", async () => {
    const { run, playing, pass } = play([crash, start])
    const says = (atMs: number, name?: 'crash' | 'hang') =>
      run.seeLab('node1', {
        ...{ atMs: atMs + 100, isAway: false, isSilent: false },
        state: {
          ...{ revision: 1, changedAgoMs: 0, seed: 0, starts: [], token: 'x', changed: {} },
          impairments: { latencyMs: 50 },
          faults:
            name === undefined ? [] : [{ name, parameters: {}, agoMs: 0, leftMs: 0, hits: 0, says: name }],
        },
      })
    await pass(2_000)
    says(2_000, 'crash')
    await pass(6_000)
    says(8_000)
    expect(run.undone).toBe('')
    says(8_000, 'hang')
    await pass(12_000)
    await playing
    expect(run.undone).toBe('somebody else did something to it: node1 hang')
  })

  test('is started at once when the lesson is stopped', async () => {
    const { run, playing, of, pass } = play([crash, start])
    await pass(2_000)
    run.stop()
    expect(await playing).toBe(false)
    expect(of('node1').slice(3)).toEqual(['start 1', 'heal'])
  })
})
