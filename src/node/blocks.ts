/**
 * Memory that replies read files into. Who does not read on keeps what was read for him, so all replies together have
 * a budget: large blocks, which are fast, as long as there is room, and then small ones.
 */

/** The most that is read and written at a time. */
const LARGE_BYTES = 256 * 1024
const SMALL_BYTES = 16 * 1024
/** What all replies may hold before they get small blocks. */
const BUDGET_BYTES = 8 * 1024 * 1024

let heldBytes = 0
/** Blocks that wait to be used again, by their size. More are made when more replies are under way, and then dropped. */
const spareBlocks = new Map<number, Buffer[]>([
  [LARGE_BYTES, []],
  [SMALL_BYTES, []],
])
const MAX_SPARE_BLOCKS = 16

/** Is there room for one large block more? */
export const hasRoom = (): boolean => heldBytes + LARGE_BYTES <= BUDGET_BYTES

/** How much to read at a time now, bytes. */
export const blockBytes = (): number => (hasRoom() ? LARGE_BYTES : SMALL_BYTES)

/** The blocks of one reply. */
export class Blocks {
  #heldBytes = 0

  /** @param sizeBytes no more than {@link blockBytes} has just said */
  take(sizeBytes: number): Buffer {
    const blockBytes = sizeBytes > SMALL_BYTES ? LARGE_BYTES : SMALL_BYTES
    const block = spareBlocks.get(blockBytes)?.pop() ?? Buffer.allocUnsafeSlow(blockBytes)
    this.#count(block.length)
    return block.subarray(0, sizeBytes)
  }

  /** Only for bytes that the connection has taken: a block whose write failed may still be in use. */
  giveBack({ buffer }: Buffer): void {
    this.#count(-buffer.byteLength)
    const spare = spareBlocks.get(buffer.byteLength)
    if (spare !== undefined && spare.length < MAX_SPARE_BLOCKS) spare.push(Buffer.from(buffer))
  }

  /** The reply is over. What was not given back is not used again. */
  end(): void {
    this.#count(-this.#heldBytes)
  }

  #count(bytes: number): void {
    this.#heldBytes += bytes
    heldBytes += bytes
  }
}
