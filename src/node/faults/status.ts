/** Answers with an error in place of what was asked for; a 503 says honestly that there is too much to do. */
import type { FaultSet } from '../../lab/faults.js'
import type { Circumstances, Fault, Visit } from './fault.ts'

export function status(
  { code, retryAfterS, share }: NonNullable<FaultSet['status']>,
  { chance }: Circumstances,
): Fault {
  /** A file that is gone says nothing of `/health`, which has no name. */
  const isMeant = ({ name }: Visit): boolean => code !== 404 || name !== ''
  const isHit = (visit: Visit): boolean => isMeant(visit) && chance(visit) < share
  return {
    async meet(visit) {
      if (!isHit(visit)) return undefined
      return { status: code, retryAfterS: code === 503 ? retryAfterS : undefined }
    },
  }
}
