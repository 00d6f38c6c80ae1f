/** How exact the simulated latency is, for one request at a time and for a hundred at once. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { quantile } from './ratio.ts'
import type { BenchServer } from './servers.ts'

const HEALTH = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** Rounds that are measured, for each number of requests at once, and rounds before that warm both sides up. */
const ROUNDS = 50
const WARM_UP_ROUNDS = 20

/** How much later than the simulated latency a reply's first byte came, ms; below zero it came early. */
export interface Lateness {
  readonly atOnce: number
  readonly min: number
  readonly median: number
  readonly p99: number
}

/** Measures on keep-alive connections that are open already: nothing but the delay is simulated. */
export async function measureLateness(
  server: BenchServer,
  latencyMs: number,
  atOnce: number,
): Promise<Lateness> {
  const clients = await Promise.all(Array.from({ length: atOnce }, () => Client.open(server.port)))
  const late: number[] = []
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const times = await Promise.all(clients.map((client) => client.timeToFirstByte()))
    if (round >= 0) late.push(...times.map((ms) => ms - latencyMs))
  }
  for (const client of clients) client.close()
  return { atOnce, min: Math.min(...late), median: quantile(late, 0.5), p99: quantile(late, 0.99) }
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
