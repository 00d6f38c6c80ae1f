/**
 * What thousands of connections cost a node in memory: little while they are here, and nothing when they have gone. An
 * idle V8 collects little and late, so without this a node would keep for long what they have cost it.
 */
import type { Server } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Fewer cost little. */
const CROWD = 500
/** It has gone when no more are left than this share of the most that there were. */
const REST = 0.1
/** When to collect, after that: not at once, for what was cut has yet to be closed, and V8 parts with its pages by and by. */
const PAUSES_MS = [2_000, 5_000, 9_000]
/** From so many on V8's room for young objects stays as it is. Fewer leave little behind, and with more room are served faster. */
const MANY = 100

/** Node.js 22 and later give back no page without these; Node.js 20 none with them. */
const ALL = { type: 'major', execution: 'sync', flavor: 'last-resort' }

/** What can be done about the memory of this process. */
export interface Memory {
  /** Collects all garbage now. Takes some hundredths of a second, in which this process does nothing else. */
  collect(): void
  /** Lets the room for young objects grow, up to 32 MB or more, or leaves it as it is. */
  letGrow(mayGrow: boolean): void
}

const V8_MEMORY: Memory = {
  collect() {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as (what?: typeof ALL) => void // no flag on the command line is needed for it
    setFlagsFromString('--no-expose-gc')
    collect()
    collect(ALL)
  },
  letGrow(mayGrow) {
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`) // 2 is V8's own
  },
}

/** Counts the connections of a server, keeps small what many of them cost, and gives it back whenever a crowd has gone. */
export function boundCrowdMemory(server: Server, memory = V8_MEMORY): void {
  let open = 0
  let most = 0
  let timers: NodeJS.Timeout[] = []
  const stop = (): void => {
    for (const timer of timers) clearTimeout(timer)
    timers = []
  }
  server.on('connection', (socket) => {
    most = Math.max(most, ++open)
    if (open === MANY) memory.letGrow(false)
    if (most >= CROWD) stop() // another one is coming
    socket.once('close', () => {
      if (open-- === MANY) memory.letGrow(true)
      if (most < CROWD || open > most * REST) return
      most = open
      timers = PAUSES_MS.map((ms) => setTimeout(memory.collect, ms))
    })
  })
  server.once('close', stop)
}
