/** Chance that is the same every time: what fails today fails tomorrow. */

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** So many bytes of chance, the same for the same seed. */
export function randomBytesOf(size: number, seed: number): Buffer {
  const random = seededRandom(seed)
  const bytes = Buffer.alloc(size)
  for (let index = 0; index < size; index++) bytes[index] = random() * 256
  return bytes
}
