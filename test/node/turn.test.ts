/** Who goes on, who comes, and who has to wait for whom. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { noteArrival, takeTurns } from '../../src/node/turn.ts'

/** Goes on when it is its turn. */
function goOn(): { readonly hasGoneOn: boolean } {
  const state = { hasGoneOn: false }
  void takeTurns().then(() => {
    state.hasGoneOn = true
  })
  return state
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn()
}

test('who is served lets in all who come, and then goes on', async () => {
  noteArrival()
  const [first, second] = [goOn(), goOn()]
  for (let arrival = 0; arrival < 20; arrival++) {
    await turns(1)
    expect([first.hasGoneOn, second.hasGoneOn]).toEqual([false, false])
    noteArrival()
  }
  await turns(4)
  expect([first.hasGoneOn, second.hasGoneOn]).toEqual([true, true])
})

test('an endless stream of them does not keep it from going on', async () => {
  noteArrival()
  const served = goOn()
  while (!served.hasGoneOn) {
    await turns(1)
    noteArrival()
  }
  await turns(4)
})

test('who has gone on for long without waiting lets others have a turn', async () => {
  let othersTurns = 0
  const other = setInterval(() => othersTurns++, 0)
  const untilMs = performance.now() + 300
  while (performance.now() < untilMs) await takeTurns()
  clearInterval(other)
  expect(othersTurns).toBeGreaterThan(0)
})
