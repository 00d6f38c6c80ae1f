// @ts-check
/**
 * Lessons: the class bets, the lesson is played from the first picture on, and what was foretold stands beside what was
 * measured. The page loads itself anew for each, so that nothing of the last one is in any buffer.
 */
/** @import { SwarmEvent } from '../../../swarm/events.js' */
/** @import { PlayerEvent } from '../../playing/player-events.js' */
/** @import { Choices } from '../../playing/choices.js' */
/** @import { LabModel } from '../lab/lab-model.js' */
/** @import { LabControls } from '../lab/lab-view.js' */
/** @import { Stall } from '../../../verdict/tally.js' */
/** @import { Lesson, Unplayable } from './lesson.js' */
import { realClock } from '../../../swarm/clock.js'
import { whyTooShort } from '../../../verdict/action.js'
import { judge } from '../../../verdict/judge.js'
import { Tally } from '../../../verdict/tally.js'
import { writeChoices } from '../../playing/choices.js'
import { Disturbance } from './disturbance.js'
import { isPlayable, whyNotHere } from './lesson.js'
import { recall, remember } from './lesson-memory.js'
import { LessonNodes } from './lesson-nodes.js'
import { LessonRun } from './lesson-run.js'
import { LessonsView } from './lessons-view.js'

/** How often a lesson that is being played looks at the page, and counts down. */
const LOOK_MS = 200

/**
 * @typedef {object} LessonsOptions
 * @property {HTMLVideoElement} video
 * @property {() => number} sizeOfFile bytes
 * @property {readonly string[]} names of all nodes
 * @property {readonly string[]} ownNames of those that have a lab
 * @property {LabModel} labs what their labs say
 * @property {LabControls} controls
 * @property {() => Choices} choices of the experiments, as they are now
 * @property {() => Promise<(Lesson | Unplayable)[]>} ask for all lessons; rejects when nobody answers
 * @property {(text: string) => void} tell something for the story
 * @property {() => void} draw
 */

/**
 * `chosen`: it is asked; `prepares`: the nodes are put in order; `waits`: for the picture; `over`: with a verdict, or
 * stopped before.
 * @typedef {{ kind: 'none', problem: string } | { kind: 'chosen', problem: string }
 *   | { kind: 'prepares' | 'waits' } | { kind: 'runs', run: LessonRun }
 *   | { kind: 'over', run: LessonRun, verdict: import('../../../verdict/judge.js').Verdict | undefined }} Phase
 */

export class Lessons {
  #options
  #view
  #tally = new Tally()
  /** @type {(Lesson | Unplayable)[] | undefined} */
  #all
  /** @type {Lesson | Unplayable | undefined} */
  #lesson
  /** @type {number[]} */
  #bets = []
  /** @type {Disturbance | undefined} */
  #disturbance
  /** @type {Phase} */
  #phase = { kind: 'none', problem: '' }
  /** ms from the navigation to the first picture @type {number | undefined} */
  #firstPictureMs
  /** @type {import('../../playing/player-events.js').PlayerKind} */
  #kind = 'swarm'

