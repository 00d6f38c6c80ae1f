// @ts-check
/** The experiments in words: what another choice means, and what to try with it. Pure. */
/** @import { Choices } from '../playing/choices.js' */

/**
 * What another look-ahead means now: nothing that a browser has is thrown away, so a shorter one shows only when the
 * rest has been played.
 * @param {number} seconds that was chosen
 * @param {number} aheadSeconds that are buffered beyond the playhead
 */
export function tellLookAhead(seconds, aheadSeconds) {
  const rest =
    aheadSeconds < seconds + 1 ? '' : `; the ${Math.round(aheadSeconds)} s that are buffered play first`
  return `the look-ahead is ${seconds} s now${rest}`
}

/**
 * What to try with these choices, and what to look at.
 * @param {Choices} choices
 * @param {import('../playing/player-events.js').PlayerKind} kind where one node at a time is played, nothing is looked ahead
 */
export function suggest({ policy, lookAheadSeconds }, kind = 'swarm') {
  if (policy.kind === 'only') {
    return `Stop ${policy.node}: nobody takes over. How long does the buffer hide it? Look at the figures.`
  }
  if (kind === 'switching') {
    return 'Stop the node that plays: the page goes on from the next one. How long does the video stand still?'
  }
  if (policy.kind === 'fastest') {
    return 'Stop the node that delivers: the next fastest takes over. Compare its chunks with “all nodes”.'
  }
  switch (lookAheadSeconds) {
    case 2:
      return 'Stop a node when the buffer is down to 2 s, or reload first. Does the video still go on?'
    case 5:
      return 'Stop the node that served this page. Which node brings its chunks?'
    case 15:
      return 'Stop a node, then another. Then choose 2 s, reload, and do it again.'
    case 60:
      return 'Stop all nodes: the buffer hides it for up to a minute. Start one again in time.'
  }
}
