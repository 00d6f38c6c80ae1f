/** What a faulty node can be told to do wrong, while it runs. */

/**
 * A fault. Those of content touch videos alone, since nobody would call a node healthy whose `/health` is
 * wrong; those of the way touch every reply, and videos alone when `spares` says so.
 * - `corrupt`: flips bits of the byte at `byte`, or of one byte in every {@link CORRUPT_EVERY_BYTES}
 * - `status`: that status in place of the reply, with `Retry-After` when it is given
 * - `whole file`: a 200 with everything, as from a server that knows no ranges
 * - `wrong range`, `other size`, `other version`: Content-Range is one byte off, Content-Range has another size,
 *   the ETag is of another file
 * - `short`: half of what was asked for, as if it were all
 * - `cut`: the connection ends in the middle of the body
 * - `slow`: all replies share this rate · `late`: that much later
 * - `silent`: no reply, not even a head, until the fault is over · `hung`: stops in the middle of the body
 * - `reset`: connections are reset in place of a reply, and in the middle of one
 */
export type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'corrupt'; readonly byte?: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly kind: 'whole file' | 'wrong range' | 'other size' | 'other version' | 'short' | 'cut' }
  | ({ readonly spares?: 'health' } & (
      | { readonly kind: 'slow'; readonly bytesPerSecond: number }
      | { readonly kind: 'late'; readonly ms: number }
      | { readonly kind: 'silent' | 'hung' | 'reset' }
    ))

/** No chunk is so small that it escapes. */
export const CORRUPT_EVERY_BYTES = 1024

/** What a faulty node has seen since it was started. */
export interface NodeCount {
  /** connections that are open, the most that were at once, and all that ever were */
  readonly connections: number
  readonly allConnections: number
  readonly maxConnections: number
  /** replies to requests for a video that are under way, and the most that were at once */
  readonly replies: number
  readonly maxReplies: number
  /** bytes of videos that left */
  readonly videoBytes: number
  /** every request, in the order of arrival; times on the clock of `Date.now()` */
  readonly requests: readonly SeenRequest[]
}

export interface SeenRequest {
  readonly atMs: number
  readonly url: string
  readonly range: string | undefined
}

/** From whoever started the node. */
export interface Order {
  readonly id: number
  /** absent: only count */
  readonly fault?: Fault
}

/** Answers an order, when it is in force. */
export interface Report {
  readonly id: number
  readonly count: NodeCount
}
