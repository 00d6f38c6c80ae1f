/** All faults by name. A new one is a file beside this one, and a row of lab/faults.js and of this table. */
import type { FaultName, FaultSet } from '../../lab/faults.js'
import { corrupt } from './corrupt.ts'
import { crash } from './crash.ts'
import { cut } from './cut.ts'
import type { Circumstances, Fault } from './fault.ts'
import { flap } from './flap.ts'
import { hang } from './hang.ts'
import { lossy } from './lossy.ts'
import { refuse } from './refuse.ts'
import { stall } from './stall.ts'
import { status } from './status.ts'
import { tail } from './tail.ts'

const MAKERS: {
  readonly [Name in FaultName]: (
    parameters: NonNullable<FaultSet[Name]>,
    circumstances: Circumstances,
  ) => Fault
} = { hang, tail, stall, cut, refuse, status, corrupt, flap, lossy, crash }

/** Makes a fault; it is in force when its `begin` has been called. */
export const makeFault = <Name extends FaultName>(
  name: Name,
  parameters: NonNullable<FaultSet[Name]>,
  circumstances: Circumstances,
): Fault => MAKERS[name](parameters, circumstances)
