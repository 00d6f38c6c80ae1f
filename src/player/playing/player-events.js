// @ts-check
/**
 * What a player tells of itself, beside what its swarm tells. The page and the tests read these and nothing
 * else. A time is ms on `performance.now()`, which starts with the navigation.
 */

/**
 * How the video gets its bytes: `swarm`, all nodes at once through the service worker, or `switching`, one
 * node at a time, the next one when that fails.
 * @typedef {'swarm' | 'switching'} PlayerKind
 */

/**
 * Which nodes may be read: all, the fastest, or one by name.
 * @typedef {{ kind: 'all' } | { kind: 'fastest' } | { kind: 'only', node: string }} Policy
 */

/**
 * One thing that happened.
 * - `started`: which player it is, and why not the other one. Told again when the service worker comes late and
 *   the player changes over.
 * - `first frame`: the first picture is there, or of a file without any the first sound, `ms` after the
 *   navigation began.
 * - `stall`: the picture stands although it should move, `ms` by now, and later, moves again after `ms`.
 * - `switched`: the video now comes from another node (`switching` only), because the other one failed,
 *   because the file may be better there, or because somebody chose so.
 * - `player error`: the video element refused, in words for a person. The player goes on trying.
 * - `media trouble`: the file does not play here as it should, and no trying helps; `undefined`: it plays
 *   all the same, from another place.
 * @typedef {{ readonly atMs: number } & (
 *   | { type: 'started', kind: PlayerKind, why: string }
 *   | { type: 'first frame', ms: number, kind: 'picture' | 'sound' }
 *   | { type: 'stall', isOver: boolean, ms: number }
 *   | { type: 'switched', from: string, to: string, why: string, hasFailed: boolean }
 *   | { type: 'player error', message: string }
 *   | { type: 'media trouble', trouble: import('../media/media-trouble.js').MediaTrouble | undefined }
 * )} PlayerEvent
 */

/**
 * A file as the swarm has found it, as far as a player needs to know.
 * @typedef {{ readonly name: string, readonly size: number, readonly chunkSize: number,
 *   readonly chunks?: readonly string[], readonly sha256?: string,
 *   readonly opening?: readonly string[] | undefined }} VideoFile
 */

/**
 * A node as the swarm knows it.
 * @typedef {{ readonly name: string, readonly url: string, readonly healthUrl: string,
 *   readonly isForeign?: boolean, readonly delayMs?: number }
 *   & Readonly<import('../../swarm/patience.js').Listed>} VideoNode
 */

/**
 * What starts a player.
 * @typedef {object} PlayerOptions
 * @property {HTMLVideoElement} video
 * @property {VideoFile} file
 * @property {readonly VideoNode[]} nodes
 * @property {(event: import('../../swarm/events.js').SwarmEvent | PlayerEvent) => void} onEvent
 * @property {number} lookAheadSeconds how far ahead of the playhead the video is fed
 * @property {Policy} policy
 * @property {Pick<import('../../swarm/swarm.js').SwarmOptions, 'fetch' | 'begun'>} [early] what was asked for already:
 *   of use to the first swarm alone
 */

/**
 * A player that has started.
 * @typedef {object} Player
 * @property {PlayerKind} kind as of now, see `started`
 * @property {string} why in words for a person
 * @property {(seconds: number) => void} setLookAhead without effect when `kind` is `switching`
 * @property {(policy: Policy) => void} setPolicy
 */

export {}
