// @ts-check
/** On each card: what the lab says, a button that opens the faults, and one that heals; and one that heals all. */
/** @import { Preset } from '../../../lab/presets.js' */
import { PRESETS } from '../../../lab/presets.js'
import { element, part, setAttribute, setText } from '../../element.js'
import { LabModel } from './lab-model.js'

/** Heals all, wherever nothing is being typed. */
const HEAL_KEY = 'h'

/**
 * What the buttons do; each rejects with a sentence that follows the name of the node.
 * @typedef {object} LabControls
 * @property {(name: string, setting: import('../../../lab/client.js').LabSetting) => Promise<void>} set
 * @property {(name: string) => Promise<void>} heal
 * @property {(name: string, afterMs?: number) => Promise<void>} startNode not before, and then only if it is not there
 */

export class LabView {
  #model
  #controls
  #tell
  #slots
  #dialog = part('lab', HTMLDialogElement)
  #healAll = part('heal-all', HTMLButtonElement)
  /** whose faults are shown @type {string | undefined} */
  #chosen

  /**
   * @param {LabModel} model
   * @param {ReadonlyMap<string, HTMLElement>} cards by the names of the nodes
   * @param {LabControls} controls
   * @param {(text: string) => void} tell what did not work, for the story
   */
  constructor(model, cards, controls, tell) {
    this.#model = model
    this.#controls = controls
    this.#tell = tell
    this.#slots = [...cards].map(
      ([name, card]) =>
        new Slot(
          name,
          card,
          () => this.#open(name),
          () => this.#heal(name),
          () => this.#try(name, this.#controls.startNode(name)),
        ),
    )
    part('lab-presets', HTMLElement).replaceChildren(...PRESETS.map((preset) => this.#button(preset)))
    this.#healAll.addEventListener('click', () => this.#healEach())
    addEventListener('keydown', (event) => this.#onKey(event))
  }

  /** @param {number} nowMs on the page's clock */
  render(nowMs) {
    for (const slot of this.#slots) slot.render(this.#model, nowMs)
    this.#healAll.hidden = !this.#slots.some(
      ({ name }) => this.#model.isOpen(name) && this.#model.isBusy(name),
    )
  }

  /** @param {Preset} preset */
  #button(preset) {
    const button = element(
      'button',
      { type: 'button' },
      element('strong', {}, preset.name),
      element('span', {}, preset.help),
    )
    button.addEventListener('click', () => {
      this.#dialog.close()
      if (this.#chosen !== undefined) this.#set(this.#chosen, preset)
    })
    return element('li', {}, button)
  }

  /** @param {string} name */
  #open(name) {
    this.#chosen = name
    setText(part('lab-title', HTMLElement), `What is to happen to ${name}?`)
    this.#dialog.showModal()
  }

  /** @param {string} name @param {Preset} preset */
  #set(name, { faults = {}, impairments }) {
    const now = this.#model.impairmentsOf(name)
    this.#try(name, this.#controls.set(name, { faults, impairments: impairments?.(now) ?? {} }))
  }

  /** @param {string} name */
  #heal(name) {
    this.#try(name, this.#controls.heal(name))
  }

  #healEach() {
    for (const { name } of this.#slots)
      if (this.#model.isOpen(name) && this.#model.isBusy(name)) this.#heal(name)
  }

  /** @param {string} name @param {Promise<void>} done */
  #try(name, done) {
    done.catch((error) => this.#tell(`The lab of ${name} ${error.message}.`))
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const isTyping =
      event.target instanceof Element && event.target.matches('input:not([type=radio]), textarea, select')
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey
    if (event.key === HEAL_KEY && isPlain && !isTyping && !this.#dialog.open) this.#healEach()
  }
}

/** The part of a card that is the lab's. */
class Slot {
  #line = element('p', { class: 'lab-line' })
  #break = element('button', { type: 'button', class: 'break' }, 'Break …')
  #heal = element('button', { type: 'button', class: 'heal' }, 'Heal')
  #start = element('button', { type: 'button', class: 'heal' }, 'Start')
  #root = element('div', { class: 'lab' }, this.#line, this.#break, this.#heal, this.#start)

  /**
   * @param {string} name
   * @param {HTMLElement} card
   * @param {() => void} onBreak
   * @param {() => void} onHeal
   * @param {() => void} onStart
   */
  constructor(name, card, onBreak, onHeal, onStart) {
    this.name = name
    this.#break.setAttribute('aria-label', `Break ${name}`)
    this.#heal.setAttribute('aria-label', `Heal ${name}`)
    this.#break.addEventListener('click', onBreak)
    this.#heal.addEventListener('click', onHeal)
    this.#start.setAttribute('aria-label', `Start ${name}`)
    this.#start.addEventListener('click', onStart)
    card.append(this.#root)
  }

  /** @param {LabModel} model @param {number} nowMs */
  render(model, nowMs) {
    const line = model.line(this.name, nowMs)
    setText(this.#line, line)
    setAttribute(this.#line, 'title', line) // where there are many cards it is cut
    const isGone = model.isGone(this.name)
    const isOpen = model.isOpen(this.name) && !isGone
    this.#start.hidden = !isGone || !model.canStart(this.name)
    this.#line.hidden = line === ''
    this.#break.hidden = !isOpen
    this.#heal.hidden = !isOpen || !model.isBusy(this.name)
    this.#root.hidden = line === '' && !isOpen && this.#start.hidden
  }
}
