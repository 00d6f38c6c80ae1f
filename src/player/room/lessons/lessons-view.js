// @ts-check
/** The lessons on the page: which there are, the question with its bets, the countdown, and the verdict. */
/** @import { Verdict } from '../../../verdict/judge.js' */
/** @import { LessonRun } from './lesson-run.js' */
/** @import { Phase } from './lessons.js' */
/** @import { Lesson, Unplayable } from './lesson.js' */
import { describeAction } from '../../../verdict/action.js'
import { ANSWER_WORDS, tellWhy } from '../../../verdict/judge.js'
import { count as countOf } from '../../../words/in-words.js'
import { element, part, setAttribute, setText } from '../../element.js'
import { isPlayable, tellBets } from './lesson.js'

/** So many steps are seen at once, the newest last. */
const STEPS = 4

/**
 * What a class can do.
 * @typedef {object} Actions
 * @property {() => void} open looks at the lessons for the first time
 * @property {(name: string) => void} choose
 * @property {(index: number) => void} bet
 * @property {() => void} clear takes all bets back
 * @property {() => void} run
 * @property {() => void} stop
 */

/**
 * What is to be seen.
 * @typedef {object} Shown
 * @property {readonly (Lesson | Unplayable)[] | undefined} lessons `undefined`: not known yet
 * @property {Lesson | Unplayable | undefined} lesson
 * @property {readonly number[]} bets
 * @property {Phase} phase
 * @property {string | undefined} whyNot why it cannot be played here
 */

export class LessonsView {
  #root = part('lessons', HTMLElement)
  #toggle = part('lessons-toggle', HTMLButtonElement)
  #select = part('lesson-choice', HTMLSelectElement)
  #question = part('lesson-question', HTMLElement)
  #choices = part('lesson-choices', HTMLElement)
  #status = part('lesson-status', HTMLElement)
  #steps = part('lesson-steps', HTMLElement)
  #verdict = part('lesson-verdict', HTMLElement)
  #run = part('lesson-run', HTMLButtonElement)
  #stop = part('lesson-stop', HTMLButtonElement)
  #clear = part('lesson-clear', HTMLButtonElement)
  #actions
  /** @type {Shown['lessons']} */
  #listed
  /** @type {Shown['lesson']} */
  #asked
  /** @type {Phase | undefined} */
  #told

  /** @param {Actions} actions */
  constructor(actions) {
    this.#actions = actions
    this.#toggle.addEventListener('click', () => (this.#root.hidden ? this.show() : this.#hide()))
    this.#select.addEventListener('change', () => actions.choose(this.#select.value))
    this.#run.addEventListener('click', () => actions.run())
    this.#stop.addEventListener('click', () => actions.stop())
    this.#clear.addEventListener('click', () => actions.clear())
  }

  /** Opens it. */
  show() {
    this.#root.hidden = false
    this.#toggle.setAttribute('aria-expanded', 'true')
    this.#actions.open()
  }

