// @ts-check
/** @import { OutageReason } from '../../../swarm/events.js' */
/** @import { Policy } from '../../playing/player-events.js' */
/** Why nobody can be read from, in words: what is so, and what can be done. One text for each reason. Pure. */

/**
 * @typedef {object} OutageWords
 * @property {string} title what is so
 * @property {string} text what to do, or what the page does
 * @property {string} over how it is told that there is a node again
 */

const FOUND = 'There is a node to read from again'

/**
 * @param {OutageReason} why
 * @param {Policy} policy which nodes may be read
 * @returns {OutageWords}
 */
export function describeOutage(why, policy) {
  switch (why) {
    case 'nobody answers':
      return {
        title: 'No node answers',
        text: 'The page keeps asking. Start a node, and the video goes on by itself.',
        over: 'A node answers again',
      }
    case 'not allowed':
      return describeChoice(policy)
    case 'replaced':
      return {
        title: 'The video was replaced',
        text: 'The nodes that answer have another version of it. Reload the page to see that one.',
        over: 'This version can be read again',
      }
    case 'missing':
      return {
        title: 'The video is gone',
        text: 'The nodes that answer do not have it any more. The page keeps looking for it.',
        over: 'The video is there again',
      }
    case 'bad data':
      return {
        title: 'Only wrong data is left',
        text: 'No node sends what the video needs next as the manifest has it. The page asks again now and then; replicate the video again to mend it.',
        over: FOUND,
      }
    case 'wrong answers':
      return {
        title: 'No node sends the video',
        text: 'The nodes that answer are busy, send errors or break off. The page keeps asking; look at their terminals.',
        over: FOUND,
      }
    case 'mixed':
      return {
        title: 'No node can be read from',
        text: 'Each has its own trouble: see the cards. The page keeps asking.',
        over: FOUND,
      }
  }
}

/** @param {Policy} policy @returns {OutageWords} */
const describeChoice = (policy) => {
  const only = policy.kind === 'only' ? policy.node : 'the fastest node'
  return {
    title: `The page may read from ${only} only`,
    text: `${only} cannot be read from now; other nodes can. Choose “all nodes” under “Read from”, or have ${only} back.`,
    over: FOUND,
  }
}
