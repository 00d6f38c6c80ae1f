// @ts-check
/** The nodes of a lesson, by way of their labs: what is in force on each beside how far away it is in this lesson. */
/** @import { Action } from '../../../verdict/action.js' */
/** @import { LabControls } from '../lab/lab-view.js' */
/** @import { Lesson } from './lesson.js' */
import { impairmentsIn } from './lesson.js'

/** A node that is started is there within this time, and asked so often whether it is. */
const START_MS = 15_000
const ASK_MS = 500

/** What is to be in force. @typedef {Partial<Pick<Action & { kind: 'set' }, 'faults' | 'impairments'>>} What */

export class LessonNodes {
  #lesson
  #controls
  #clock

  /** @param {Lesson} lesson @param {LabControls} controls @param {import('../../../swarm/clock.js').Clock} clock */
  constructor(lesson, controls, clock) {
    this.#lesson = lesson
    this.#controls = controls
    this.#clock = clock
  }

  get names() {
    return this.#lesson.nodes.map(({ name }) => name)
  }

  /** All that is to be in force then. @param {string} node @param {What} what */
  whole(node, { faults = {}, impairments = {} }) {
    return { faults, impairments: { ...impairmentsIn(this.#lesson, node), ...impairments } }
  }

  /** @param {string} node @param {What} [what] nothing: it is well @throws {import('../../../lab/client.js').LabError} */
  put(node, what = {}) {
    return this.#controls.set(node, { seed: this.#lesson.seed, ...this.whole(node, what) })
  }

  /**
   * Makes a node well that may still be starting.
   * @param {string} node
   * @param {() => boolean} isStopped ends the wait
   * @throws {Error} when nobody answers for long
   */
  async putWhenThere(node, isStopped = () => false) {
    const endMs = this.#clock.now() + START_MS
    while (!isStopped()) {
      const isThere = await this.put(node).then(
        () => true,
        (error) => {
          if (!error.isUnanswered || this.#clock.now() > endMs) throw error
          return false
        },
      )
      if (isThere) return
      await new Promise((resolve) => this.#clock.setTimeout(() => resolve(undefined), ASK_MS))
    }
  }

  /**
   * All of them are there and well, one after the other.
   * @param {(node: string) => boolean} isGone
   * @throws {Error} that names the node with which it did not go
   */
  async makeReady(isGone) {
    for (const name of this.names) {
      try {
        if (isGone(name)) await this.start(name)
        await this.putWhenThere(name)
      } catch (error) {
        throw new Error(`${name} ${error instanceof Error ? error.message : error}`)
      }
    }
  }

  /** Whoever started it starts it again. @param {string} node @param {number} [afterMs] */
  start(node, afterMs) {
    return this.#controls.startNode(node, afterMs)
  }

  /** As the node list has it. @param {string} node */
  heal(node) {
    return this.#controls.heal(node)
  }
}
