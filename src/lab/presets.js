// @ts-check
/** Faults as a class picks them: each with one click, and with values that show on the sample within seconds. Pure. */

/**
 * @typedef {object} Preset
 * @property {string} name on its button
 * @property {string} help what happens, in a line
 * @property {import('./faults.js').FaultSet} [faults]
 * @property {(now: Readonly<Record<string, number>>) => Record<string, number>} [impairments] from those of now
 */

/** How much farther away a node is to seem. */
const FARTHER_MS = 1500
/** A sixth of the default demo's uplinks: less than the sample needs. */
const NARROW_KBPS = 500

/** @type {readonly Preset[]} */
export const PRESETS = [
  { name: 'hang', help: 'takes requests and answers nothing', faults: { hang: {} } },
  {
    name: 'tail',
    help: 'most answers soon, one in a hundred after 2 s',
    faults: { tail: { medianMs: 40, p99Ms: 2000, correlation: 0 } },
  },
  {
    name: 'stall',
    help: 'each body stops after 100 kB, still connected',
    faults: { stall: { afterBytes: 100_000 } },
  },
  {
    name: 'cut',
    help: 'each connection is reset after 100 kB',
    faults: { cut: { afterBytes: 100_000, how: 'reset' } },
  },
  {
    name: 'short',
    help: 'each connection ends in order after 100 kB',
    faults: { cut: { afterBytes: 100_000, how: 'fin' } },
  },
  { name: 'refuse', help: 'its port is closed for 10 s', faults: { refuse: { forMs: 10_000 } } },
  {
    name: '503',
    help: 'too much to do: come again in 2 s',
    faults: { status: { code: 503, retryAfterS: 2, share: 1 } },
  },
  {
    name: '404',
    help: 'it no longer has the file',
    faults: { status: { code: 404, retryAfterS: 1, share: 1 } },
  },
  { name: 'lie', help: 'one wrong bit in every chunk', faults: { corrupt: { everyChunks: 1 } } },
  { name: 'flap', help: '4 s there, 2 s gone, and again', faults: { flap: { upMs: 4000, downMs: 2000 } } },
  {
    name: 'lossy',
    help: 'a line that loses 2 of 100 packets',
    faults: { lossy: { share: 0.02, rttMs: 50 } },
  },
  {
    name: 'far',
    help: '1.5 s farther away',
    impairments: ({ latencyMs = 0 }) => ({ latencyMs: latencyMs + FARTHER_MS }),
  },
  { name: 'narrow', help: 'an uplink of 500 kbit/s', impairments: () => ({ bandwidthKbps: NARROW_KBPS }) },
  { name: 'crash', help: 'the process is gone, as by kill -9', faults: { crash: {} } },
]
