/**
 * Turns of the event loop. Requests that arrive in one turn are answered together in the next: one look
 * at the disk serves them all, and under load that is most of what a small answer costs.
 */

let turn = 0
let next: Promise<void> | undefined

/** Resolves when the next turn begins; everyone who waits in this turn goes on in the same one. */
export function nextTurn(): Promise<void> {
  next ??= new Promise((resolve) => {
    setImmediate(() => {
      turn++
      next = undefined
      resolve()
    })
  })
  return next
}

/** The number of this turn. What was looked at in it is news to all who waited for it to begin. */
export const currentTurn = (): number => turn
