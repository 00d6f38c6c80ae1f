// @ts-check
/** @import { SwarmEvent } from '../../swarm/events.js' */
/** @import { PlayerEvent } from '../playing/player-events.js' */
/** The figures by which players are compared: start-up, stalls, failovers, bytes that counted and that did not. */
import { count, formatBytes, formatMs, formatSeconds, formatShare } from '../../words/in-words.js'

/** Folds events into a few numbers. */
export class Figures {
  /** @type {number | undefined} */
  startUpMs = undefined
  /** what began with it @type {'picture' | 'sound'} */
  kind = 'picture'
  /** does the browser read by itself, so that no byte is seen? */
  isBlind = false
  stalls = 0
  stalledMs = 0
  /** since when the video stands still, if it does @type {number | undefined} */
  standsSinceMs = undefined
  failovers = 0
  /** chunks that others brought in them */
  takenOver = 0
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
        this.kind = event.kind
        return
      case 'stall':
        this.standsSinceMs = event.isOver ? undefined : event.atMs - event.ms
        if (!event.isOver) return
        this.stalls++
        this.stalledMs += event.ms
        return
      case 'failover':
        if (event.to.every((node) => node === event.from)) return // who brings it late himself takes over nothing
        this.failovers++
        this.takenOver += event.chunks.length
        return
      case 'switched':
        if (event.hasFailed) this.failovers++
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
 * The figures in words. A stall that goes on counts already. Pure.
 * @param {Figures} figures
 * @param {number} nowMs on the clock of the events
 * @returns {Figure[]}
 */
export function describeFigures(figures, nowMs) {
  const { startUpMs, standsSinceMs, failovers, takenOver, verifiedBytes, unverifiedBytes, wastedBytes } =
    figures
  const stalls = figures.stalls + (standsSinceMs === undefined ? 0 : 1)
  const stalledMs = figures.stalledMs + (standsSinceMs === undefined ? 0 : nowMs - standsSinceMs)
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
      note: `first ${figures.kind}`,
    },
    {
      label: stalls === 1 ? 'stall' : 'stalls',
      value: String(stalls),
      note: `${formatMs(stalledMs)} in all`,
    },
    {
      label: failovers === 1 ? 'failover' : 'failovers',
      value: String(failovers),
      note: figures.isBlind ? 'to another node' : `${count(takenOver, 'chunk')} taken over`,
    },
    ...bytes,
  ]
}
