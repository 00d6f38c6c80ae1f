/**
 * Memory that replies read files into. Who does not read on keeps what was read for him, so all replies together have
 * a budget: large blocks, which are fast, as long as there is room, and then small ones.
 */

const KIB = 1024
/** For a few: each block more costs a way to another thread and back. All of these together take half of the budget. */
const HUGE_BYTES = 1024 * KIB
const LARGE_BYTES = 256 * KIB
const SMALL_BYTES = 16 * KIB
/** What all replies may hold before they get small blocks. */
const BUDGET_BYTES = 8 * 1024 * KIB

let heldBytes = 0
/**
 * Blocks that wait to be used again, the smallest first; of each size as many as half of the budget. What is dropped is
 * garbage until V8 comes to it, and hundreds of downloads that take turns with small blocks would drop hundreds each time.
 */
const sizes = [SMALL_BYTES, LARGE_BYTES, HUGE_BYTES].map((bytes) => ({
  bytes,
  spare: [] as Buffer[],
  maxSpare: BUDGET_BYTES / 2 / bytes,
}))

/** Is there room for one large block more? */
export const hasRoom = (): boolean => heldBytes + LARGE_BYTES <= BUDGET_BYTES

/** How much to read at a time now, bytes. */
export function blockBytes(): number {
  if (heldBytes + HUGE_BYTES <= BUDGET_BYTES / 2) return HUGE_BYTES
  return hasRoom() ? LARGE_BYTES : SMALL_BYTES
}

/** The blocks of one reply. */
export class Blocks {
  #heldBytes = 0

  /** @param sizeBytes no more than {@link blockBytes} has just said */
  take(sizeBytes: number): Buffer {
    const size = sizes.find(({ bytes }) => bytes >= sizeBytes)
    if (size === undefined) throw new Error(`No block has ${sizeBytes} bytes`)
    const block = size.spare.pop() ?? Buffer.allocUnsafeSlow(size.bytes)
    this.#count(block.length)
    return block.subarray(0, sizeBytes)
  }

  /** Only for bytes that the connection has taken: a block whose write failed may still be in use. */
  giveBack({ buffer }: Buffer): void {
    this.#count(-buffer.byteLength)
    const size = sizes.find(({ bytes }) => bytes === buffer.byteLength)
    if (size !== undefined && size.spare.length < size.maxSpare) size.spare.push(Buffer.from(buffer))
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
