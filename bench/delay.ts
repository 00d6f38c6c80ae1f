/** How exact the simulated latency is, for one request at a time and for a hundred at once. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { quantile } from './ratio.ts'
import { startScript } from './servers.ts'

const HEALTH = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** Rounds that are measured, for each number of requests at once, and rounds before that warm both sides up. */
const ROUNDS = 50
const WARM_UP_ROUNDS = 20

/** How late replies were, ms: below zero is early. */
export interface Lateness {
  readonly atOnce: number
  /** by the server's clock: from the request to the first byte, less the simulated latency */
  readonly server: Quantiles
  /** by the client's: the same over both event loops and the loopback, on a machine with few processors */
  readonly client: Quantiles
}

interface Quantiles {
  readonly min: number
  readonly median: number
  readonly p99: number
}

/** A node of ours over this folder. */
export const measureLateness = (root: string, latencyMs: number, atOnce: number): Promise<Lateness> =>
  measure(['delay-node.ts', root, String(latencyMs)], latencyMs, atOnce)

/** A bare `node:http` server with a timer for each reply: nothing that is written for it can be much less late. */
export const measureFloorLateness = (latencyMs: number, atOnce: number): Promise<Lateness> =>
  measure(['delay-floor.ts', String(latencyMs)], latencyMs, atOnce)

/** Measures on keep-alive connections that are open already. */
async function measure(
  [script, ...args]: [script: string, ...args: string[]],
  latencyMs: number,
  atOnce: number,
): Promise<Lateness> {
  const { child, line } = await startScript(script, args, 'ipc')
  const clients = await Promise.all(Array.from({ length: atOnce }, () => Client.open(Number(line))))
  const late: number[] = []
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    if (round === 0) await askForLateness(child) // forgets the warm-up
    const times = await Promise.all(clients.map((client) => client.timeToFirstByte()))
    if (round >= 0) late.push(...times.map((ms) => ms - latencyMs))
  }
  const serverLate = await askForLateness(child)
  for (const client of clients) client.close()
  child.disconnect()
  return { atOnce, server: quantiles(serverLate), client: quantiles(late) }
}

const quantiles = (values: readonly number[]): Quantiles => ({
  min: Math.min(...values),
  median: quantile(values, 0.5),
  p99: quantile(values, 0.99),
})

async function askForLateness(child: ChildProcess): Promise<number[]> {
  await setTimeout(50) // the last replies are recorded when they have left
  child.send('how late')
  const [lateMs] = (await once(child, 'message')) as [number[]]
  return lateMs
}

/** One connection, read with as little work as possible: what the client takes counts as lateness too. */
class Client {
  readonly #socket: Socket
  #startedMs = 0
  #onAnswer: (ms: number) => void = () => {}

  private constructor(port: number) {
    const callback = (): boolean => {
      this.#onAnswer(performance.now() - this.#startedMs) // a health answer is one packet
      return true
    }
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: Buffer.alloc(4096), callback },
    })
  }

  static async open(port: number): Promise<Client> {
    const client = new Client(port)
    await once(client.#socket, 'connect')
    return client
  }

  timeToFirstByte(): Promise<number> {
    return new Promise((resolve) => {
      this.#onAnswer = resolve
      this.#startedMs = performance.now()
      this.#socket.write(HEALTH)
    })
  }

  close(): void {
    this.#socket.destroy()
  }
}
