// @ts-check
/** @import { Notice } from './page-state.js' */
/** The notice over the video: what there is to say when there is nothing to see, or soon will be nothing. */

import { encodeStorageName } from '../../version/url-path.js'
import { element, part, setText } from '../element.js'

/**
 * Shows a notice or none. Each is read out once: what changes every second stands outside of what is read.
 */
export class NoticeView {
  #root = part('notice', HTMLElement)
  #title = element('h2')
  #text = element('p')
  #command = element('code')
  #videos = element('ul')
  #reload = element('button', { type: 'button' }, 'Reload')
  #counting = element('p', { class: 'counting', 'aria-hidden': 'true' })
  #shownVideos = ''

  constructor() {
    const said = element('div', { role: 'status' }, this.#title, this.#text, this.#command, this.#videos)
    this.#root.replaceChildren(said, this.#counting, this.#reload)
    this.#reload.addEventListener('click', () => location.reload())
  }

  /** @param {Notice | undefined} notice */
  show(notice) {
    this.#root.hidden = notice === undefined
    setText(this.#title, notice?.title ?? '') // emptied, so that the same one is read out when it comes again
    setText(this.#text, notice?.text ?? '')
    if (notice === undefined) return
    this.#root.className = `${notice.tone} ${notice.coversVideo ? 'covers' : 'strip'}`
    setText(this.#command, notice.command)
    setText(this.#counting, notice.counting)
    this.#reload.hidden = !notice.hasReload
    const videos = JSON.stringify(notice.videos)
    if (videos === this.#shownVideos) return
    this.#shownVideos = videos
    this.#videos.replaceChildren(
      ...notice.videos.map((name) =>
        element('li', {}, element('a', { href: `/watch/${encodeStorageName(name)}` }, name)),
      ),
    )
  }
}
