/**
 * Reads a whole file with the swarm, as a process of its own, and tells what it took. It looks for the file
 * first, then says `started`: from there on the time counts.
 *
 *   node bench/swarm-reader.ts NODES NAME MODE OUT
 *
 * NODES is JSON, MODE `stream` (in order, at the pace of the disk), `bulk` (any order), or `pull`: bulk as the
 * command of that name does it, with the search and the whole file's hash in its time.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { RUNTIME } from '../src/http-client/runtime.ts'
import { pull } from '../src/pulling/pull.ts'
import type { SwarmEvent } from '../src/swarm/events.js'
import type { NodeAddress } from '../src/swarm/node.js'
import { Swarm } from '../src/swarm/swarm.js'
import { foundFile } from './found-file.ts'

/** What a reader tells at its end. */
export interface Reading {
  readonly seconds: number
  /** the longest wait for the next chunk in order, the first one apart; 0 in bulk mode, which has no order */
  readonly gapSeconds: number
  /** to the first chunk */
  readonly startUpSeconds: number
  readonly wastedBytes: number
  /** of the event loop, when it was longest: the machine was busy with something else */
  readonly pauseSeconds: number
}

const [nodeList = '[]', name = '', mode = 'stream', out = ''] = process.argv.slice(2)
process.once('disconnect', () => process.exit())
const addresses = JSON.parse(nodeList) as NodeAddress[]

const { file, nodes } = await foundFile(addresses, name)

const PATIENCE_MS = 10_000
let wastedBytes = 0
const onEvent = (event: SwarmEvent): void => {
  if (event.type === 'wasted') wastedBytes += event.bytes
}

let longestTickMs = 0
let tickedMs = performance.now()
const TICK_MS = 20
const ticking = setInterval(() => {
  const nowMs = performance.now()
  longestTickMs = Math.max(longestTickMs, nowMs - tickedMs)
  tickedMs = nowMs
}, TICK_MS)

const startedMs = performance.now()
process.send?.('started')
let gapMs = 0
let startUpMs = 0
if (mode === 'pull') await pullWhole()
else if (mode === 'bulk') await withFile(readInBulk)
else await withFile(readInOrder)
const reading: Reading = {
  seconds: (performance.now() - startedMs) / 1000,
  gapSeconds: gapMs / 1000,
  startUpSeconds: startUpMs / 1000,
  wastedBytes,
  pauseSeconds: Math.max(0, longestTickMs - TICK_MS) / 1000,
}
clearInterval(ticking)
process.send?.(reading, () => process.exit())

async function pullWhole(): Promise<void> {
  const { signal } = new AbortController()
  await pull({
    ...{ video: name, nodes: addresses, policy: { kind: 'all' }, out: { path: out, replaces: true }, signal },
    ...{ patienceMs: PATIENCE_MS, onEvent },
  })
}

async function withFile(read: (target: FileHandle) => Promise<void>): Promise<void> {
  const target = await open(out, 'w')
  await read(target)
  await target.close()
}

async function readInOrder(target: FileHandle): Promise<void> {
  const swarm = new Swarm({ file, nodes, onEvent, ...RUNTIME, mode: 'stream' })
  const reader = swarm.open(0, file.size - 1)
  let position = 0
  let lastMs = startedMs
  for (let bytes = await reader.next(); bytes !== undefined; bytes = await reader.next()) {
    const nowMs = performance.now()
    if (position === 0) startUpMs = nowMs - startedMs
    else gapMs = Math.max(gapMs, nowMs - lastMs)
    await target.write(bytes, 0, bytes.length, position)
    position += bytes.length
    lastMs = performance.now()
  }
  swarm.close()
}

async function readInBulk(target: FileHandle): Promise<void> {
  const onChunk = async (chunk: number, bytes: Uint8Array): Promise<void> => {
    if (startUpMs === 0) startUpMs = performance.now() - startedMs
    await target.write(bytes, 0, bytes.length, chunk * file.chunkSize)
  }
  const swarm = new Swarm({ file, nodes, onEvent, ...RUNTIME, mode: 'bulk', onChunk })
  await swarm.download()
  swarm.close()
}
