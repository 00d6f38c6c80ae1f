/** Refuses connections now and then, as where the power is bad. */
import type { FaultSet } from '../../lab/faults.js'
import type { Fault } from './fault.ts'
import { soon } from './soon.ts'

export const flap = ({ upMs, downMs }: NonNullable<FaultSet['flap']>): Fault => ({
  begin(node) {
    let timer: NodeJS.Timeout
    const goDown = (): void => {
      node.refuse()
      timer = setTimeout(comeUp, downMs)
    }
    const comeUp = (): void => {
      node.accept()
      timer = setTimeout(goDown, upMs)
    }
    const end = (): void => {
      clearTimeout(timer)
      node.accept()
    }
    return soon(goDown, end) // down first, for then one sees that it has begun
  },
})
