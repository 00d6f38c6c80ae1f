// @ts-check
/** What happened over time: remembered always, drawn when somebody looks, saved when somebody wants it. */
/** @import { LabSeen } from '../../../lab/client.js' */
/** @import { SwarmEvent } from '../../../swarm/events.js' */
/** @import { PlayerEvent, VideoFile, VideoNode } from '../../playing/player-events.js' */
/** @import { NodeMark } from '../marks/node-marks.js' */
import { secondsAhead } from '../../playing/seconds-ahead.js'
import { LabRecord } from './lab-record.js'
import { saveRun } from './saved-run.js'
import { TimelineModel } from './timeline-model.js'
import { TimelineView } from './timeline-view.js'

/** How often the playhead and the buffer are looked at. */
const SAMPLE_MS = 250

export class Timeline {
  #model
  #record
  #marks
  #video
  /** @type {TimelineView | undefined} */
  #view
  #firstPictureMs = 0
  #stalls = 0
  #lookAheadSeconds

  /**
   * @param {HTMLVideoElement} video
   * @param {readonly NodeMark[]} marks
   * @param {number} lookAheadSeconds
   */
  constructor(video, marks, lookAheadSeconds) {
    const names = marks.map(({ name }) => name)
    this.#model = new TimelineModel(names)
    this.#record = new LabRecord(names)
    this.#marks = marks
    this.#video = video
    this.#lookAheadSeconds = lookAheadSeconds
    setInterval(() => this.#sample(), SAMPLE_MS)
  }

  /** @param {VideoFile} file @param {readonly VideoNode[]} nodes */
  showFile({ name: video }, nodes) {
    if (this.#view !== undefined) return
    const { bars, samples } = this.#model
    const run = () => {
      const { bands, changes } = this.#record
      const seen = {
        firstPictureMs: this.#firstPictureMs,
        stalls: this.#stalls,
        lookAheadSeconds: this.#lookAheadSeconds,
      }
      return saveRun({ video, nodes, ...seen, changes, bars, bands, samples }, new Date())
    }
    this.#view = new TimelineView(this.#model, this.#record, this.#marks, { video, run })
  }

  /** The viewer has chosen another one. @param {number} seconds */
  setLookAhead(seconds) {
    this.#lookAheadSeconds = seconds
  }

  /** @param {SwarmEvent | PlayerEvent} event */
  apply(event) {
    this.#model.apply(event)
    if (event.type === 'node' && event.state === 'down') this.#record.noteDown(event.node, event.atMs)
    if (event.type === 'first frame') this.#firstPictureMs = event.atMs
    if (event.type === 'stall' && !event.isOver) this.#stalls++
  }

  /** @param {string} name @param {LabSeen} seen @param {string} text what is done to it, in words */
  seeLab(name, seen, text) {
    this.#record.see(name, seen, text, performance.now())
  }

  render() {
    this.#view?.render()
  }

  #sample() {
    const { currentTime } = this.#video
    const edge = currentTime + secondsAhead(this.#video)
    this.#model.sample({ atMs: performance.now(), playhead: currentTime, edge })
  }
}
