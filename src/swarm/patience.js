// @ts-check
/** How long a node may take, by what the node list says of it. Nobody is given up sooner than the list allows. Pure. */

/** @typedef {Pick<import('./node.js').NodeAddress, 'latencyMs' | 'jitterMs' | 'bandwidthKbps'>} Listed */

/** What a machine with much else to do may add, and a network that is no simulation. */
const SLACK_MS = 500
/** A list's figures are what a node adds on purpose; the real ones are somewhat above. */
const FACTOR = 1.5
/** Of a node that the list says nothing of. */
const UNKNOWN_LATENCY_MS = 500

/**
 * How long an answer may take to begin.
 * @param {Listed} node
 */
export const headLimitMs = ({ latencyMs = UNKNOWN_LATENCY_MS, jitterMs = 0 }) =>
  FACTOR * (latencyMs + jitterMs) + SLACK_MS

/**
 * How long a body may take when it has begun.
 * @param {Listed} node
 * @param {number} bytes
 */
export const bodyLimitMs = ({ bandwidthKbps = 0 }, bytes) =>
  (bandwidthKbps > 0 ? (FACTOR * bytes * 8) / bandwidthKbps : 0) + SLACK_MS
