// @ts-check
/** A scenario as a class meets it on the page: what it needs to be played here, and when it is over. Pure. */
/** @import { Action } from '../../../verdict/action.js' */
import { count, listWords } from '../../../words/in-words.js'
import { LOOK_AHEADS } from '../../playing/choices.js'

/**
 * @typedef {object} Lesson
 * @property {string} name of its file
 * @property {string} title
 * @property {string} question
 * @property {readonly string[]} choices
 * @property {string} [right] the choice that is right when all is as expected
 * @property {string} why
 * @property {number} seed
 * @property {number} lookAheadSeconds
 * @property {import('../../../verdict/judge.js').Expectation} expect
 * @property {readonly ({ readonly name: string } & Readonly<Record<string, number | string>>)[]} nodes that it is about,
 *   and how far away they are to seem
 * @property {readonly Action[]} actions in the order of their times
 */
/** One that cannot be played, and why. @typedef {{ readonly name: string, readonly problem: string }} Unplayable */

/** So many are named. */
const NAMED = 3

/** @param {Lesson | Unplayable} lesson @returns {lesson is Lesson} */
export const isPlayable = (lesson) => !('problem' in lesson)

/** How far away a node of the lesson is to seem. @param {Lesson} lesson @param {string} node */
export function impairmentsIn({ nodes }, node) {
  const { name: _, ...impairments } = nodes.find(({ name }) => name === node) ?? { name: node }
  return /** @type {Record<string, number>} */ (impairments)
}

/** So long a node is away at least: an order to start it at once would come before it is gone. */
const LEAST_AWAY_MS = 1_000

/**
 * After how long a node that is killed now is to be there again: when the scenario starts it, or at its end.
 * @param {Lesson} lesson
 * @param {Action} crash
 * @param {number} endMs
 */
export function awayMsOf({ actions }, crash, endMs) {
  const start = actions.find(
    ({ kind, node, atMs }) => kind === 'start' && node === crash.node && atMs >= crash.atMs,
  )
  return Math.max(LEAST_AWAY_MS, Math.round((start?.atMs ?? endMs) - crash.atMs))
}

/**
 * What there is to play it with.
 * @typedef {object} Here
 * @property {readonly string[]} names of all nodes of the list
 * @property {readonly string[]} ownNames of those that have a lab
 * @property {import('../../playing/player-events.js').PlayerKind} kind
 * @property {(name: string) => boolean} isKnown has the lab of a node been looked at?
 * @property {(name: string) => boolean} isOpen can the lab of a node be set from here?
 * @property {(name: string) => boolean} isGone
 * @property {(name: string) => boolean} canStart
 */

/**
 * Why a lesson cannot be played here, in a sentence; `undefined`: it can.
 * @param {Lesson | Unplayable} lesson
 * @param {Here} here
 */
export function whyNotHere(lesson, { names, ownNames, kind, isKnown, isOpen, isGone, canStart }) {
  if (!isPlayable(lesson)) return `${lesson.problem}.`
  if (kind === 'switching')
    return 'Here the page reads from one node at a time; a lesson needs a page that reads from all of them.'
  const needed = lesson.nodes.map(({ name }) => name)
  if (names.length !== needed.length || !needed.every((name) => ownNames.includes(name)))
    return `It is about ${listWords(needed)}, and the node list has other nodes.`
  if (!needed.every(isKnown)) return 'The nodes are being asked …'
  const away = needed.filter((name) => isGone(name) && !canStart(name))
  if (away.length > 0)
    return `${listWords(away)} ${away.length === 1 ? 'is' : 'are'} gone: start again first.`
  const closed = needed.filter((name) => !isOpen(name) && !isGone(name))
  if (closed.length > 0)
    return `${listWords(closed)} cannot be broken from here: that takes npm start, or --lab, and their own machine.`
  if (lesson.actions.some(({ kind, node }) => (kind === 'crash' || kind === 'start') && !canStart(node)))
    return 'It kills nodes, and only npm start can start them again.'
  if (!LOOK_AHEADS.some((seconds) => seconds === lesson.lookAheadSeconds))
    return `Its look-ahead of ${lesson.lookAheadSeconds} s is none of those that the page has.`
  return undefined
}

/**
 * What a class had bet, beside what was right.
 * @param {Pick<Lesson, 'choices' | 'right'>} lesson
 * @param {readonly number[]} bets on each choice
 * @param {import('../../../verdict/judge.js').Answer} answer
 */
export function tellBets({ choices, right }, bets, answer) {
  const all = bets.reduce((sum, one) => sum + one, 0)
  if (all === 0)
    return answer === 'yes' && right !== undefined
      ? `Nobody had bet. Right is “${right}”.`
      : 'Nobody had bet.'
  const shown = choices
    .flatMap((choice, index) => ((bets[index] ?? 0) === 0 ? [] : `${bets[index]} for “${choice}”`))
    .slice(0, NAMED)
  if (answer !== 'yes' || right === undefined) return `${count(all, 'bet')}: ${listWords(shown)}.`
  const won = bets[choices.indexOf(right)] ?? 0
  return `Right is “${right}”: ${won === 0 ? 'none' : won} of ${count(all, 'bet')}.`
}
