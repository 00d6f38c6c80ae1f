// @ts-check
/** @import { SwarmEvent } from '../swarm/events.js' */
/** @import { PlayerEvent } from './player-events.js' */
/** The figures by which players are compared: start-up, stalls, failovers, bytes that counted and that did not. */
import { formatBytes, formatMs, formatSeconds, formatShare } from './words.js'

/** Folds events into a few numbers. */
export class Figures {
  /** @type {number | undefined} */
  startUpMs = undefined
  /** does the browser read by itself, so that no byte is seen? */
  isBlind = false
  stalls = 0
  stalledMs = 0
  failovers = 0
  verifiedBytes = 0
  unverifiedBytes = 0
  wastedBytes = 0

  /** @param {SwarmEvent | PlayerEvent} event */
  apply(event) {
    switch (event.type) {
      case 'started':
        this.isBlind = event.kind === 'switching'
        return
      case 'first frame':
        this.startUpMs ??= event.ms
        return
      case 'stall':
        if (!event.isOver) return
        this.stalls++
        this.stalledMs += event.ms
        return
      case 'failover':
      case 'switched':
        this.failovers++
        return
      case 'verified':
        this.verifiedBytes += event.bytes
        return
      case 'unverified':
        this.unverifiedBytes += event.bytes
        return
      case 'wasted':
        this.wastedBytes += event.bytes
    }
  }
}

/** @typedef {{ label: string, value: string, note: string }} Figure */

/**
 * The figures in words. Pure.
 * @param {Figures} figures
 * @returns {Figure[]}
 */
export function describeFigures(figures) {
  const { startUpMs, stalls, stalledMs, failovers, verifiedBytes, unverifiedBytes, wastedBytes } = figures
  const readBytes = verifiedBytes + unverifiedBytes
  const isUnverified = verifiedBytes === 0 && unverifiedBytes > 0
  const bytes = figures.isBlind
    ? [
        { label: 'verified', value: '–', note: 'not checked' },
        { label: 'wasted', value: '–', note: 'not seen' },
      ]
    : [
        {
          label: isUnverified ? 'unverified' : 'verified',
          value: readBytes === 0 ? '–' : formatBytes(readBytes),
          note: isUnverified ? 'no manifest' : 'hash right',
        },
        {
          label: 'wasted',
          value: formatShare(wastedBytes, wastedBytes + readBytes),
          note: formatBytes(wastedBytes),
        },
      ]
  return [
    {
      label: 'start-up',
      value: startUpMs === undefined ? '–' : formatSeconds(startUpMs),
      note: 'first picture',
    },
    {
      label: stalls === 1 ? 'stall' : 'stalls',
      value: String(stalls),
      note: `${formatMs(stalledMs)} in all`,
    },
    { label: failovers === 1 ? 'failover' : 'failovers', value: String(failovers), note: 'taken over' },
    ...bytes,
  ]
}
