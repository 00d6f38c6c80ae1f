// @ts-check
/** One node's trouble in a few sentences, from the facts that its incident has collected. Pure. */

import { count, formatMs, listSome, listWords } from '../../../words/in-words.js'
import { describeFlaps, inBrackets, TROUBLES } from '../nodes/trouble-words.js'

/** @typedef {import('./incident.js').IncidentFacts} IncidentFacts */

/** How many chunks a sentence names before it only counts. */
const NAMED = 4
/** What is said of a node that came back again and again, by what it has brought since. */
const BRINGS = { nothing: '', now: '; it brings chunks', again: '; it brings chunks again' }

/**
 * All of it, as it is known by now.
 * @param {IncidentFacts} facts
 */
export const describeIncident = (facts) =>
  [describeRefused(facts), describeStates(facts), describeLeftOut(facts), describeHandOver(facts)]
    .filter((part) => part !== '')
    .join(' ')

/** @param {IncidentFacts} facts */
function describeRefused({ node, refused }) {
  const chunks = [...refused.keys()]
  if (chunks.length === 0) return ''
  const isOne = chunks.length === 1
  const which =
    chunks.length > NAMED
      ? count(chunks.length, 'chunk')
      : `${isOne ? 'Chunk' : 'Chunks'} ${listWords(chunks)}`
  const wrong = `${which} from ${node} had ${isOne ? 'a wrong hash' : 'wrong hashes'}`
  const thrown = isOne ? 'it was thrown away' : 'they were thrown away'
  const come = [...refused.values()].filter((bringer) => bringer !== undefined)
  const from = describeHelpers(node, new Set(come))
  if (from === '') return `${wrong}; ${thrown}.`
  const some = come.length === chunks.length ? '' : `${come.length} of them `
  return `${wrong}; ${thrown} and ${some}came ${from}.`
}

/** @param {IncidentFacts} facts */
function describeStates(facts) {
  const { node, states, refused, flaps, slow } = facts
  if (flaps.times > 0) return describeReturns(facts)
  // That it sent bad data is said by the chunks, and whether it is left out is seen by what is asked of it.
  const told = refused.size === 0 ? states : states.filter(({ state }) => state !== 'sent bad data')
  const [first, ...rest] = told
  if (first === undefined) return ''
  if (facts.isSlowOnly && slow.times > 0) return describeSlow(facts)
  const lead = `${TROUBLES[first.state][facts.wasBetter ? 'first' : 'later']}${inBrackets(first.state, first.why)}`
  const then = rest
    .slice(-1)
    .map(({ state, why }) => `now it ${TROUBLES[state].later}${inBrackets(state, why)}`)
  return `${node} ${[lead, ...then].join('; ')}.`
}

/** @param {IncidentFacts} facts */
function describeReturns({ node, atMs, states: now, flaps: { times, states, backMs, brings } }) {
  const often = times === 1 ? 'once' : times === 2 ? 'twice' : `${times} times`
  const last = now.at(-1)
  const since =
    last === undefined
      ? BRINGS[brings]
      : `; now it ${TROUBLES[last.state].later}${inBrackets(last.state, last.why)}`
  return `${node} ${describeFlaps(states)} ${often} in ${formatMs(backMs - atMs)}${since}.`
}

/** @param {IncidentFacts} facts */
function describeSlow({ node, slow: { times, ms, sinceMs } }) {
  const all = formatMs(ms)
  const so = times === 1 ? `was slow for ${all}` : `was slow ${times} times, ${all} in all`
  return `${node} ${so}${sinceMs === undefined ? '' : ', and is slow again'}.`
}

/** @param {IncidentFacts} facts */
function describeLeftOut({ node, leftOut: { times, ms, sinceMs } }) {
  if (sinceMs !== undefined) return `${node} is left out for now.`
  if (times === 0) return ''
  return `${node} was left out for ${formatMs(ms)}${times === 1 ? '' : ' in all'}.`
}

/** @param {IncidentFacts} facts */
function describeHandOver({ node, hasStates, refused, standing, handedOver }) {
  const { chunks, helpers, waitedMs, hasMoved } = handedOver
  const video = standing.isNothing ? (hasMoved ? 'the video did not stop' : '') : standing.tell()
  if (chunks.length === 0) return video === '' ? '' : `${video[0]?.toUpperCase()}${video.slice(1)}.`
  const what = chunks.length === 1 ? `chunk ${chunks[0]}` : count(chunks.length, 'chunk')
  const whose = hasStates || refused.size > 0 ? `Its ${what}` : `${node} did not deliver: its ${what}`
  const wait = waitedMs === 0 ? 'nobody had to wait' : `the longest wait was ${formatMs(waitedMs)}`
  const parts = [`${whose} came ${describeHelpers(node, helpers)}`]
  if (standing.isNothing) parts.push(wait) // else the stall says more
  if (video !== '') parts.push(video)
  return `${parts.join('; ')}.`
}

/**
 * Nobody takes over from himself.
 * @param {string} node whose trouble it is
 * @param {ReadonlySet<string>} nodes that brought something
 */
function describeHelpers(node, nodes) {
  if (nodes.size === 0) return ''
  const others = [...nodes].filter((helper) => helper !== node)
  const itself = nodes.has(node) ? 'in the end from itself' : ''
  if (others.length === 0) return itself
  return `from ${listSome(others, NAMED)}${itself === '' ? '' : ` and ${itself}`}`
}
