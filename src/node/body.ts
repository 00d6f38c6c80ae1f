/**
 * Sends a reply: its head, then text and ranges of an open file, at the pace of the reader. The first
 * block is read before the head is written, so that a file which cannot be read still gets a status.
 */
import type { ByteRange } from '../range.ts'
import type { Exchange } from './exchange.ts'
import type { Uplink } from './impairments.ts'
import type { Replica } from './replica.ts'
import { type BodyPart, isRange, type Reply } from './reply.ts'

/** The most that is read and written at a time, and so the most that a slow reader holds twice. */
const BLOCK_BYTES = 256 * 1024
/** Blocks that wait to be used again. More are made when more replies are under way, and then dropped. */
const spareBlocks: Buffer[] = []
const MAX_SPARE_BLOCKS = 16
/** Up to here a fresh buffer is cheaper than a block. */
const SMALL_BYTES = 4096

/**
 * Sends a whole reply and waits until the connection has taken it.
 * @param replica where the ranges of the body are read; `undefined` for a body of text alone
 * @param uplink the node's simulated uplink, `undefined` when unlimited
 * @throws HungUpError when the client goes away; any other error means that the bytes could not be read,
 *   and then `exchange.firstByteMs` tells whether a status can still be sent
 */
export async function sendReply(
  exchange: Exchange,
  reply: Reply,
  replica?: Replica,
  uplink?: Uplink,
): Promise<void> {
  if (reply.lengthBytes !== undefined) reply.fields.push('Content-Length', String(reply.lengthBytes))
  const body = exchange.request.method === 'HEAD' ? [] : reply.body
  const [only = ''] = body
  if (body.length <= 1 && !isRange(only) && uplink === undefined) {
    exchange.writeHead(reply.status, reply.fields)
    return exchange.end(only) // most answers: a line of text, or nothing
  }
  const pieces = piecesOf(body, Math.min(BLOCK_BYTES, uplink?.sliceBytes ?? BLOCK_BYTES))
  let next = fetchPiece(pieces, replica)
  let piece = await next
  try {
    exchange.writeHead(reply.status, reply.fields)
    while (piece !== undefined) {
      await uplink?.beforeBytes(piece.bytes.length, exchange.hangUp)
      if (piece.isLast) break
      next = fetchPiece(pieces, replica) // reads ahead while this piece is written
      await exchange.write(piece.bytes)
      giveBack(piece.bytes)
      piece = await next
    }
    await exchange.end(piece?.bytes)
    if (piece !== undefined) giveBack(piece.bytes)
  } finally {
    await next.catch(() => {}) // the file may be closed only when nothing reads it; the error is on its way
  }
}

interface Piece {
  readonly bytes: Buffer
  readonly isLast: boolean
}

/** The body in pieces of at most `maxBytes`; the last one says so, and leaves together with the end. */
function* piecesOf(
  body: readonly BodyPart[],
  maxBytes: number,
): Generator<{ part: BodyPart; isLast: boolean }> {
  for (const [index, part] of body.entries()) {
    const isLastPart = index === body.length - 1
    if (!isRange(part)) {
      yield { part, isLast: isLastPart }
      continue
    }
    for (let start = part.start; start <= part.end; start += maxBytes) {
      const end = Math.min(part.end, start + maxBytes - 1)
      yield { part: { start, end }, isLast: isLastPart && end === part.end }
    }
  }
}

async function fetchPiece(
  pieces: ReturnType<typeof piecesOf>,
  replica: Replica | undefined,
): Promise<Piece | undefined> {
  const { value, done } = pieces.next()
  if (done) return undefined
  const { part, isLast } = value
  if (!isRange(part)) return { bytes: Buffer.from(part), isLast }
  if (replica === undefined) throw new Error('A reply has ranges but no file')
  const bytes = takeBuffer(part)
  await replica.read(bytes, part.start)
  return { bytes, isLast }
}

function takeBuffer({ start, end }: ByteRange): Buffer {
  const sizeBytes = end - start + 1
  if (sizeBytes <= SMALL_BYTES) return Buffer.allocUnsafe(sizeBytes)
  return (spareBlocks.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)).subarray(0, sizeBytes)
}

/** Only for bytes that the connection has taken: a block whose write failed may still be in use. */
function giveBack(bytes: Buffer): void {
  const isBlock = bytes.buffer.byteLength === BLOCK_BYTES
  if (isBlock && spareBlocks.length < MAX_SPARE_BLOCKS) spareBlocks.push(Buffer.from(bytes.buffer))
}
