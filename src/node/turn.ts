/**
 * Turns of the event loop. Requests that arrive in one turn are answered together in the next: one look
 * at the disk serves them all, and under load that is most of what a small answer costs. Downloads take turns with all
 * else.
 */

/** For so long somebody may go on without waiting for anything, before everybody else has a turn. */
const LONG_MS = 5
/** For so long at most those who are served wait for those who come. */
const POLITE_MS = 200
/** A turn has passed from its beginning to its end when the second one after it begins. */
const WHOLE_TURN = 2

let turn = 0
/** when the last turn began that somebody waited for */
let begunMs = 0
/** in which turn somebody came */
let arrivedTurn = -WHOLE_TURN
let quiet: Promise<void> | undefined
let next: Promise<void> | undefined

/** Resolves when the next turn begins; everyone who waits in this turn goes on in the same one. */
export function nextTurn(): Promise<void> {
  next ??= new Promise((resolve) => {
    setImmediate(() => {
      turn++
      begunMs = performance.now()
      next = undefined
      resolve()
    })
  })
  return next
}

/** Somebody connects. One is let in for each turn, so there may be many more at the door. */
export function noteArrival(): void {
  arrivedTurn = turn
}

const isSomebodyComing = (): boolean => turn - arrivedTurn < WHOLE_TURN

/**
 * Between two pieces of a body: lets everybody else have a turn when there was none for long, and lets in those who come.
 * A turn in which hundreds of downloads are served is long, and a crowd at the door would need as many of these as it
 * has heads.
 */
export async function takeTurns(): Promise<void> {
  if (isSomebodyComing()) {
    quiet ??= untilQuiet()
    await quiet
  } else if (performance.now() - begunMs > LONG_MS) await nextTurn()
}

async function untilQuiet(): Promise<void> {
  const untilMs = performance.now() + POLITE_MS
  do await nextTurn()
  while (isSomebodyComing() && performance.now() < untilMs)
  quiet = undefined
}

/** The number of this turn. What was looked at in it is news to all who waited for it to begin. */
export const currentTurn = (): number => turn
