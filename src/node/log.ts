/** The line that a node prints for each reply: for a person in the back row. Pure. */
import { CONTROL_CHARACTERS } from '../storage-name.ts'
import { count } from '../words/in-words.js'

/** What is told of one reply. Times in ms. */
export interface ReplyRecord {
  readonly at: Date
  readonly node: string
  readonly method: string
  /** the request target as it was received */
  readonly target: string
  /** `undefined`: the client was gone before there was one */
  readonly status: number | undefined
  /** which bytes, `bytes 0-9/100`; `undefined` for all or none of them */
  readonly range: string | undefined
  readonly latencyMs: number
  readonly firstByteMs: number | undefined
  readonly totalMs: number
  readonly bytesSent: number
  /** how it ended */
  readonly end: 'complete' | 'hung up' | 'cut' | 'failed' | 'stopped' | 'ended by a fault'
  /** address of who asked; `undefined` when the connection was gone at once */
  readonly client: string | undefined
  /** web origin of the page of ours that asked; `undefined` for everybody else */
  readonly page: string | undefined
  /** what the faults that touched it do, in words */
  readonly faults?: readonly string[]
  /** a browser asked for the service worker of another project */
  readonly isOthersWorker?: boolean
}

/** Why a client closes is its own affair: a seek, a faster node, a closed window look the same from here. */
export const ENDINGS = {
  complete: '',
  'hung up': ', then closed by the client',
  cut: ', cut off: the file changed',
  failed: ', cut off: the node could not go on',
  stopped: ', cut off: the node stopped',
  'ended by a fault': ', ended on purpose',
} as const
const OTHERS_WORKER =
  ": a browser has another project's service worker for this address, which may show that project's pages" +
  ' in place of ours. Shift+reload goes past it; deleting the data of this site in the browser ends it'
const MAX_TARGET = 200

/** `12:00:01 node2 GET /demo.mp4 206 bytes 0-65535/17374486 (simulated latency 150 ms, …)`. */
export function formatReply(record: ReplyRecord): string {
  const { at, node, method, status, range, latencyMs, firstByteMs, totalMs, bytesSent, end } = record
  const request = [formatTime(at), node, method, readableTarget(record.target)]
  const answer =
    status === undefined ? ['no reply'] : [String(status), ...(range === undefined ? [] : [range])]
  const firstByte = firstByteMs === undefined ? '' : `, first byte ${Math.round(firstByteMs)} ms`
  const timing = `simulated latency ${latencyMs} ms${firstByte}, ${count(bytesSent, 'byte')} in ${Math.round(totalMs)} ms`
  const lab = record.faults === undefined ? '' : `; the lab: ${record.faults.join(', ')}`
  const line = [...request, ...answer, `(${timing}${ENDINGS[end]}${lab})`].join(' ')
  return record.isOthersWorker ? line + OTHERS_WORKER : line
}

/** `12:00:01`, in the time zone of this machine. */
export const formatTime = (at: Date): string =>
  [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')

/** A target with its escapes decoded for the eye, unless that would let it write on the terminal. */
export function readableTarget(target: string): string {
  let shown = target
  try {
    const decoded = decodeURIComponent(target)
    if (!CONTROL_CHARACTERS.test(decoded)) shown = decoded
  } catch {
    // not UTF-8: shown as it came
  }
  shown = shown.replace(new RegExp(CONTROL_CHARACTERS, 'g'), '?')
  return shown.length > MAX_TARGET ? `${shown.slice(0, MAX_TARGET)}…` : shown
}
