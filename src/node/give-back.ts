/**
 * When a crowd has gone, its memory is given back. An idle V8 collects nothing, so without this a node would keep for good
 * what thousands of connections have cost it.
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

/** Node.js 22 and later give back no page without these; Node.js 20 none with them. */
const ALL = { type: 'major', execution: 'sync', flavor: 'last-resort' }

/** Collects all garbage now. Takes some hundredths of a second, in which this process does nothing else. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (what?: typeof ALL) => void // no flag on the command line is needed for it
  setFlagsFromString('--no-expose-gc')
  collect()
  collect(ALL)
}

/** Counts the connections of a server, and gives back its memory whenever a crowd has gone. */
export function giveBackAfterCrowds(server: Server, collect = collectGarbage): void {
  let open = 0
  let most = 0
  let timers: NodeJS.Timeout[] = []
  const stop = (): void => {
    for (const timer of timers) clearTimeout(timer)
    timers = []
  }
  server.on('connection', (socket) => {
    most = Math.max(most, ++open)
    if (most >= CROWD) stop() // another one is coming
    socket.once('close', () => {
      open--
      if (most < CROWD || open > most * REST) return
      most = open
      timers = PAUSES_MS.map((ms) => setTimeout(collect, ms))
    })
  })
  server.once('close', stop)
}
