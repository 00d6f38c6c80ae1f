/** Before a lesson all its nodes are there and well, or it is said which is not. */
import { expect, test } from 'vitest'
import { LabError } from '../../../../src/lab/client.js'
import type { LabControls } from '../../../../src/player/room/lab/lab-view.js'
import type { Lesson } from '../../../../src/player/room/lessons/lesson.js'
import { LessonNodes } from '../../../../src/player/room/lessons/lesson-nodes.js'
import { HandClock } from '../../../helpers/hand-clock.ts'

const LESSON: Lesson = {
  ...{ name: 'x', title: 't', question: 'q?', choices: ['a', 'b'], why: 'w', seed: 7 },
  ...{ lookAheadSeconds: 2, expect: { stalls: 0 }, actions: [] },
  nodes: [{ name: 'node1', latencyMs: 50 }, { name: 'node2' }],
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Nodes of which `node1` is gone, and does not listen before this time. */
async function makeReady(listensMs: number, startProblem?: LabError) {
  const clock = new HandClock()
  const asked: string[] = []
  const controls: LabControls = {
    set: async (name) => {
      asked.push(`set ${name}`)
      if (name === 'node1' && clock.now() < listensMs) throw new LabError('away', 'cannot be asked')
    },
    heal: async (name) => void asked.push(`heal ${name}`),
    startNode: async (name) => {
      asked.push(`start ${name}`)
      if (startProblem !== undefined) throw startProblem
    },
  }
  const outcome = new LessonNodes(LESSON, controls, clock)
    .makeReady((name) => name === 'node1')
    .then(
      () => 'ready',
      (error: Error) => error.message,
    )
  await settle()
  await clock.pass(20_000, settle)
  return { asked, outcome: await outcome }
}

test('who is gone is started, asked until it is there, and then the next', async () => {
  const { asked, outcome } = await makeReady(900)
  expect(outcome).toBe('ready')
  expect(asked).toEqual(['start node1', 'set node1', 'set node1', 'set node1', 'set node2'])
})

test('who never comes is named', async () => {
  const { asked, outcome } = await makeReady(Number.POSITIVE_INFINITY)
  expect(outcome).toBe('node1 cannot be asked')
  expect(asked).not.toContain('set node2')
})

test('who cannot be started is named, and is not waited for', async () => {
  const { asked, outcome } = await makeReady(0, new LabError('closed', 'cannot be started from here'))
  expect(outcome).toBe('node1 cannot be started from here')
  expect(asked).toEqual(['start node1'])
})
