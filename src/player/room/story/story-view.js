// @ts-check
/** @import { Story } from './story.js' */
/** The story on the page, newest line first. */

import { formatClock } from '../../../words/in-words.js'
import { element, part, setAttribute, setText } from '../../element.js'

/** A log: a screen reader says what is new when nothing else is being said. */
export class StoryView {
  #story
  #list = part('story', HTMLElement)
  /** @type {Map<number, { root: HTMLElement, text: HTMLElement }>} */
  #items = new Map()
  #shownVersion = -1

  /** @param {Story} story */
  constructor(story) {
    this.#story = story
  }

  render() {
    if (this.#shownVersion === this.#story.version) return
    this.#shownVersion = this.#story.version
    const known = new Set(this.#story.lines.map(({ id }) => id))
    for (const [id, { root }] of this.#items) {
      if (known.has(id)) continue
      root.remove()
      this.#items.delete(id)
    }
    /** @type {HTMLElement | undefined} */
    let older
    for (const line of this.#story.lines) {
      const item = this.#items.get(line.id) ?? this.#add(line.id, line.atMs, older)
      older = item.root
      setText(item.text, line.text)
      setAttribute(item.root, 'data-tone', line.tone)
    }
  }

  /**
   * @param {number} id
   * @param {number} atMs
   * @param {HTMLElement | undefined} older the line that it stands above
   */
  #add(id, atMs, older) {
    const text = element('span', { class: 'text' })
    const root = element('li', {}, element('span', { class: 'when' }, formatClock(atMs / 1000)), ' ', text)
    if (older === undefined) this.#list.append(root)
    else older.before(root)
    this.#items.set(id, { root, text })
    return { root, text }
  }
}
