// @ts-check
/** How long a node may take, by what the node list says of it. Nobody is given up sooner than the list allows. Pure. */

/**
 * What the node list says of how far a node seems; nothing of somebody else's server.
 * @typedef {object} Listed
 * @property {number} [latencyMs]
 * @property {number} [jitterMs]
 * @property {number} [bandwidthKbps] 0: unlimited
 */

/** What a machine with much else to do may add, and a network that is no simulation. */
const SLACK_MS = 500
/** A list's figures are what a node adds on purpose; the real ones are somewhat above. */
const FACTOR = 1.5
/** Of a node that the list says nothing of. */
const UNKNOWN_LATENCY_MS = 500

/**
 * The longest that a node waits on purpose before an answer begins.
 * @param {Listed} node
 */
export const listedDelayMs = ({ latencyMs = UNKNOWN_LATENCY_MS, jitterMs = 0 }) => latencyMs + jitterMs

/**
 * How long an answer may take to begin.
 * @param {Listed} node
 */
export const headLimitMs = (node) => FACTOR * listedDelayMs(node) + SLACK_MS

/**
 * How long that many bytes take on its uplink.
 * @param {Listed} node
 * @param {number} bytes
 */
export const listedTransferMs = ({ bandwidthKbps = 0 }, bytes) =>
  bandwidthKbps > 0 ? (bytes * 8) / bandwidthKbps : 0

/**
 * How long a body may take when it has begun.
 * @param {Listed} node
 * @param {number} bytes
 */
export const bodyLimitMs = (node, bytes) => FACTOR * listedTransferMs(node, bytes) + SLACK_MS
