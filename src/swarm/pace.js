// @ts-check
/**
 * How much is asked for at a time. Reading in order: little in flight, so that plans stay young. Bulk: long requests,
 * without a gap. Pure; see choose.js for what is made of it.
 */
import { MAX_RUN_BYTES, MAX_RUNS } from './choose.js'

/** @typedef {'stream' | 'bulk'} Mode */

const TIMES = {
  stream: { budgetMs: 100, runMs: 100, firstRuns: 1 },
  bulk: { budgetMs: 1000, runMs: 1000, firstRuns: MAX_RUNS },
}

/**
 * The pace of one plan.
 * @param {Mode} mode
 * @param {object} read
 * @param {import('./fetch-range.js').SwarmFile} read.file
 * @param {number} read.nodes how many there are
 * @param {number} read.nextByte stream: where the chunk begins that is needed next
 * @param {number} read.openCount bulk: chunks that nobody has brought yet
 * @returns {import('./choose.js').ChooseOptions}
 */
export function paceOf(mode, { file: { chunkSize, size }, nodes, nextByte, openCount }) {
  if (mode === 'stream') {
    const leftBytes = Math.max(chunkSize, size - nextByte)
    return { ...TIMES.stream, firstRunBytes: 2 * chunkSize, leftBytes }
  }
  const firstRunBytes = Math.max(chunkSize, Math.min(size / (2 * nodes), MAX_RUN_BYTES))
  return { ...TIMES.bulk, firstRunBytes, leftBytes: Math.max(chunkSize, openCount * chunkSize) }
}
