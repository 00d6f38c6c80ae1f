/** The port of a node: it can be shut on purpose, with everybody inside thrown out, and opened again. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { NodeConfig } from '../node-list.ts'
import { listen } from './listen.ts'

/** Somebody else may have taken the port meanwhile. */
const TRY_AGAIN_MS = 250

export class Door {
  readonly #server: Server
  readonly #config: NodeConfig
  readonly #onFault: ((error: unknown) => void) | undefined
  /** all that are connected */
  readonly sockets = new Set<Socket>()
  #state: 'open' | 'shut' | 'locked' = 'open'

  /** @param config with the port that the node really has */
  constructor(server: Server, config: NodeConfig, onFault: ((error: unknown) => void) | undefined) {
    this.#server = server
    this.#config = config
    this.#onFault = onFault
    server.on('connection', (socket) => {
      this.sockets.add(socket)
      socket.once('close', () => this.sockets.delete(socket))
    })
  }

  /** Listens no more, and resets all connections. */
  shut(): void {
    if (this.#state !== 'open') return
    this.#state = 'shut'
    this.#server.close()
    for (const socket of this.sockets) socket.resetAndDestroy()
  }

  /** Listens again. */
  open(): void {
    if (this.#state !== 'shut') return
    this.#state = 'open'
    void this.#listen()
  }

  /** The node is being closed: whatever comes, the port is not opened again. */
  lock(): void {
    this.#state = 'locked'
  }

  async #listen(isTold = false): Promise<void> {
    if (this.#state !== 'open') return
    await listen(this.#server, this.#config).catch((error: unknown) => {
      if (!isTold) this.#onFault?.(error)
      setTimeout(() => void this.#listen(true), TRY_AGAIN_MS)
    })
  }
}
