// @ts-check
/** What a file is, read from its own bytes: its kind, how its pictures are coded, whether its end is missing. */

import { findMoov } from '../mp4/find-moov.js'
import { readMp4Times } from '../mp4/mp4-times.js'
import { readMp4Tracks } from '../mp4/mp4-tracks.js'
import { BEGINNING_BYTES, readBeginning } from './container.js'

/**
 * @typedef {object} MediaFacts
 * @property {import('./container.js').Container} container
 * @property {string} [format] name of a container that no browser knows
 * @property {string} [pictures] the codec of its pictures, as the file names it; missing when it seems to have none
 * @property {{ atSeconds?: number, ofSeconds?: number }} [cut] its end is missing: from which second on, of how many;
 *   without both when what is missing is needed from the beginning
 */
/** @typedef {(seconds: number) => number} Times see mp4/mp4-times.js */

/** Seconds are found as exactly as this. */
const EXACT_SECONDS = 0.01

/**
 * Reads as little as it can.
 * @param {number} sizeBytes of the file
 * @param {(start: number, end: number) => Promise<Uint8Array>} read of the file, both inclusive
 * @param {(next: import('../mp4/find-moov.js').Extent) => void} [onNext] as of {@link findMoov}
 * @returns {Promise<{ facts: MediaFacts, times: Times | undefined, seconds?: number | undefined }>} `seconds`: how long
 *   it plays, where the file says so. Rejects as `read` does.
 */
export async function readMediaFacts(sizeBytes, read, onNext = () => {}) {
  const beginning = readBeginning(await read(0, Math.min(sizeBytes, BEGINNING_BYTES) - 1))
  if (beginning.container !== 'mp4') return { facts: beginning, times: undefined }
  const found = await findMoov(sizeBytes, read, onNext)
  if (found.kind === 'cut') return { facts: { ...beginning, cut: {} }, times: undefined }
  if (found.kind === 'none') return { facts: beginning, times: undefined }
  const times = readMp4Times(found.content)
  const { seconds, pictures } = readMp4Tracks(found.content)
  const isCut = times !== undefined && times(Infinity) > sizeBytes
  const facts = {
    ...beginning,
    ...(pictures === undefined ? {} : { pictures }),
    ...(isCut && seconds
      ? { cut: { atSeconds: lastSecond(times, sizeBytes, seconds), ofSeconds: seconds } }
      : {}),
  }
  return { facts, times, seconds }
}

/**
 * Up to when all that is needed is there.
 * @param {Times} times
 * @param {number} sizeBytes
 * @param {number} seconds of the whole
 */
function lastSecond(times, sizeBytes, seconds) {
  let [low, high] = [0, seconds]
  while (high - low > EXACT_SECONDS) {
    const middle = (low + high) / 2
    if (times(middle) <= sizeBytes) low = middle
    else high = middle
  }
  return low
}
