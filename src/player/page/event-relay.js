// @ts-check
/** @import { SwarmEvent } from '../../swarm/events.js' */
/** @import { PlayerEvent } from '../playing/player-events.js' */
/** Events that come before there is somebody to hear them wait. */

/** @typedef {SwarmEvent | PlayerEvent} Event */
/** @typedef {{ apply: (event: Event) => void }} Hearer */

/**
 * Passes events on, in their order.
 * @param {Promise<Hearer>} opening
 * @param {(error: unknown) => void} onFail told when nobody comes
 * @returns {(event: Event) => void}
 */
export function passTo(opening, onFail) {
  /** @type {Event[]} */
  const waiting = []
  /** @type {Hearer | undefined} */
  let hearer
  opening.then((opened) => {
    hearer = opened
    for (const event of waiting.splice(0)) opened.apply(event)
  }, onFail)
  return (event) => {
    if (hearer === undefined) waiting.push(event)
    else hearer.apply(event)
  }
}