  #hide() {
    this.#root.hidden = true
    this.#toggle.setAttribute('aria-expanded', 'false')
  }

  /** @param {Shown} shown */
  render({ lessons, lesson, bets, phase, whyNot }) {
    if (this.#root.hidden) return
    this.#list(lessons, lesson)
    this.#ask(lesson)
    const isAsked = phase.kind === 'chosen'
    const isOver = phase.kind === 'over'
    const canRun = lesson !== undefined && whyNot === undefined
    this.#showBets(lesson, bets, phase)
    this.#select.disabled = !isAsked && !isOver && phase.kind !== 'none'
    this.#run.hidden = !canRun || !(isAsked || isOver)
    setText(this.#run, isOver ? 'Play it again' : 'Play it')
    this.#stop.hidden = phase.kind !== 'runs' && phase.kind !== 'waits'
    this.#clear.hidden = !(isOver || (isAsked && bets.some((bet) => bet > 0)))
    setText(this.#clear, isOver ? 'Bet again' : 'Take the bets back')
    setText(this.#status, describePhase(phase, isAsked || isOver ? whyNot : undefined))
    if (phase.kind === 'runs' || isOver) this.#showSteps(phase)
    else this.#steps.replaceChildren()
    if (phase !== this.#told) this.#tellVerdict(phase, lesson, bets)
  }

  /** @param {Shown['lessons']} lessons @param {Shown['lesson']} lesson */
  #list(lessons, lesson) {
    const all = lessons ?? (lesson === undefined ? [] : [lesson])
    if (this.#listed !== all && (lessons !== undefined || this.#listed === undefined)) {
      this.#listed = all
      const first = element('option', { value: '' }, lessons === undefined ? '…' : 'Choose a lesson')
      const options = all.map((one) =>
        element('option', { value: one.name }, isPlayable(one) ? one.title : `${one.name} (broken)`),
      )
      this.#select.replaceChildren(first, ...options)
    }
    const value = lesson?.name ?? ''
    if (this.#select.value !== value) this.#select.value = value
  }

  /** @param {Shown['lesson']} lesson */
  #ask(lesson) {
    if (this.#asked === lesson) return
    this.#asked = lesson
    const isAsked = lesson !== undefined && isPlayable(lesson)
    setText(this.#question, isAsked ? lesson.question : '')
    this.#choices.replaceChildren(
      ...(isAsked ? lesson.choices : []).map((choice, index) => {
        const button = element('button', { type: 'button' }, choice, element('b', {}))
        button.addEventListener('click', () => this.#actions.bet(index))
        return element('li', {}, button)
      }),
    )
  }

  /** @param {Shown['lesson']} lesson @param {readonly number[]} bets @param {Phase} phase */
  #showBets(lesson, bets, phase) {
    const right = lesson !== undefined && isPlayable(lesson) ? lesson.right : undefined
    const isRight = phase.kind === 'over' && phase.verdict?.answer === 'yes'
    for (const [index, item] of [...this.#choices.children].entries()) {
      const button = item.firstElementChild
      const count = button?.querySelector('b')
      if (!(button instanceof HTMLButtonElement) || !(count instanceof HTMLElement)) continue
      const bet = bets[index] ?? 0
      setText(count, bet === 0 ? '' : String(bet))
      const choice = button.firstChild?.textContent ?? ''
      const isThis = isRight && choice === right
      setAttribute(
        button,
        'aria-label',
        `${choice}: ${bet === 0 ? 'no bet' : countOf(bet, 'bet')}${isThis ? ', right' : ''}`,
      )
      button.classList.toggle('right', isThis)
      button.disabled = phase.kind !== 'chosen'
    }
  }

  /** @param {Phase & { kind: 'runs' | 'over' }} phase */
  #showSteps(phase) {
    const lines = phase.run.done
      .slice(-STEPS)
      .map(({ atMs, action, problem }) => stepLine(atMs, problem ?? describeAction(action)))
    const ahead = phase.kind === 'runs' ? aheadLine(phase.run) : undefined
    const shown = [...lines, ...(ahead === undefined ? [] : [ahead])]
    if ([...this.#steps.children].map(({ textContent }) => textContent).join('\n') === shown.join('\n'))
      return
    this.#steps.replaceChildren(
      ...shown.map((line) => element('li', line === ahead ? { class: 'next' } : {}, line)),
    )
  }

  /** @param {Phase} phase @param {Shown['lesson']} lesson @param {readonly number[]} bets */
  #tellVerdict(phase, lesson, bets) {
    this.#told = phase
    const isOver = phase.kind === 'over' && phase.verdict !== undefined
    if (!isOver || lesson === undefined || !isPlayable(lesson)) return this.#verdict.replaceChildren()
    const { answer, checks, notKnown } = /** @type {Verdict} */ (phase.verdict)
    this.#verdict.replaceChildren(
      element('p', { class: 'answer', 'data-answer': answer }, ANSWER_WORDS[answer]),
      element('p', {}, tellBets(lesson, bets, answer)),
      element(
        'ul',
        {},
        ...checks.map(({ text, isMet }) => element('li', { class: isMet ? 'met' : 'missed' }, text)),
        ...(notKnown === '' ? [] : [element('li', { class: 'not-known' }, notKnown)]),
      ),
      element('p', { class: 'why' }, tellWhy(lesson.why, answer)),
    )
  }
}

/** @param {number} atMs @param {string} text */
const stepLine = (atMs, text) => `${(atMs / 1000).toFixed(1)} s: ${text}`

/** What comes next, counted down: it is seen, and not read out. @param {LessonRun} run */
function aheadLine({ next, endMs, passedMs }) {
  const inMs = next?.inMs ?? endMs - passedMs
  const what = next === undefined ? 'the verdict' : describeAction(next.action)
  return `${inMs > 0 ? `in ${Math.ceil(inMs / 1000)} s` : 'now'}: ${what}`
}

/** @param {Phase} phase @param {string | undefined} whyNot */
function describePhase(phase, whyNot) {
  if (whyNot !== undefined) return whyNot
  switch (phase.kind) {
    case 'none':
      return phase.problem
    case 'chosen':
      return phase.problem === '' ? 'Bet first: a click for each hand. Then play it.' : phase.problem
    case 'prepares':
      return 'The nodes are put in order …'
    case 'waits':
      return 'It begins when the picture moves.'
    case 'runs':
      return 'Look at the picture, the cards and the story. Times count from the first picture.'
    case 'over':
      return phase.verdict === undefined ? 'Stopped: no verdict.' : ''
  }
}
