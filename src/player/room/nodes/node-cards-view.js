// @ts-check
/** @import { NodeFacts, NodeModel } from './node-model.js' */
/** @import { Policy } from '../../playing/player-events.js' */
/** A card for each node: how it is doing, its heartbeat over the last minute, what it has delivered. */

import { formatBytes, formatMs, formatShare } from '../../../words/in-words.js'
import { element, part, setAttribute, setText } from '../../element.js'
import { markPicture } from '../marks/mark-view.js'
import { describeState, heartbeatLines, heartbeatTopMs, noteOf, rateOf } from './node-model.js'

const SVG = 'http://www.w3.org/2000/svg'
/** The heartbeat is drawn in a box of so many units, and stretched to the card. */
const [WIDTH, HEIGHT] = [600, 100]
/** From so many nodes on, cards are small. */
const MANY = 6

/** The cards; they read the model when they are told to. */
export class NodeCardsView {
  #model
  #cards

  /** @param {NodeModel} model */
  constructor(model) {
    this.#model = model
    this.#cards = model.nodes.map((facts) => new Card(facts))
    const list = part('nodes', HTMLElement)
    list.classList.toggle('many', model.nodes.length >= MANY)
    list.replaceChildren(...this.#cards.map(({ root }) => root))
  }

  /** By the names of the nodes, for what others add to a card. @returns {ReadonlyMap<string, HTMLElement>} */
  get roots() {
    return new Map(this.#cards.map(({ name, root }) => [name, root]))
  }

  /**
   * @param {number} nowMs on the clock of the events
   * @param {Policy} policy
   */
  render(nowMs, policy) {
    const topMs = heartbeatTopMs(this.#model.nodes)
    for (const card of this.#cards) card.render(nowMs, topMs, this.#model.totalBytes, policy)
  }
}

class Card {
  #facts
  #state = element('p', { class: 'state' })
  #note = element('p', { class: 'note' })
  #delay = element('p', { class: 'delay' })
  #beat = document.createElementNS(SVG, 'svg')
  #line = document.createElementNS(SVG, 'path')
  #silence = document.createElementNS(SVG, 'path')
  #figures
  #share = element('div', { class: 'share-part' })

  /** @param {NodeFacts} facts */
  constructor(facts) {
    this.#facts = facts
    this.#figures = {
      rate: element('dd'),
      delivered: element('dd'),
      share: element('dd'),
      'in flight': element('dd'),
      refused: element('dd'),
    }
    setAttribute(this.#beat, 'viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
    setAttribute(this.#beat, 'preserveAspectRatio', 'none')
    setAttribute(this.#beat, 'role', 'img')
    setAttribute(this.#line, 'class', 'line')
    setAttribute(this.#silence, 'class', 'silence')
    this.#beat.append(this.#line, this.#silence)
    const { name, look } = facts.mark
    this.name = name
    this.root = element(
      'li',
      { class: `card look-${look}` },
      element(
        'div',
        { class: 'who' },
        markPicture(facts.mark),
        element('h3', { title: name }, name),
        this.#state,
      ),
      this.#note,
      element('div', { class: 'beat' }, this.#beat, this.#delay),
      element(
        'dl',
        {},
        ...Object.entries(this.#figures).map(([label, value]) =>
          element('div', {}, element('dt', {}, label), value),
        ),
      ),
      element('div', { class: 'share', 'aria-hidden': 'true' }, this.#share),
    )
  }

  /**
   * @param {number} nowMs
   * @param {number} topMs
   * @param {number} totalBytes
   * @param {Policy} policy
   */
  render(nowMs, topMs, totalBytes, policy) {
    const { why, mark, bytes, inFlight, refused } = this.#facts
    const { words, tone } = describeState(this.#facts, nowMs)
    const isLeftOut = policy.kind === 'only' && policy.node !== mark.name
    setText(this.#state, isLeftOut ? `${words}, not read` : words)
    setAttribute(this.#state, 'title', why)
    const note = noteOf(this.#facts, nowMs)
    setText(this.#note, note)
    this.#note.hidden = note === ''
    setAttribute(this.root, 'data-tone', tone)
    this.root.classList.toggle('left-out', isLeftOut)
    const rate = rateOf(this.#facts)
    setText(this.#figures.rate, rate === undefined ? '–' : `${formatBytes(Math.round(rate))}/s`)
    setText(this.#figures.delivered, formatBytes(bytes))
    setText(this.#figures.share, formatShare(bytes, totalBytes))
    setText(this.#figures['in flight'], String(inFlight.size))
    setText(this.#figures.refused, String(refused))
    this.#figures.refused.classList.toggle('bad', refused > 0)
    this.#share.style.width = `${totalBytes === 0 ? 0 : (100 * bytes) / totalBytes}%`
    this.#renderBeat(nowMs, topMs)
  }

  /**
   * @param {number} nowMs
   * @param {number} topMs
   */
  #renderBeat(nowMs, topMs) {
    const { beats, mark } = this.#facts
    const { lines, silences } = heartbeatLines(beats, nowMs, topMs)
    const at = (/** @type {number} */ value, /** @type {number} */ size) => (value * size).toFixed(1)
    const draw = (/** @type {{ x: number, y: number }[]} */ line) =>
      // A line of one point is still to be seen: round ends make a dot of it.
      `M${line
        .concat(line.length === 1 ? line : [])
        .map(({ x, y }) => `${at(x, WIDTH)} ${at(y * 0.84 + 0.08, HEIGHT)}`)
        .join('L')}`
    setAttribute(this.#line, 'd', lines.map(draw).join(''))
    setAttribute(this.#silence, 'd', silences.map((x) => `M${at(x, WIDTH)} 72V98`).join(''))
    const last = beats.at(-1)
    const answer = last === undefined ? '' : last.ms === undefined ? 'no answer' : formatMs(last.ms)
    setText(this.#delay, last !== undefined && last.ms === undefined ? '–' : answer) // the state says what it is
    const label =
      last === undefined
        ? 'not measured yet'
        : `${answer} now, ${silences.length} of ${beats.length} without an answer in the last minute`
    setAttribute(this.#beat, 'aria-label', `Heartbeat of ${mark.name}: ${label}`)
  }
}
