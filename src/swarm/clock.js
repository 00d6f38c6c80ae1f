// @ts-check
/** Time as the swarm sees it. It is handed in, so that a test can let hours pass in a moment. */

/**
 * @typedef {object} Clock
 * @property {() => number} now ms, never going back
 * @property {(run: () => void, ms: number) => unknown} setTimeout
 * @property {(timer: any) => void} clearTimeout what `setTimeout` gave; its type differs between runtimes
 */

/** @type {Clock} */
export const realClock = {
  now: () => performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
}
