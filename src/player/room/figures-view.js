// @ts-check
/** @import { Figures } from './figures.js' */
/** The figures on the page. */
import { element, part, setText } from '../element.js'
import { describeFigures } from './figures.js'

/** A few numbers, large. */
export class FiguresView {
  #figures
  #cells

  /** @param {Figures} figures */
  constructor(figures) {
    this.#figures = figures
    this.#cells = describeFigures(figures, 0).map(() => ({
      label: element('dt'),
      value: element('dd', { class: 'value' }),
      note: element('dd', { class: 'note' }),
    }))
    part('figures', HTMLElement).replaceChildren(
      ...this.#cells.map(({ label, value, note }) => element('div', {}, label, value, note)),
    )
  }

  /** @param {number} nowMs on the clock of the events */
  render(nowMs) {
    describeFigures(this.#figures, nowMs).forEach(({ label, value, note }, index) => {
      const cell = this.#cells[index]
      if (cell === undefined) return
      setText(cell.label, label)
      setText(cell.value, value)
      setText(cell.note, note)
    })
  }
}
