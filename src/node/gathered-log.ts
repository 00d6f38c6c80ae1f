/**
 * The lines of a node's log, with what a watch page asks again and again gathered: it calls the `/health` of every node
 * for as long as it is open, and of a node that lacks its video whether it has it by now; the replies that a class is to
 * see would drown.
 */
import { ENDINGS, formatReply, formatTime, type ReplyRecord, readableTarget } from './log.ts'

const GATHER_MS = 60_000

/** Does a page ask for this again and again? */
const isAskedAgain = ({ method, target }: ReplyRecord): boolean =>
  method === 'HEAD' || (method === 'GET' && (target === '/health' || target === '/_/lab'))

/** What one page got in the same way, since its last line. */
interface Gathered {
  readonly first: ReplyRecord
  calls: number
  fastestMs: number
  slowestMs: number
  sinceMs: number
  readonly timer: NodeJS.Timeout
}

/**
 * Prints a line for each reply; of a page's calls the first, and then one line a minute for all others like it.
 * Several windows of one browser cannot be told apart, so a page is a web origin and a client's address.
 */
export class GatheredLog {
  readonly #print: (line: string) => void
  readonly #gathered = new Map<string, Gathered>()
  #hasNamedFlag = false

  constructor(print: (line: string) => void) {
    this.#print = print
  }

  add(record: ReplyRecord): void {
    const isGathered = record.page !== undefined && isAskedAgain(record)
    const { page, client, method, target, status, end, faults } = record
    const key = JSON.stringify([page, client, method, target, status, end, faults])
    const gathered = isGathered ? this.#gathered.get(key) : undefined
    if (gathered === undefined) {
      this.#print(formatReply(record))
      if (isGathered) this.#begin(key, record)
      return
    }
    gathered.calls++
    gathered.fastestMs = Math.min(gathered.fastestMs, record.firstByteMs ?? Number.POSITIVE_INFINITY)
    gathered.slowestMs = Math.max(gathered.slowestMs, record.firstByteMs ?? 0)
  }

  #begin(key: string, first: ReplyRecord): void {
    const timer = setInterval(() => this.#tell(key), GATHER_MS).unref()
    this.#gathered.set(key, { first, ...NOTHING, sinceMs: performance.now(), timer })
  }

  /** Tells what is gathered so far. */
  end(): void {
    for (const key of [...this.#gathered.keys()]) {
      this.#tell(key)
      clearInterval(this.#gathered.get(key)?.timer)
    }
    this.#gathered.clear()
  }

  #tell(key: string): void {
    const gathered = this.#gathered.get(key)
    if (gathered === undefined) return
    if (gathered.calls === 0) {
      clearInterval(gathered.timer) // it has gone, and its next call will be a first one
      this.#gathered.delete(key)
      return
    }
    this.#print(formatGathered(gathered) + (this.#hasNamedFlag ? '' : '; --log all shows each'))
    this.#hasNamedFlag = true
    Object.assign(gathered, { ...NOTHING, sinceMs: performance.now() })
  }
}

const NOTHING = { calls: 0, fastestMs: Number.POSITIVE_INFINITY, slowestMs: 0 } as const

function formatGathered({ first, calls, fastestMs, slowestMs, sinceMs }: Gathered): string {
  const { node, method, target, status = 'no reply', latencyMs, end, client, page } = first
  const seconds = Math.round((performance.now() - sinceMs) / 1000)
  const times = [...new Set([fastestMs, slowestMs].map(Math.round))]
  const firstByte = slowestMs === 0 ? '' : `, first byte ${times.join(' to ')} ms`
  const facts = `simulated latency ${latencyMs} ms${firstByte}${ENDINGS[end]}`
  const request = `${formatTime(new Date())} ${node} ${method} ${readableTarget(target)}`
  const head = `${request} ${status}, ${calls} more in ${seconds} s`
  return `${head} (${facts}) by the page of ${page} ${describeClient(client)}`
}

function describeClient(client = 'an unknown machine'): string {
  const address = client.replace(/^::ffff:/, '')
  return /^127\.|^::1$/.test(address) ? 'on this machine' : `on ${address}`
}
