// @ts-check
/** @import { MediaTrouble } from '../media/media-trouble.js' */
/** @import { PageState } from './page-state.js' */
/** The state that the page is in: shown as a notice, and written where its style finds it. */
import { NoticeView } from './notice-view.js'
import { describePageState } from './page-state.js'

/** Shows one state after the other. */
export class PageStatus {
  #videoName
  #notice = new NoticeView()
  /** @type {PageState['kind'] | undefined} */
  #kind
  /** why the file does not play as it should @type {MediaTrouble | undefined} */
  #trouble
  /** since when no node has answered @type {number | undefined} */
  #silentSinceMs

  /** @param {string | undefined} videoName */
  constructor(videoName) {
    this.#videoName = videoName
  }

  /** What is shown now. */
  get kind() {
    return this.#kind
  }

  /** @param {PageState} asked */
  show(asked) {
    /** @type {PageState} */
    const state =
      asked.kind === 'ready' && this.#trouble !== undefined
        ? { kind: 'trouble', trouble: this.#trouble }
        : asked
    this.#kind = state.kind
    document.body.dataset['state'] = state.kind
    this.#notice.show(describePageState(state, this.#videoName ?? 'this address'))
  }

  /**
   * What is wrong with the file: from then on that is what a ready page shows.
   * @param {MediaTrouble | undefined} trouble `undefined`: nothing any more
   */
  setTrouble(trouble) {
    this.#trouble = trouble
  }

  /** For how long no node has answered; it begins when it is first asked. */
  silentSeconds() {
    this.#silentSinceMs ??= performance.now()
    return (performance.now() - this.#silentSinceMs) / 1000
  }

  /** A node has answered. */
  endSilence() {
    this.#silentSinceMs = undefined
  }
}
