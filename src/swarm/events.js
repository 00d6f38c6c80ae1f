// @ts-check
/**
 * What a swarm tells of itself. The page, the commands and the tests read these events and nothing else.
 * A chunk is named by its index, a node by its name, a time is ms on the clock that the swarm was handed.
 */

/**
 * How a node is doing, as a person would say it. Refused proves that it is down; silence proves nothing:
 * a hung process, a cut cable and a slow one look the same for a while. `busy`: it said so itself (503 or 429), and
 * sends nothing; `slow`: it sends.
 * @typedef {'unknown' | 'up' | 'slow' | 'no answer' | 'down' | 'other version' | 'missing'
 *   | 'sent bad data' | 'wrong answer' | 'busy'} NodeState
 */

/**
 * Why a chunk is asked for: a reader waits for it, it lies ahead of a reader, it is asked for a second time
 * from another node because the first one is late, or it shows whether a node works again.
 * @typedef {'needed' | 'ahead' | 'hedge' | 'trial'} Purpose
 */

/**
 * Why nothing can be asked for that a reader needs:
 * - `nobody answers`: every node that may be asked is down or silent.
 * - `not allowed`: the policy leaves only nodes that cannot be used, while another one could be.
 * - `replaced`, `missing`: those that answer have another version of the file; they lack it.
 * - `bad data`: those that answer are left out for wrong hashes, or each has sent the needed chunk wrong.
 * - `wrong answers`: those that answer send nothing that is of use: an error, busy, a body that breaks off.
 * - `mixed`: several of these.
 * @typedef {'nobody answers' | 'not allowed' | 'replaced' | 'missing' | 'bad data' | 'wrong answers' | 'mixed'} OutageReason
 */

/**
 * Why bytes that arrived were of no use: another node's copy was first, nobody wanted them any more, they
 * were part of a chunk that never became whole, or their hash was wrong.
 * @typedef {'second copy' | 'cancelled' | 'incomplete' | 'bad hash'} WasteReason
 */

/**
 * One thing that happened.
 * - `asked`, `begun`, `arrived`, `verified`: the life of a chunk; `unverified` stands for `verified` where there is no
 *   manifest to check against. `begun`: the first byte that this node brings of it. `ms` is the time since it was asked
 *   for. `node` brought the last of it, `others` what was here before, `bytes` are those of all.
 * - `rejected`: its hash was wrong, so it was thrown away and is asked for elsewhere.
 * - `unused`: all of it came from this node, or the last of it, and it was no verdict on the node: another copy was
 *   first, its hash could not be computed, or what several nodes sent of it makes no good chunk (`mixed`), and nobody
 *   can tell which of them was wrong.
 * - `dropped`: it was asked for and will not come from this node.
 * - `node`: a node's state changed, and why, in words for a person.
 * - `hedge`: chunk asked for again, `from` being late for `waitedMs`.
 * - `failover`: all chunks that node `from` owed when it failed, and that were still wanted, have come from others.
 *   It was at work for us: who never began to bring anything, or fails when it is tried again, is none. `recoveredMs`:
 *   from the failure to the last of them; `waitedMs`: the longest that a reader waited for one of them, 0 when none
 *   was needed yet.
 * - `measured`: now and then, what is known of a node: bytes per second while its bytes came and the reader was
 *   not the limit (`undefined`: that is not known), ms to the first byte, bytes asked for that have not come, all
 *   bytes it has sent, how many of them passed verification, and whether it is late: it owes bytes, and has been
 *   silent for longer than is usual for it. `notBeforeMs`: it is asked for nothing until then.
 * - `heartbeat`: a `/health` call of a node, or a HEAD of the file while it lacks that: how long it took, `undefined` when there was no answer.
 * - `waiting`, `delivered`: a reader needs a chunk that is not there; it has it after `waitedMs`.
 * - `outage`: no node brings what a reader needs, and why (`isOver` false); told again when the reason
 *   changes; and later, one can again (true).
 * - `wasted`: bytes of a node that were of no use.
 * @typedef {{ readonly atMs: number } & (
 *   | { type: 'asked', chunk: number, node: string, purpose: Purpose }
 *   | { type: 'begun', chunk: number, node: string }
 *   | { type: 'arrived', chunk: number, node: string, bytes: number, ms: number }
 *   | { type: 'verified' | 'unverified', chunk: number, node: string, bytes: number, others?: readonly Brought[] }
 *   | { type: 'rejected', chunk: number, node: string, expected: string, found: string }
 *   | { type: 'unused', chunk: number, node: string, why: 'second copy' | 'unchecked' | 'mixed' }
 *   | { type: 'dropped', chunk: number, node: string, why: string }
 *   | { type: 'node', node: string, state: NodeState, before: NodeState, why: string }
 *   | { type: 'hedge', chunk: number, from: string, to: string, waitedMs: number }
 *   | { type: 'failover', from: string, to: readonly string[], chunks: readonly number[],
 *       recoveredMs: number, waitedMs: number }
 *   | { type: 'measured', node: string, bytesPerSecond: number | undefined, delayMs: number, inFlightBytes: number,
 *       receivedBytes: number, verifiedBytes: number, isLate: boolean, notBeforeMs?: number | undefined }
 *   | { type: 'heartbeat', node: string, ms: number | undefined }
 *   | { type: 'waiting', chunk: number }
 *   | { type: 'delivered', chunk: number, waitedMs: number }
 *   | { type: 'outage', isOver: false, why: OutageReason }
 *   | { type: 'outage', isOver: true }
 *   | { type: 'wasted', node: string, bytes: number, why: WasteReason }
 * )} SwarmEvent
 */

/** Bytes of a chunk that a node brought. @typedef {{ node: string, bytes: number }} Brought */

/** An event that has no time yet. @typedef {SwarmEvent extends infer E ? E extends SwarmEvent ? Omit<E, 'atMs'> : never : never} Told */

/**
 * Whose bytes a good chunk is made of.
 * @param {SwarmEvent & { type: 'verified' | 'unverified' }} event
 * @returns {Brought[]}
 */
export function broughtBy({ node, bytes, others = [] }) {
  const theirs = others.reduce((sum, other) => sum + other.bytes, 0)
  return [{ node, bytes: bytes - theirs }, ...others]
}
