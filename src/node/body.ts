/**
 * Sends a reply: its head, then text and ranges of an open file, at the pace of the reader. The first
 * block is read before the head is written, so that a file which cannot be read still gets a status.
 */
import type { ByteRange } from '../range.ts'
import { Blocks, blockBytes, hasRoom } from './blocks.ts'
import type { Exchange } from './exchange.ts'
import type { Lab } from './lab/lab.ts'
import type { Passage } from './lab/passage.ts'
import type { Replica } from './replica.ts'
import { type BodyPart, isRange, type Reply } from './reply.ts'
import { takeTurns } from './turn.ts'

/** Up to here what is asked for leaves in one piece with the head. */
const SMALL_BYTES = 4096

/**
 * Sends a whole reply and waits until the connection has taken it.
 * @param lab its uplink, and what else is done to bodies on purpose
 * @param replica where the ranges of the body are read; `undefined` for a body of text alone
 * @throws HungUpError when the client goes away; EndedByFaultError when a fault did that; any other error
 *   means that the bytes could not be read,
 *   and then `exchange.firstByteMs` tells whether a status can still be sent
 */
export async function sendReply(
  exchange: Exchange,
  reply: Reply,
  lab: Lab,
  passage: Passage,
  replica?: Replica,
): Promise<void> {
  if (reply.lengthBytes !== undefined) reply.fields.push('Content-Length', String(reply.lengthBytes))
  const body = exchange.request.method === 'HEAD' ? [] : reply.body
  const [only = ''] = body
  if (body.length <= 1 && !isHeldBack(lab, passage)) {
    if (!isRange(only)) {
      exchange.writeHead(reply.status, reply.fields)
      return exchange.end(only) // most answers: a line of text, or nothing
    }
    if (lengthOf(only) <= SMALL_BYTES) return sendSmall(exchange, reply, only, replica)
  }
  const blocks = new Blocks()
  const pieces = piecesOf(body, () => lab.impaired.uplink?.sliceBytes)
  const fetchNext = (): Promise<Piece | undefined> => {
    const fetched = fetchPiece(pieces, blocks, replica)
    fetched.catch(() => {}) // told when it is awaited: it may fail while the piece before it is on its way to a slow reader
    return fetched
  }
  let next = fetchNext()
  passage.isUnderWay = true
  try {
    let piece = await next
    exchange.writeHead(reply.status, reply.fields)
    while (piece !== undefined) {
      await lab.impaired.uplink?.beforeBytes(piece.bytes.length, exchange.hangUp)
      if (piece.isLast) break
      const readsAhead = hasRoom() // while this piece is written
      if (readsAhead) next = fetchNext()
      await passage.send(piece.bytes, false, piece.position)
      piece.giveBack()
      await takeTurns()
      if (!readsAhead) next = fetchNext()
      piece = await next
    }
    if (piece === undefined) await exchange.end()
    else await passage.send(piece.bytes, true, piece.position)
    piece?.giveBack()
  } finally {
    passage.isUnderWay = false
    await next.catch(() => {}) // the file may be closed only when nothing reads it; the error is on its way
    blocks.end()
  }
}

/** Can anything that is done on purpose reach this body? */
const isHeldBack = (lab: Lab, passage: Passage): boolean =>
  !passage.isControl && (lab.impaired.uplink !== undefined || passage.isReached)

/** A string leaves in one write with the head in front of it, and bytes do not. */
async function sendSmall(
  exchange: Exchange,
  { status, fields }: Reply,
  range: ByteRange,
  replica: Replica | undefined,
): Promise<void> {
  const bytes = Buffer.allocUnsafe(lengthOf(range))
  await fileOf(replica).read(bytes, range.start)
  exchange.writeHead(status, fields)
  return exchange.end(bytes.toString('latin1'), 'latin1')
}

interface Piece {
  readonly bytes: Buffer
  readonly isLast: boolean
  /** of the first byte in the file; `undefined` for text */
  readonly position: number | undefined
  giveBack(): void
}

/** The body in pieces as large as blocks are just then; the last one says so, and leaves together with the end. */
function* piecesOf(
  body: readonly BodyPart[],
  maxBytes: () => number | undefined,
): Generator<{ part: Buffer | ByteRange; isLast: boolean }> {
  for (const [index, part] of body.entries()) {
    const isLastPart = index === body.length - 1
    const bytes = isRange(part) ? undefined : Buffer.from(part)
    const { start: first, end: last } = isRange(part) ? part : { start: 0, end: (bytes?.length || 1) - 1 }
    for (let start = first; start <= last; ) {
      const end = Math.min(last, start + Math.min(maxBytes() ?? Number.POSITIVE_INFINITY, blockBytes()) - 1)
      yield { part: bytes?.subarray(start, end + 1) ?? { start, end }, isLast: isLastPart && end === last }
      start = end + 1
    }
  }
}

async function fetchPiece(
  pieces: ReturnType<typeof piecesOf>,
  blocks: Blocks,
  replica: Replica | undefined,
): Promise<Piece | undefined> {
  const { value, done } = pieces.next()
  if (done) return undefined
  const { part, isLast } = value
  if (!isRange(part)) return { bytes: part, isLast, position: undefined, giveBack: () => {} }
  const bytes = blocks.take(lengthOf(part))
  await fileOf(replica).read(bytes, part.start)
  return { bytes, isLast, position: part.start, giveBack: () => blocks.giveBack(bytes) }
}

function fileOf(replica: Replica | undefined): Replica {
  if (replica === undefined) throw new Error('A reply has ranges but no file')
  return replica
}

const lengthOf = ({ start, end }: ByteRange): number => end - start + 1
