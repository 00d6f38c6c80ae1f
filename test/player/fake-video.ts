/** A video element without a browser, as far as the players look at it. */
import { onTestFinished, vi } from 'vitest'

export class FakeVideo extends EventTarget {
  currentTime = 0
  duration = Number.NaN
  ended = false
  error: { code: number; message: string } | null = null
  paused = false
  playbackRate = 1
  preload = ''
  crossOrigin: string | null = null
  readyState = 0
  seeking = false
  videoWidth = 640
  readonly buffered = { length: 0, start: () => 0, end: () => 0 }
  /** every source that it was given, and every `load()` */
  readonly loads: string[] = []
  plays = 0
  readonly #onLoad
  /** @param onLoad what it makes of a source, a moment later */
  constructor(onLoad: (video: FakeVideo) => void = () => {}) {
    super()
    this.#onLoad = onLoad
  }

  set src(url: string) {
    this.loads.push(url)
    this.load()
  }

  load(): void {
    this.error = null
    this.readyState = 0
    setTimeout(() => this.#onLoad(this), 10)
  }

  async play(): Promise<void> {
    this.paused = false
    this.plays++
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
  vi.stubGlobal('HTMLMediaElement', { HAVE_CURRENT_DATA: 2, HAVE_FUTURE_DATA: 3 })
  onTestFinished(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
}