  /** @param {LessonsOptions} options */
  constructor(options) {
    this.#options = options
    this.#view = new LessonsView({
      open: () => void this.#open(),
      choose: (name) => this.#choose(name),
      bet: (index) => this.#bet(index),
      clear: () => this.#clear(),
      run: () => void this.#prepare(),
      stop: () => this.#stop(),
    })
    const remembered = recall()
    if (remembered !== undefined) {
      this.#lesson = remembered.lesson
      this.#bets = [...remembered.bets]
      this.#phase = { kind: 'waits' }
    }
    if (remembered !== undefined || wantedLesson() !== null) this.#view.show()
  }

  /** What a lab says. @param {string} name @param {import('../../../lab/client.js').LabSeen} seen */
  seeLab(name, seen) {
    if (this.#phase.kind === 'runs') this.#phase.run.seeLab(name, seen)
  }

  /** @param {SwarmEvent | PlayerEvent} event */
  apply(event) {
    if (event.type === 'started') {
      this.#kind = event.kind
      if (event.kind === 'switching') this.#disturbance?.note('the page read from one node at a time')
    } else if (event.type === 'first frame') this.#onPicture(event.ms)
    else this.#tally.apply(/** @type {SwarmEvent | Stall} */ (event))
    if (event.type === 'stall' && !event.isOver) this.#disturbance?.noteStand()
  }

  /** Once for each drawing of the page. */
  render() {
    this.#view.render({
      lessons: this.#all,
      lesson: this.#lesson,
      bets: this.#bets,
      phase: this.#phase,
      whyNot: this.#lesson && whyNotHere(this.#lesson, this.#here),
    })
  }

  get #here() {
    const { names, ownNames, labs } = this.#options
    return {
      ...{ names, ownNames, kind: this.#kind },
      isKnown: (/** @type {string} */ name) => labs.isKnown(name),
      isOpen: (/** @type {string} */ name) => labs.isOpen(name),
      isGone: (/** @type {string} */ name) => labs.isGone(name),
      canStart: (/** @type {string} */ name) => labs.canStart(name),
    }
  }

  /** The class looks at the lessons. */
  async #open() {
    if (this.#all !== undefined) return this.#options.draw()
    try {
      this.#all = await this.#options.ask()
    } catch (error) {
      const problem = `The lessons did not come: ${error instanceof Error ? error.message : error}.`
      if (this.#phase.kind === 'none') this.#phase = { kind: 'none', problem }
      return this.#options.draw()
    }
    const wanted = wantedLesson() ?? ''
    if (this.#lesson === undefined && this.#all.some(({ name }) => name === wanted)) this.#choose(wanted)
    this.#options.draw()
  }

  /** @param {string} name */
  #choose(name) {
    if (this.#isBusy) return
    this.#lesson = this.#all?.find((lesson) => lesson.name === name)
    this.#bets = []
    this.#phase = this.#lesson === undefined ? { kind: 'none', problem: '' } : { kind: 'chosen', problem: '' }
    this.#options.draw()
  }

  get #isBusy() {
    return this.#phase.kind === 'prepares' || this.#phase.kind === 'waits' || this.#phase.kind === 'runs'
  }

  /** @param {number} index of the choice */
  #bet(index) {
    if (this.#phase.kind !== 'chosen') return // it would be too late
    this.#bets[index] = (this.#bets[index] ?? 0) + 1
    this.#options.draw()
  }

  /** The same again, without bets. */
  #clear() {
    if (this.#lesson !== undefined && !this.#isBusy) this.#choose(this.#lesson.name)
  }

  /** All nodes are there and well, then the page begins anew. */
  async #prepare() {
    const lesson = this.#lesson
    if (lesson === undefined || !isPlayable(lesson) || this.#isBusy) return
    const { controls, draw, labs } = this.#options
    this.#phase = { kind: 'prepares' }
    draw()
    try {
      await new LessonNodes(lesson, controls, realClock).makeReady((name) => labs.isGone(name))
      remember({ lesson, bets: this.#bets })
      const choices = { policy: { kind: 'all' }, lookAheadSeconds: lesson.lookAheadSeconds }
      const hash = writeChoices(/** @type {Choices} */ (choices), `lesson=${lesson.name}`)
      history.replaceState(history.state, '', hash)
      location.reload()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#phase = { kind: 'chosen', problem: `It cannot begin: ${message}.` }
      draw()
    }
  }

  /** There is a picture; the time of a lesson counts from when it moves. @param {number} ms */
  #onPicture(ms) {
    this.#firstPictureMs = ms
    this.#tally.begin(this.#options.sizeOfFile())
    if (this.#phase.kind !== 'waits') return
    const { video } = this.#options
    if (video.paused)
      video.addEventListener('playing', () => void this.#play(performance.now()), { once: true })
    else void this.#play(ms)
  }

  /** @param {number} beganMs */
  async #play(beganMs) {
    const lesson = this.#lesson
    if (lesson === undefined || !isPlayable(lesson) || this.#phase.kind !== 'waits') return
    const { video, controls, choices, tell, draw } = this.#options
    const run = new LessonRun({
      ...{ lesson, beganMs, clock: realClock, videoSeconds: video.duration },
      nodes: new LessonNodes(lesson, controls, realClock),
      onAct: () => this.#tally.act(),
    })
    this.#phase = { kind: 'runs', run }
    tell(`Lesson: ${lesson.title}.`)
    const ended = new AbortController()
    const disturbance = new Disturbance(video, ended.signal)
    this.#disturbance = disturbance
    if (this.#kind === 'switching') disturbance.note('the page read from one node at a time')
    const look = setInterval(() => {
      disturbance.look(performance.now())
      const { policy, lookAheadSeconds } = choices()
      if (policy.kind !== 'all' || lookAheadSeconds !== lesson.lookAheadSeconds)
        disturbance.note('an experiment was changed meanwhile')
      draw()
    }, LOOK_MS)
    const isWhole = await run.play()
    clearInterval(look)
    ended.abort()
    const verdict = isWhole ? this.#judge(lesson, run, disturbance) : undefined
    this.#phase = { kind: 'over', run, verdict }
    tell(
      verdict === undefined
        ? 'Lesson: stopped.'
        : `Lesson: it went as expected: ${verdict.answer === 'unknown' ? 'not known' : verdict.answer}.`,
    )
    draw()
  }

  /** @param {Lesson} lesson @param {LessonRun} run @param {Disturbance} disturbance */
  #judge({ expect, actions }, run, disturbance) {
    const tooShort = whyTooShort(actions, this.#options.video.duration)
    return judge(expect, {
      ...this.#tally.met(performance.now()),
      firstPictureMs: this.#firstPictureMs,
      latestMs: run.latestMs,
      undone: [run.undone, disturbance.undone, tooShort].filter((why) => why !== '').join('; '),
      excuse: disturbance.excuse,
    })
  }

  #stop() {
    if (this.#phase.kind === 'runs') this.#phase.run.stop()
    if (this.#phase.kind === 'waits') this.#phase = { kind: 'chosen', problem: '' }
    this.#options.draw()
  }
}

/** The one that the address names. */
const wantedLesson = () => new URLSearchParams(location.hash.slice(1)).get('lesson')
