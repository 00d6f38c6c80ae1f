// @ts-check
/** @import { Choices } from '../playing/choices.js' */
/** @import { NodeMark } from './marks/node-marks.js' */
/** The switches of the experiments: two groups of radio buttons, and a line that says what to try. */
import { element, part, setText } from '../element.js'
import { LOOK_AHEADS } from '../playing/choices.js'
import { suggest } from './experiments.js'
import { markPicture } from './marks/mark-view.js'

/** From so many nodes on, only their marks are shown. */
const MANY = 6

/** Shows the choices, and calls back with the new ones when the class makes another. */
export class ExperimentsView {
  #choices
  #onChange
  #hint = element('p', { class: 'hint', role: 'status' })
  #lookAhead
  /** @type {import('../playing/player-events.js').PlayerKind} */
  #kind = 'swarm'

  /**
   * @param {Choices} choices
   * @param {readonly NodeMark[]} marks
   * @param {(choices: Choices) => void} onChange
   */
  constructor(choices, marks, onChange) {
    this.#choices = choices
    this.#onChange = onChange
    const { policy } = choices
    const read = radioGroup('read', 'Read from', [
      this.#radio('read', ['all nodes'], policy.kind === 'all', { policy: { kind: 'all' } }),
      this.#radio('read', ['the fastest'], policy.kind === 'fastest', { policy: { kind: 'fastest' } }),
      ...marks.map((mark) => {
        const isChosen = policy.kind === 'only' && policy.node === mark.name
        const name = element('span', { class: 'only-name' }, mark.name)
        const label = [element('span', { class: 'unseen' }, 'only '), markPicture(mark), name]
        return this.#radio('read', label, isChosen, { policy: { kind: 'only', node: mark.name } })
      }),
    ])
    this.#lookAhead = radioGroup(
      'look-ahead',
      'Look ahead',
      LOOK_AHEADS.map((seconds) =>
        this.#radio('look-ahead', [`${seconds} s`], seconds === choices.lookAheadSeconds, {
          lookAheadSeconds: seconds,
        }),
      ),
    )
    const form = part('experiments', HTMLFormElement)
    form.classList.toggle('many', marks.length >= MANY)
    form.replaceChildren(read, this.#lookAhead, this.#hint)
    form.addEventListener('submit', (event) => event.preventDefault())
    setText(this.#hint, suggest(choices))
  }

  /**
   * Where one node at a time is played, the browser alone decides how far ahead it reads.
   * @param {import('../playing/player-events.js').PlayerKind} kind
   */
  setPlayer(kind) {
    this.#lookAhead.disabled = kind === 'switching'
    this.#kind = kind
    setText(this.#hint, suggest(this.#choices, this.#kind))
  }

  /**
   * @param {string} name
   * @param {(Node | string)[]} label
   * @param {boolean} isChosen
   * @param {Partial<Choices>} choice
   */
  #radio(name, label, isChosen, choice) {
    const input = element('input', { type: 'radio', name })
    input.checked = isChosen
    input.addEventListener('change', () => {
      this.#choices = { ...this.#choices, ...choice }
      setText(this.#hint, suggest(this.#choices, this.#kind))
      this.#onChange(this.#choices)
    })
    return element('label', {}, input, element('span', {}, ...label))
  }
}

/**
 * @param {string} name
 * @param {string} legend
 * @param {readonly HTMLElement[]} choices
 */
const radioGroup = (name, legend, choices) =>
  element(
    'fieldset',
    { class: name },
    element('legend', {}, legend),
    element('div', { class: 'choices' }, ...choices),
  )
