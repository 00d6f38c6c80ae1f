// @ts-check
/** @import { NodeState } from '../../../swarm/events.js' */
/** Trouble of a node in words. One cause has one wording, whatever part of the page noticed it. Pure. */

/** Reasons longer than this are for the log, not for the back row. */
const LONGEST_REASON = 80

/** @typedef {Exclude<NodeState, 'up' | 'unknown'>} Trouble */
/** What is said of it; `cut off`: it was taken for down, and answered the very next call. @typedef {Trouble | 'cut off'} ToldTrouble */

/**
 * `first`: it was better before. `later`: it was not, or that is not known. `now`: it is over.
 * @type {Readonly<Record<ToldTrouble, { first: string, later: string, now: string }>>}
 */
export const TROUBLES = {
  slow: { first: 'became slow', later: 'is slow', now: 'is as fast as before' },
  'no answer': { first: 'stopped answering', later: 'does not answer', now: 'answers' },
  down: { first: 'went down', later: 'is down', now: 'answers' },
  'cut off': { first: 'broke off an answer', later: 'broke off an answer', now: 'answers' },
  'other version': {
    first: 'has another version of the video',
    later: 'has another version of the video',
    now: 'has this version of the video',
  },
  missing: {
    first: 'no longer has the video',
    later: 'does not have the video',
    now: 'has the video',
  },
  'sent bad data': { first: 'sent bad data', later: 'sent bad data', now: 'sends what is right' },
  busy: { first: 'is busy', later: 'is busy', now: 'takes requests' },
  'wrong answer': {
    first: 'gave a wrong answer',
    later: 'gave a wrong answer',
    now: 'gives right answers',
  },
}

/** What goes and comes again and again, in the past, up to its return. @type {Readonly<Partial<Record<ToldTrouble, string>>>} */
const FLAPS = {
  'no answer': 'stopped answering and answered again',
  down: 'went down and answered again',
  'cut off': 'broke off an answer',
  missing: 'lost the video and had it again',
  'other version': 'had another version of the video and this one again',
  busy: 'was busy and could be asked again',
  'wrong answer': 'gave wrong answers and could be asked again',
}
/** @type {ReadonlySet<ToldTrouble>} */
const UNREACHED = new Set(/** @type {ToldTrouble[]} */ (['no answer', 'down', 'cut off']))

/** Several absences as one. @param {ReadonlySet<ToldTrouble>} states that the node was in */
export function describeFlaps(states) {
  const [first, second] = states
  if (first !== undefined && second === undefined) return FLAPS[first]
  return [...states].every((state) => UNREACHED.has(state))
    ? FLAPS['no answer']
    : 'had trouble and could be asked again'
}

/**
 * Why a node is in a state, as far as a page can know. To a browser, a connection that was refused, reset or
 * ended is one and the same, and which of its requests noticed it first is chance.
 * @param {NodeState | ToldTrouble} state
 * @param {string} why as the swarm has it
 */
export const reasonOf = (state, why) => (state === 'down' ? 'it cannot be reached' : why)

/**
 * The reason in brackets, unless it only says the same again.
 * @param {ToldTrouble} state
 * @param {string} why
 */
export function inBrackets(state, why) {
  const reason = reasonOf(state, why)
  const isSaid = state === 'missing' || reason === `it ${TROUBLES[state].later}`
  return reason === '' || reason.length > LONGEST_REASON || isSaid ? '' : ` (${reason})`
}
