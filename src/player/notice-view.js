// @ts-check
/** @import { Notice } from './page-state.js' */
/** The notice over the video: what there is to say when there is nothing to see, or soon will be nothing. */
import { element, part, setText } from './element.js'
import { encodeName } from './page-state.js'

/** Shows a notice or none. */
export class NoticeView {
  #root = part('notice', HTMLElement)
  #title = element('h2')
  #text = element('p')
  #command = element('code')
  #videos = element('ul')
  #shownVideos = ''

  constructor() {
    this.#root.replaceChildren(this.#title, this.#text, this.#command, this.#videos)
  }

  /** @param {Notice | undefined} notice */
  show(notice) {
    this.#root.hidden = notice === undefined
    if (notice === undefined) return
    this.#root.className = `${notice.tone} ${notice.coversVideo ? 'covers' : 'strip'}`
    setText(this.#title, notice.title)
    setText(this.#text, notice.text)
    setText(this.#command, notice.command)
    const videos = JSON.stringify(notice.videos)
    if (videos === this.#shownVideos) return
    this.#shownVideos = videos
    this.#videos.replaceChildren(
      ...notice.videos.map((name) =>
        element('li', {}, element('a', { href: `/watch/${encodeName(name)}` }, name)),
      ),
    )
  }
}
