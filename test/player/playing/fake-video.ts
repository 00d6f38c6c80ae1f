/** A video element without a browser, as far as the players look at it. */
import { onTestFinished, vi } from 'vitest'

/** It plays by itself, as the page's does. */
export class FakeVideo extends EventTarget {
  autoplay = true
  currentTime = 0
  duration = Number.NaN
  ended = false
  error: { code: number; message: string } | null = null
  networkState = 2
  paused = true
  playbackRate = 1
  preload = ''
  crossOrigin: string | null = null
  readyState = 0
  seeking = false
  videoWidth = 640
  aheadSeconds = 0
  /** what it loaded, each time */
  readonly loads: string[] = []
  readonly #onLoad
  #src = ''
  #canAutoplay = true

  /** @param onLoad what it makes of a source, a moment later */
  constructor(onLoad: (video: FakeVideo) => void = () => {}) {
    super()
    this.#onLoad = onLoad
  }

  get buffered() {
    const [start, end] = [this.currentTime, this.currentTime + this.aheadSeconds]
    return { length: 1, start: () => start, end: () => end }
  }

  set src(url: string) {
    this.#src = url
    this.load()
  }

  /** @see HTML, "media element load algorithm" */
  load(): void {
    this.loads.push(this.#src)
    this.error = null
    this.readyState = 0
    this.currentTime = 0
    this.playbackRate = 1
    this.paused = true
    this.#canAutoplay = true
    setTimeout(() => this.#onLoad(this), 10)
  }

  /** It has all that it needs. */
  ready(): void {
    this.readyState = 4
    if (this.autoplay && this.#canAutoplay) this.#begin()
    this.dispatchEvent(new Event('canplay'))
  }

  async play(): Promise<void> {
    this.#canAutoplay = false
    this.#begin()
  }

  #begin(): void {
    if (!this.paused) return
    this.paused = false
    this.dispatchEvent(new Event('play'))
  }

  pause(): void {
    this.#canAutoplay = false
    this.paused = true
  }

  fail(code: number, message = 'DEMUXER_ERROR_COULD_NOT_OPEN'): void {
    this.error = { code, message }
    this.dispatchEvent(new Event('error'))
  }

  /** As the type that the players know. */
  get element(): HTMLVideoElement {
    return this as unknown as HTMLVideoElement
  }
}

/** Virtual time, and what else of a browser the players use. */
export function fakeBrowser(fetch: typeof globalThis.fetch): void {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', fetch)
  vi.stubGlobal('document', { visibilityState: 'visible' })
  const states = { NETWORK_LOADING: 2, HAVE_METADATA: 1, HAVE_CURRENT_DATA: 2, HAVE_FUTURE_DATA: 3 }
  vi.stubGlobal('HTMLMediaElement', states)
  onTestFinished(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
}
