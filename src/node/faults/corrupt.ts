/**
 * One bit of every n-th chunk of a replica is sent wrong, the same one whoever asks and however often: a disk that has
 * rotted. The file is not touched, and neither are manifests, `/health` and pages.
 */
import type { FaultSet } from '../../lab/faults.js'
import { chunkSizeFor } from '../../replication/manifest.ts'
import type { Circumstances, Fault, Visit } from './fault.ts'

/** It lies among so many bytes at the beginning of a chunk: of a last chunk that is shorter it may lie behind the end. */
const SPOT_BYTES = 4096

export function corrupt({ everyChunks }: NonNullable<FaultSet['corrupt']>, { chance }: Circumstances): Fault {
  /** The positions of the wrong bytes among these bytes of a file. */
  function* wrongBytes({ name, fileBytes = 0 }: Visit, start: number, end: number) {
    const chunkSize = chunkSizeFor(fileBytes)
    const first = Math.floor(chance({ name, chunk: 0, nth: 0 }, 'first') * everyChunks)
    for (let chunk = Math.floor(start / chunkSize); chunk * chunkSize <= end; chunk++) {
      if (chunk % everyChunks !== first) continue
      const at = chunk * chunkSize + Math.floor(chance({ name, chunk, nth: 0 }) * SPOT_BYTES)
      if (at >= start && at <= end) yield { at, bit: Math.floor(chance({ name, chunk, nth: 0 }, 'bit') * 8) }
    }
  }
  return {
    touches: (visit, { ranges }) =>
      visit.isReplica && ranges.some(({ start, end }) => wrongBytes(visit, start, end).next().done === false),
    alter(bytes, position, visit) {
      if (!visit.isReplica) return false
      let isAltered = false
      for (const { at, bit } of wrongBytes(visit, position, position + bytes.length - 1)) {
        bytes[at - position] = (bytes[at - position] ?? 0) ^ (1 << bit)
        isAltered = true
      }
      return isAltered
    },
  }
}
