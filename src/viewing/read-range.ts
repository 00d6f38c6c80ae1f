/** A range of a file, whole, as a swarm brings it. */
import type { Swarm } from '../swarm/swarm.js'

/** @param last the last byte, inclusive @returns fewer bytes only when the swarm is closed meanwhile */
export async function readRange(swarm: Swarm, start: number, last: number): Promise<Uint8Array> {
  const reader = swarm.open(start, last)
  const pieces: Uint8Array[] = []
  for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) pieces.push(piece)
  return Buffer.concat(pieces)
}
