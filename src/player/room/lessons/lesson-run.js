// @ts-check
/**
 * One playing of a lesson on the nodes of the class: each step at its time after the first picture, and at the end all
 * as it was. A node that is killed is to be started again by whoever started it, and that is ordered before the kill: by
 * then this page may be closed, and every node gone.
 */
/** @import { Action } from '../../../verdict/action.js' */
/** @import { LabControls } from '../lab/lab-view.js' */
/** @import { Lesson } from './lesson.js' */
import { awayMsOf, endMsOf, impairmentsIn, nodesOf } from './lesson.js'
import { Meddling } from './meddling.js'

/** What comes later than this was not what the scenario says. */
const LATE_MS = 1_000
/** A node that is started is there within this time, and asked so often whether it is. */
const START_MS = 15_000
const ASK_MS = 500
const CRASH = { crash: {} }

/** A step that was done, or why not. @typedef {{ readonly atMs: number, readonly action: Action, readonly problem: string | undefined }} Done */

/**
 * @typedef {object} RunOptions
 * @property {Lesson} lesson
 * @property {number} beganMs when the first picture was there, on the clock
 * @property {number} videoSeconds
 * @property {LabControls} controls
 * @property {(name: string) => boolean} canStart
 * @property {import('../../../swarm/clock.js').Clock} clock
 * @property {(action: Action) => void} onDone
 */

export class LessonRun {
  /** @type {Done[]} */
  done = []
  /** what was in force latest was so after its time */
  latestMs = 0
  endMs
  #options
  #meddling
  #isStopped = false
  /** what lies ahead of it ends at once when it is stopped @type {Set<() => void>} */
  #waiting = new Set()

  /** @param {RunOptions} options */
  constructor(options) {
    this.#options = options
    this.#meddling = new Meddling(options.clock)
    this.endMs = endMsOf(options.lesson, options.videoSeconds)
  }

  /** Since the first picture. */
  get passedMs() {
    return this.#options.clock.now() - this.#options.beganMs
  }

  /** What comes next, and in how many ms. */
  get next() {
    const { actions } = this.#options.lesson
    const action = actions.find((action) => !this.done.some((done) => done.action === action))
    return action && { action, inMs: action.atMs - this.passedMs }
  }

  /** Why it proves nothing; '' when it does. */
  get undone() {
    const problems = [...this.done.flatMap(({ problem }) => problem ?? []), ...this.#meddling.found]
    if (this.latestMs > LATE_MS) problems.push(`a step came ${Math.round(this.latestMs)} ms after its time`)
    return problems.join('; ')
  }

  /** What a lab says. @param {string} name @param {import('../../../lab/client.js').LabSeen} seen */
  seeLab(name, seen) {
    this.#meddling.see(name, seen)
  }

  /** Plays it. @returns {Promise<boolean>} whether to the end */
  async play() {
    const { lesson } = this.#options
    // That they are there was seen before; others were healed then.
    await Promise.all(lesson.nodes.map(({ name }) => this.#put(name, {}).catch(() => {})))
    await Promise.all(nodesOf(lesson).map((node) => this.#playNode(node)))
    await this.#until(this.endMs)
    await this.#tidyUp()
    return !this.#isStopped
  }

  /** Ends it here; all is put back as it was. */
  stop() {
    this.#isStopped = true
    for (const end of this.#waiting) end()
  }

  /** What is done to one node, in order. @param {string} name */
  async #playNode(name) {
    for (const action of this.#options.lesson.actions) {
      if (action.node !== name) continue
      await this.#until(action.atMs)
      if (this.#isStopped) return
      const problem = await this.#act(action).then(
        () => undefined,
        (error) => `${name} ${error.message}`,
      )
      const atMs = this.passedMs
      if (action.kind !== 'start') this.latestMs = Math.max(this.latestMs, atMs - action.atMs)
      this.done.push({ atMs, action, problem })
      if (problem === undefined) this.#options.onDone(action)
    }
  }

  /** @param {Action} action */
  async #act(action) {
    const { lesson, controls, canStart } = this.#options
    const { node } = action
    switch (action.kind) {
      case 'set':
        return this.#put(node, action)
      case 'crash':
        if (canStart(node)) await controls.startNode(node, awayMsOf(lesson, action, this.endMs))
        this.#meddling.expect(node, { faults: CRASH, impairments: {} })
        return controls.set(node, { seed: lesson.seed, faults: CRASH })
      case 'start':
        this.#meddling.expect(node, { faults: {}, impairments: {} })
        return this.#answer(node) // it was ordered when the node was killed
      case 'heal':
        return this.#put(node, {}).catch((error) => {
          // One that is away, or refuses for a time, has nothing left to heal when it is back.
          if (!error.isUnanswered) throw error
        })
    }
  }

  /** Waits until a node that was started is there. @param {string} node */
  async #answer(node) {
    const { controls, clock } = this.#options
    const endMs = clock.now() + START_MS
    while (!this.#isStopped) {
      const isThere = await controls.heal(node).then(
        () => true,
        () => false,
      )
      if (isThere) return
      if (clock.now() > endMs) throw new Error('was not started again')
      await this.#until(this.passedMs + ASK_MS)
    }
  }

  /** Sets what is to be in force beside how far away the node is in this lesson. @param {string} node @param {Partial<Action & { kind: 'set' }>} what */
  async #put(node, { faults = {}, impairments = {} }) {
    const { lesson, controls } = this.#options
    const own = impairmentsIn(lesson, node)
    const all = { ...own, ...impairments }
    this.#meddling.expect(node, { faults, impairments: all })
    if (Object.keys({ ...faults, ...all }).length === 0) await controls.heal(node)
    else await controls.set(node, { seed: lesson.seed, faults, impairments: all })
    this.#meddling.expect(node, { faults, impairments: all }) // from now on
  }

  /** As before the lesson; what cannot be reached heals by itself. */
  async #tidyUp() {
    const { lesson, controls, canStart } = this.#options
    const killed = new Set(this.done.flatMap(({ action }) => (action.kind === 'crash' ? action.node : [])))
    const startAgain = async (/** @type {string} */ node) => {
      if (killed.has(node) && canStart(node)) await controls.startNode(node, 1) // sooner than it was ordered
      await controls.heal(node)
    }
    await Promise.all(nodesOf(lesson).map((node) => startAgain(node).catch(() => {})))
  }

  /** @param {number} atMs after the first picture @returns {Promise<void>} */
  #until(atMs) {
    const { clock } = this.#options
    if (this.#isStopped) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        clock.clearTimeout(timer)
        this.#waiting.delete(end)
        resolve()
      }
      const timer = clock.setTimeout(end, Math.max(0, atMs - this.passedMs))
      this.#waiting.add(end)
    })
  }
}
