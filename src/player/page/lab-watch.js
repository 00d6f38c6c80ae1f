// @ts-check
/**
 * The labs of the nodes, as a page follows them: what is done to each on purpose. What the page sets it keeps in force
 * as long as it is there; when it is gone, the nodes heal by themselves.
 */
import { LabClient, LabError } from '../../lab/client.js'

/** @typedef {import('../../lab/client.js').LabState} LabState */
/** @typedef {import('../../lab/client.js').LabSetting} LabSetting */
/** @typedef {import('../../lab/client.js').LabSeen} LabSeen */

/** How often each is looked at. */
const LOOK_MS = 2_000
/** What the page sets lasts so long when it is not renewed: a page that was closed heals what it broke. */
const LEASE_MS = 30_000
const RENEW_MS = 5_000

/** One of them. */
class Followed {
  /** @type {LabSeen} */
  seen = { state: undefined, atMs: 0, isAway: false, isSilent: false }
  /** of what this page has set; `undefined`: nothing that it has to renew @type {number | undefined} */
  revision

  /** @param {string} name @param {LabClient} client */
  constructor(name, client) {
    this.name = name
    this.client = client
  }
}

export class LabWatch {
  #clock
  #onChange
  #isLooking
  #labs

  /**
   * @param {object} options
   * @param {readonly { readonly name: string, readonly url: string }[]} options.nodes our own: others have no lab
   * @param {import('../../lab/client.js').Fetch} options.fetch
   * @param {import('../../swarm/clock.js').Clock} options.clock
   * @param {(name: string, seen: LabSeen) => void} options.onChange
   * @param {() => boolean} options.isLooking is the page looked at? A hidden one asks nobody
   */
  constructor({ nodes, fetch, clock, onChange, isLooking }) {
    this.#clock = clock
    this.#onChange = onChange
    this.#isLooking = isLooking
    this.#labs = new Map(nodes.map(({ name, url }) => [name, new Followed(name, new LabClient(url, fetch))]))
  }

  /** Looks at all of them from now on. */
  start() {
    for (const lab of this.#labs.values()) {
      void this.#follow(lab)
      this.#clock.setTimeout(() => this.#keep(lab), RENEW_MS)
    }
  }

  /**
   * Sets what is to be in force on one node, and keeps it so.
   * @param {string} name
   * @param {LabSetting} setting
   * @throws {LabError}
   */
  async set(name, setting) {
    const lab = this.#lab(name)
    const state = await lab.client.set({ ...setting, leaseMs: LEASE_MS })
    lab.revision = state.revision
    this.#see(lab, state)
  }

  /** @param {string} name @throws {LabError} */
  async heal(name) {
    const lab = this.#lab(name)
    this.#see(lab, await lab.client.heal())
    lab.revision = undefined
  }

  /**
   * Has a node started, by whoever started one that lives.
   * @param {string} name
   * @param {number} [afterMs] not before, and then only if it is not there
   * @throws {LabError}
   */
  async startNode(name, afterMs) {
    const canStart = (/** @type {Followed} */ { seen }) =>
      !seen.isAway && seen.state?.token !== undefined && seen.state.starts.includes(name)
    const own = this.#lab(name) // who is about to be killed lives now, whatever happens to the others
    const able = [own, ...[...this.#labs.values()].filter((lab) => lab !== own)].filter(canStart)
    /** @type {unknown} */
    let problem = new LabError('closed', 'cannot be started from here')
    for (const { client } of able) {
      try {
        return void (await client.startNode(name, afterMs))
      } catch (error) {
        problem = error
        if (!(error instanceof LabError && error.isUnanswered)) break // it may have gone since it was last looked at
      }
    }
    throw problem
  }

  /** @param {string} name */
  #lab(name) {
    const lab = this.#labs.get(name)
    if (lab === undefined) throw new LabError('closed', 'is no node of ours')
    return lab
  }

  /** @param {Followed} lab */
  async #follow(lab) {
    if (this.#isLooking()) {
      await lab.client.read().then(
        (state) => this.#see(lab, state),
        (error) => this.#miss(lab, error instanceof LabError && error.kind === 'silent'),
      )
    }
    this.#clock.setTimeout(() => void this.#follow(lab), LOOK_MS)
  }

  /** What this page has set goes on, also while nobody looks at it. @param {Followed} lab */
  async #keep(lab) {
    const { revision } = lab
    if (revision !== undefined) {
      await lab.client.renew(revision).catch((error) => {
        // Away it may come back within its lease; something else that was set is not ours.
        if (error instanceof LabError && !error.isUnanswered && lab.revision === revision)
          lab.revision = undefined
      })
    }
    this.#clock.setTimeout(() => void this.#keep(lab), RENEW_MS)
  }

  /** @param {Followed} lab @param {LabState} state */
  #see(lab, state) {
    lab.seen = { state, atMs: this.#clock.now(), isAway: false, isSilent: false }
    this.#onChange(lab.name, lab.seen)
  }

  /** @param {Followed} lab @param {boolean} isSilent */
  #miss(lab, isSilent) {
    if (lab.seen.isAway && lab.seen.isSilent === isSilent) return
    lab.seen = { ...lab.seen, isAway: true, isSilent }
    this.#onChange(lab.name, lab.seen)
  }
}
