/** What a fault can do to a node. One fault is one file beside this one, a row of all.ts and one of lab/faults.js. */
import type { ByteRange } from '../../range.ts'

/** One request, as a fault sees it. */
export interface Visit {
  /** is a replica asked for? else it is `/health` or a manifest */
  readonly isReplica: boolean
  /** storage name of what is asked for; '' for `/health` */
  readonly name: string
  /** the chunk in which the first byte that is asked for lies */
  readonly chunk: number
  /** how many requests for that chunk came before it since the faults were set */
  readonly nth: number
  /** of the file that is asked for, once it is open */
  readonly fileBytes: number | undefined
  /** bytes of the body that were handed to the connection */
  readonly handedBytes: number
  /** aborts when the client hangs up */
  readonly hangUp: AbortSignal
  /** The head of the reply leaves now, with nothing behind it. */
  flushHead(): void
  /** Ends the connection: `reset` as a process that dies, `fin` as one that says goodbye. @throws EndedByFaultError */
  end(how: 'reset' | 'fin'): never
}

/** What a reply is about to send. */
export interface Content {
  /** of the body; 0 where there is none */
  readonly lengthBytes: number
  /** the bytes of the file that are in it */
  readonly ranges: readonly ByteRange[]
}

/** An answer in place of the node's. */
export interface Instead {
  readonly status: 404 | 500 | 503
  /** for a 503: seconds until it is worth while to ask again */
  readonly retryAfterS: number | undefined
}

/** Raised when a fault has ended the connection of a reply. */
export class EndedByFaultError extends Error {
  override name = 'EndedByFaultError'
}

/** A fault in force. What it does not do it leaves out. All of it may happen to many requests at once. */
export interface Fault {
  /** Does it reach all requests? Else only those for replicas, manifests and `/health`: pages go on. */
  readonly reachesPages?: boolean
  /** Does every request that it meets wait, and is touched by that? */
  readonly waits?: boolean
  /** Does it end connections, and that as soon as it is in force? */
  readonly endsConnections?: boolean
  /** Does it touch this reply, as far as is known when its head leaves? Then the head says so. */
  touches?(visit: Visit, content: Content): boolean
  /** Before a request is answered: waits, or answers in place of the node. */
  meet?(visit: Visit): Promise<Instead | undefined>
  /** How many bytes of a body may leave in all before it strikes. */
  sparedBytes?(visit: Visit): number
  /** It strikes: waits as long as it is in force, or ends the connection. */
  strike?(visit: Visit): Promise<void>
  /** Before these bytes of a body leave. */
  pace?(sizeBytes: number, visit: Visit): Promise<void>
  /**
   * Changes bytes of a replica that are about to leave.
   * @param position of the first of them in the file
   * @returns whether it did
   */
  alter?(bytes: Uint8Array, position: number, visit: Visit): boolean
  /** Does something to the node itself; what it returns undoes that. */
  begin?(node: Victim): () => void
}

/** A node, as faults see it. */
export interface Victim {
  /** Resets all connections and listens no more. */
  refuse(): void
  /** Listens again. */
  accept(): void
  /** Ends as a process ends that gets SIGKILL. */
  crash(): void
}

/** What each fault is made with. */
export interface Circumstances {
  /** aborts when the fault is over */
  readonly over: AbortSignal
  /** Waits until the fault is over. @throws the signal's reason when the client hangs up before */
  untilOver(hangUp: AbortSignal): Promise<void>
  /**
   * Chance, the same for the same request: a hash of seed, fault, name, chunk and number, so that requests at the same
   * time do not take each other's.
   * @param further what else it is decided for
   * @returns 0 up to 1
   */
  chance(of: Pick<Visit, 'name' | 'chunk' | 'nth'>, ...further: (string | number)[]): number
}
