/**
 * One node: wires the rooms beside this file into one `http.Server`, starts it and closes it. To follow a
 * request, read handle.ts, then answer.ts, storage.ts, reply.ts and body.ts.
 */
import { once, setMaxListeners } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { explainFileError } from '../file-errors.ts'
import { type ListedNode, type NodeConfig, nodeUrl } from '../node-list.ts'
import { boundCrowdMemory } from './crowd-memory.ts'
import { Directory } from './directory.ts'
import { Door } from './door.ts'
import { Exchange, HungUpError } from './exchange.ts'
import { COMMON_FIELDS, createHandler, type HandlerOptions } from './handle.ts'
import { Lab } from './lab/lab.ts'
import type { Starter } from './lab/starter.ts'
import { listen } from './listen.ts'
import { PageFiles, type PageFolders } from './page-files.ts'
import { refuseBrokenRequests } from './refuse-broken.ts'
import type { Service } from './service.ts'
import { Storage } from './storage.ts'
import { noteArrival } from './turn.ts'

/** Time-outs that a slow class network survives, and that half-open sockets do not. All in ms. */
const TIMEOUTS = {
  headersTimeout: 20_000, // from connecting, or the first byte of a next request, to the end of its head
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000, // idle between two requests
  connectionsCheckingInterval: 2_000, // how often the first two are looked at
} as const

/** What is under way on one connection. */
interface Connection {
  /** the requests that have no whole answer yet */
  readonly exchanges: Set<Exchange>
  /** aborts when the connection closes, and ends every wait of all of them */
  readonly hangUp: AbortController
  /** settles when the last of them has its answer; `undefined` when there is none */
  last: Promise<void> | undefined
}

export interface NodeOptions extends HandlerOptions {
  /** the node list, whose pages may read; none when absent */
  readonly nodes?: readonly ListedNode[]
  /** may a program or a page of this machine set faults and impairments? */
  readonly opensLab?: boolean
  /** calls back when whoever started this process can start other nodes */
  readonly meetStarter?: (onStarter: (starter: Starter) => void) => void
  /** ends the process as `kill -9` does */
  readonly crash?: () => void
  /** where the watch page is; the project's own when absent */
  readonly pageFolders?: PageFolders
}

export interface RunningNode {
  /** web origin, with the port that it really has */
  readonly url: string
  readonly port: number
  readonly storage: Storage
  /** replies ended, and bytes of their bodies */
  readonly totals: { readonly requests: number; readonly bytes: number }
  /** Cuts every reply in flight and stops listening. */
  close(): Promise<void>
}

/**
 * Starts a node and waits until it listens.
 * @throws Error that names the node when its folder cannot be used or its port cannot be had
 */
export async function startNode(config: NodeConfig, options: NodeOptions = {}): Promise<RunningNode> {
  const storage = await Storage.open(config.root, options.onFault).catch((cause: unknown) => {
    throw new Error(
      `Cannot start ${config.name}: ${config.root} cannot be its storage folder: ${explainFileError(cause)}`,
      { cause },
    )
  })
  const pageFiles = await PageFiles.open(options.pageFolders)
  const directory = new Directory(options.nodes ?? [], config)
  const totals = { requests: 0, bytes: 0 }
  const lab = new Lab(config, { random: options.random, isOpen: options.opensLab })
  options.meetStarter?.((starter) => {
    lab.starter = starter
  })
  const service: Service = { node: config, directory, lab, pageFiles, storage, totals, isClosing: false }
  const handle = createHandler(service, options)
  const server = createServer({ ...TIMEOUTS, requireHostHeader: false, keepAlive: true })
  server.maxHeadersCount = 0 // the head has a size limit; a second Host must not hide behind a number

  const connections = new WeakMap<object, Connection>()
  /** All that are being handled, so that closing can wait for their last words. */
  const handling = new Set<Promise<void>>()
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request
    const connection = connections.get(socket) ?? beginConnection(socket)
    connections.set(socket, connection)
    const exchange = new Exchange(request, response, connection.hangUp.signal)
    connection.exchanges.add(exchange)
    const handled = handle(exchange, connection.last).finally(() => {
      connection.exchanges.delete(exchange)
      if (connection.last === handled) connection.last = undefined
      handling.delete(handled)
    })
    connection.last = handled
    handling.add(handled)
  }
  server.on('connection', noteArrival)
  server.on('request', onRequest)
  server.on('checkContinue', onRequest) // the body that is announced is not wanted: answer at once
  server.on('checkExpectation', onRequest)
  boundCrowdMemory(server)
  refuseBrokenRequests(server, COMMON_FIELDS, (socket) => {
    const connection = connections.get(socket)
    for (const exchange of connection?.exchanges ?? []) exchange.giveUpBody()
    return connection?.last
  })

  await listen(server, config)
  // Too many open files, say: who could not be let in tries again. What keeps it from listening is told by who listens.
  server.on('error', (error) => {
    if (server.listening) options.onFault?.(error)
  })
  const { port } = server.address() as AddressInfo
  const door = new Door(server, { ...config, port }, options.onFault)
  const passages = function* () {
    for (const socket of door.sockets) {
      for (const { passage } of connections.get(socket)?.exchanges ?? [])
        if (passage !== undefined) yield passage
    }
  }
  lab.begin(
    {
      refuse: () => door.shut(),
      accept: () => door.open(),
      crash: options.crash ?? (() => process.kill(process.pid, 'SIGKILL')),
    },
    passages,
  )
  const close = async (): Promise<void> => {
    service.isClosing = true
    door.lock()
    lab.close()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    await Promise.all(handling)
  }
  return { url: nodeUrl({ host: config.host, port }), port, storage, totals, close }
}

/** The first request on a connection is here: thousands that say nothing cost nothing but themselves. */
function beginConnection(socket: Socket): Connection {
  const connection: Connection = { exchanges: new Set(), hangUp: new AbortController(), last: undefined }
  setMaxListeners(0, connection.hangUp.signal) // as many as there are requests behind each other
  const hangUp = (): void => {
    connection.hangUp.abort(new HungUpError())
    for (const exchange of connection.exchanges) exchange.markGone()
  }
  if (socket.destroyed) hangUp()
  else socket.once('close', hangUp)
  return connection
}
