// @ts-check
/**
 * One playing of a lesson on the nodes of the class: each step at its time after the first picture, and at the end no
 * fault is left. A node that is killed is to be started again by whoever started it, and that is ordered before the
 * kill: by then this page may be closed, and every node gone.
 */
/** @import { Action } from '../../../verdict/action.js' */
/** @import { LessonNodes } from './lesson-nodes.js' */
/** @import { Lesson } from './lesson.js' */
import { endMsOf } from '../../../verdict/action.js'
import { awayMsOf } from './lesson.js'
import { Meddling } from './meddling.js'

/** What comes later than this was not what the scenario says. */
const LATE_MS = 1_000
const CRASH = { faults: { crash: {} } }

/** A step that was done, or why not. @typedef {{ readonly atMs: number, readonly action: Action, readonly problem: string | undefined }} Done */

/**
 * @typedef {object} RunOptions
 * @property {Lesson} lesson
 * @property {LessonNodes} nodes
 * @property {number} beganMs when the first picture was there, on the clock
 * @property {number} videoSeconds
 * @property {import('../../../swarm/clock.js').Clock} clock
 * @property {() => void} onAct something is about to be done
 */

export class LessonRun {
  /** @type {Done[]} */
  done = []
  /** why a node could not be made as the lesson has it @type {string[]} */
  #problems = []
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
    const steps = this.done.flatMap(({ problem }) => problem ?? [])
    const problems = [...this.#problems, ...steps, ...this.#meddling.found]
    if (this.latestMs > LATE_MS) problems.push(`a step came ${Math.round(this.latestMs)} ms after its time`)
    return problems.join('; ')
  }

  /** What a lab says. @param {string} name @param {import('../../../lab/client.js').LabSeen} seen */
  seeLab(name, seen) {
    this.#meddling.see(name, seen)
  }

  /** Plays it. @returns {Promise<boolean>} whether to the end */
  async play() {
    const { nodes } = this.#options
    await Promise.all(nodes.names.map((name) => this.#playNode(name)))
    await this.#until(this.endMs)
    await Promise.all(nodes.names.map((name) => this.#leave(name)))
    return !this.#isStopped
  }

  /** Ends it here. */
  stop() {
    this.#isStopped = true
    for (const end of this.#waiting) end()
  }

  /** What is done to one node, in order. @param {string} name */
  async #playNode(name) {
    await this.#put(name, {}).catch((error) => this.#problems.push(`${name} ${error.message}`))
    for (const action of this.#options.lesson.actions) {
      if (action.node !== name) continue
      await this.#until(action.atMs)
      if (this.#isStopped) return
      this.#options.onAct()
      const problem = await this.#act(action).then(
        () => undefined,
        (error) => `${name} ${error.message}`,
      )
      const atMs = this.passedMs
      if (action.kind !== 'start') this.latestMs = Math.max(this.latestMs, atMs - action.atMs)
      this.done.push({ atMs, action, problem })
    }
  }

  /** @param {Action} action */
  async #act(action) {
    const { lesson, nodes } = this.#options
    const { node } = action
    switch (action.kind) {
      case 'set':
        return this.#put(node, action)
      case 'crash':
        await nodes.start(node, awayMsOf(lesson, action, this.endMs))
        this.#meddling.expectNothing(node)
        return nodes.put(node, CRASH)
      case 'start': // it was ordered when the node was killed
        await nodes.putWhenThere(node, () => this.#isStopped)
        return this.#meddling.expect(node, nodes.whole(node, {}))
      case 'heal':
        return this.#put(node, {}).catch((error) => {
          // One that refuses for a time has nothing left to heal when it is back.
          if (error.kind !== 'away') throw error
        })
    }
  }

  /** @param {string} node @param {import('./lesson-nodes.js').What} what */
  async #put(node, what) {
    const { nodes } = this.#options
    this.#meddling.expectNothing(node) // what its lab says meanwhile may be of before
    try {
      await nodes.put(node, what)
    } finally {
      this.#meddling.expect(node, nodes.whole(node, what))
    }
  }

  /** What cannot be reached heals by itself, or is started at the time that was ordered. @param {string} name */
  async #leave(name) {
    const { nodes } = this.#options
    this.#meddling.expectNothing(name)
    const isKilled = this.done.some(({ action }) => action.kind === 'crash' && action.node === name)
    if (isKilled) await nodes.start(name, 1).catch(() => {}) // sooner than it was ordered
    await nodes.heal(name).catch(() => {})
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
