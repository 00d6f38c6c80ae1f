// @ts-check
/**
 * The place in the video, over the map of its chunks: the playhead, what is buffered, and a click, a drag or a key
 * that seeks.
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/slider/
 */

import { formatClock } from '../../../words/in-words.js'
import { element, part, setAttribute, setText } from '../../element.js'

/** Seconds that an arrow key moves. */
const STEP_SECONDS = 5

/**
 * Where a key leads, as the ARIA pattern of a slider has it; `undefined`: it is no key of a slider. Pure.
 * @param {string} key
 * @param {Readonly<{ currentTime: number, duration: number }>} video
 * @returns {number | undefined} a fraction of the video, which may lie beyond its ends
 */
export function fractionAfter(key, { currentTime, duration }) {
  const now = currentTime / duration
  const step = STEP_SECONDS / duration
  /** @type {Readonly<Record<string, number>>} */
  const places = {
    ArrowRight: now + step,
    ArrowUp: now + step,
    ArrowLeft: now - step,
    ArrowDown: now - step,
    PageUp: now + 0.1,
    PageDown: now - 0.1,
    Home: 0,
    End: 1,
  }
  return Object.hasOwn(places, key) ? places[key] : undefined
}

/** Shows the place, and seeks. */
export class SeekSlider {
  #video
  #describeAt
  #track = part('track', HTMLElement)
  #cells = part('cells', HTMLCanvasElement)
  #playhead = part('playhead', HTMLElement)
  #buffered = part('buffered', HTMLElement)
  #here = part('map-here', HTMLElement)

  /**
   * @param {HTMLVideoElement} video
   * @param {(fraction: number) => string} describeAt what is at a place beside its time, in words; '' for nothing
   */
  constructor(video, describeAt) {
    this.#video = video
    this.#describeAt = describeAt
    this.#listen()
  }

  /** The map is linear in bytes, the playhead in seconds: they agree as far as the bit rate is even. */
  render() {
    const { duration, currentTime, buffered } = this.#video
    const isKnown = Number.isFinite(duration) && duration > 0
    this.#playhead.hidden = !isKnown
    if (!isKnown) return
    this.#playhead.style.left = `${(100 * currentTime) / duration}%`
    while (this.#buffered.childElementCount > buffered.length) this.#buffered.lastElementChild?.remove()
    while (this.#buffered.childElementCount < buffered.length) this.#buffered.append(element('span'))
    Array.from(this.#buffered.children).forEach((range, index) => {
      if (!(range instanceof HTMLElement)) return
      range.style.left = `${(100 * buffered.start(index)) / duration}%`
      range.style.width = `${(100 * (buffered.end(index) - buffered.start(index))) / duration}%`
    })
    setAttribute(this.#track, 'aria-valuemax', String(Math.round(duration)))
    setAttribute(this.#track, 'aria-valuenow', String(Math.round(currentTime)))
    setAttribute(this.#track, 'aria-valuetext', this.#describe(currentTime / duration))
  }

  /**
   * A place of the video, in words.
   * @param {number} fraction 0 up to 1
   */
  #describe(fraction) {
    const { duration } = this.#video
    const time = Number.isFinite(duration)
      ? `${formatClock(fraction * duration)} of ${formatClock(duration)}`
      : ''
    return [time, this.#describeAt(fraction)].filter((part) => part !== '').join(', ')
  }

  #listen() {
    this.#track.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return
      this.#track.setPointerCapture(event.pointerId)
      this.#seekTo(this.#fractionOf(event))
    })
    this.#track.addEventListener('pointermove', (event) => {
      const fraction = this.#fractionOf(event)
      setText(this.#here, this.#describe(fraction))
      if (this.#track.hasPointerCapture(event.pointerId)) this.#seekTo(fraction)
    })
    this.#track.addEventListener('pointerleave', () => setText(this.#here, ''))
    this.#track.addEventListener('keydown', (event) => {
      const fraction = fractionAfter(event.key, this.#video)
      if (fraction === undefined || event.ctrlKey || event.altKey || event.metaKey) return
      event.preventDefault()
      this.#seekTo(fraction)
    })
  }

  /** @param {PointerEvent} event */
  #fractionOf({ clientX }) {
    const { left, width } = this.#cells.getBoundingClientRect()
    return Math.min(1, Math.max(0, (clientX - left) / width))
  }

  /** @param {number} fraction */
  #seekTo(fraction) {
    const { duration } = this.#video
    if (!Number.isFinite(duration)) return
    this.#video.currentTime = Math.min(1, Math.max(0, fraction)) * duration
    this.render()
  }
}
