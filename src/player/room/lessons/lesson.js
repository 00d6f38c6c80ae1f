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
 * @property {readonly ({ readonly name: string } & Readonly<Record<string, number | string>>)[]} nodes how far away they
 *   are to seem, where that is its own affair
 * @property {readonly Action[]} actions in the order of their times
 */
/** One that cannot be played, and why. @typedef {{ readonly name: string, readonly problem: string }} Unplayable */

/** What happens last shows within this time. */
const AFTERMATH_MS = 8_000
/** So many are named. */
const NAMED = 3

/** @param {Lesson | Unplayable} lesson @returns {lesson is Lesson} */
export const isPlayable = (lesson) => !('problem' in lesson)

/** The nodes to which something is done. @param {Lesson} lesson */
export const nodesOf = ({ actions, nodes }) => [
  ...new Set([...nodes.map(({ name }) => name), ...actions.map(({ node }) => node)]),
]

/** How far away a node is to seem, where that is the lesson's own affair. @param {Lesson} lesson @param {string} node */
export function impairmentsIn({ nodes }, node) {
  const { name: _, ...own } = nodes.find(({ name }) => name === node) ?? { name: node }
  return /** @type {Record<string, number>} */ (own)
}

/**
 * When all has been seen, after the first picture.
 * @param {Pick<Lesson, 'actions'>} lesson
 * @param {number} videoSeconds how long the video plays
 */
export function endMsOf({ actions }, videoSeconds) {
  const lastMs = actions.at(-1)?.atMs ?? 0
  const videoMs = Number.isFinite(videoSeconds) ? videoSeconds * 1000 : Number.POSITIVE_INFINITY
  return Math.min(lastMs + AFTERMATH_MS, Math.max(lastMs, videoMs))
}

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
  return Math.round((start?.atMs ?? endMs) - crash.atMs)
}

/**
 * What there is to play it with.
 * @typedef {object} Here
 * @property {readonly string[]} names of our own nodes
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
export function whyNotHere(lesson, { names, kind, isKnown, isOpen, isGone, canStart }) {
  if (!isPlayable(lesson)) return `${lesson.problem}.`
  if (kind === 'switching')
    return 'Here the page reads from one node at a time; a lesson needs a page that reads from all of them.'
  const needed = nodesOf(lesson)
  const missing = needed.filter((name) => !names.includes(name))
  if (missing.length > 0) return `It needs ${listWords(missing)}, and there is no such node of ours.`
  if (!needed.every(isKnown)) return 'The nodes are being asked …'
  const away = needed.filter((name) => isGone(name) && !canStart(name))
  if (away.length > 0)
    return `${listWords(away)} ${away.length === 1 ? 'is' : 'are'} gone: start again first.`
  const closed = needed.filter((name) => !isOpen(name) && !isGone(name))
  if (closed.length > 0)
    return `${listWords(closed)} cannot be broken from here: start the nodes with npm start, or with --lab.`
  const begun = lesson.actions.filter(({ kind, node }) => kind === 'start' && !canStart(node))
  if (begun.length > 0) return 'It starts nodes again, and only npm start can do that.'
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
  if (all === 0) return 'Nobody had bet.'
  const shown = choices
    .flatMap((choice, index) => ((bets[index] ?? 0) === 0 ? [] : `${bets[index]} for “${choice}”`))
    .slice(0, NAMED)
  if (answer !== 'yes' || right === undefined) return `${count(all, 'bet')}: ${listWords(shown)}.`
  const won = bets[choices.indexOf(right)] ?? 0
  return `${won} of ${count(all, 'bet')} ${won === 1 || all === 1 ? 'was' : 'were'} right.`
}
