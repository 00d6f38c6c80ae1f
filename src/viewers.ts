/** Command: many viewers at once, as a load on running nodes. See viewing/viewer.ts. */
import './cli/require-node.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { type CommandText, numberFlag, parseCommandLine, runCommand, UsageError } from './cli/command.ts'
import { explainNoSource } from './cli/explain-no-source.ts'
import { surroundings } from './cli/printed-command.ts'
import { userPath } from './cli/user-path.ts'
import { describeSupply, MOMENT_HEADING, momentLine, printSummary } from './cli/viewers-report.ts'
import { RUNTIME } from './http-client/runtime.ts'
import { DEFAULT_NODE_LIST, nodeAddress, readNodeList } from './node-list.ts'
import { storageNameProblem } from './storage-name.ts'
import { realClock } from './swarm/clock.js'
import { findFile } from './swarm/find-file.js'
import { asFound } from './swarm/replica.js'
import { supplyFor } from './viewing/arithmetic.ts'
import { Audience } from './viewing/audience.ts'
import { livingUplinks } from './viewing/bandwidths.ts'
import { secondsOf } from './viewing/duration.ts'

const MAX_VIEWERS = 200

const TEXT: CommandText = {
  usage: 'viewers COUNT VIDEO [--seconds S] [--look-ahead S] [options]',
  help: `
Load: so many viewers watch a video on the running nodes at once, each reading
as the watch page does and throwing away what it would show. Says first how many
the uplinks are enough for, then each second how many play and how many stand.

  COUNT              1 to ${MAX_VIEWERS}; they come within three seconds
  --seconds S        how long, 1 to 3600 (default 30; Ctrl+C ends it before)
  --look-ahead S     how much each reads ahead, 1 to 60 s (default 15)
  --patience-s S     give up when no node has told of the video for so long, 1 to
                     3600 (default 10)
  --config FILE      node list (default: the project's nodes.json)
  --help             this text

examples:
  npm run viewers 30 demo.mp4
  npm run viewers -- 5 talk.mp4 --seconds 120
`,
}

const within = (least: number, most: number, what: string) => ({
  expected: `${what} from ${least} to ${most}`,
  test: (value: unknown) => typeof value === 'number' && value >= least && value <= most,
})

await runCommand(TEXT, async (args) => {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      'look-ahead': { type: 'string' },
      'patience-s': { type: 'string' },
      config: { type: 'string' },
    },
  })
  const [countText, video] = positionals
  if (countText === undefined || video === undefined) throw new UsageError('say how many, and name the video')
  if (positionals.length > 2)
    throw new UsageError(`one video at a time, found ${positionals.slice(1).join(', ')}`)
  const count = /^[0-9]+$/.test(countText) ? Number(countText) : 0
  if (count < 1 || count > MAX_VIEWERS)
    throw new UsageError(`expected 1 to ${MAX_VIEWERS} viewers, found "${countText}"`)
  const problem = storageNameProblem(video)
  if (problem !== undefined) throw new UsageError(`no node can have a video "${video}": ${problem}`)
  const seconds = numberFlag('--seconds', values.seconds, within(1, 3600, 'seconds')) ?? 30
  const lookAheadSeconds = numberFlag('--look-ahead', values['look-ahead'], within(1, 60, 'seconds')) ?? 15
  const patienceMs =
    1000 * (numberFlag('--patience-s', values['patience-s'], within(1, 3600, 'seconds')) ?? 10)
  const config = values.config === undefined ? DEFAULT_NODE_LIST : userPath(values.config)
  const listed = readNodeList(config)

  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
  const addresses = listed.map(nodeAddress)
  const { signal } = stop
  const found = await findFile({
    nodes: addresses,
    video,
    fetch: RUNTIME.fetch,
    clock: realClock,
    signal,
    patienceMs,
  })
  if (found.kind !== 'found') {
    const wanted = {
      video,
      listed,
      where: surroundings(config),
      script: 'viewers',
      waitLonger: '--patience-s 60',
    }
    throw new Error(await explainNoSource(found, wanted))
  }
  const nodes = addresses
    .filter(({ name }) => found.sources.includes(name))
    .map((node) => asFound(node, found))
  const options = { file: found.file, nodes, lookAheadSeconds }
  const duration = await secondsOf(options, signal)
  const uplinks = (await livingUplinks(listed)).filter(({ name }) => found.sources.includes(name))
  const supply = supplyFor(
    uplinks.map(({ kbps }) => kbps),
    found.file.size,
    duration,
  )
  console.log(`${describeSupply(video, uplinks, supply)}\n\n${MOMENT_HEADING}`)

  const audience = new Audience()
  const entering = audience.enter(count, { ...options, seconds: duration }, signal)
  let before = audience.now
  for (let second = 1; second <= seconds && !signal.aborted; second++) {
    await delay(Math.max(0, second * 1000 - audience.now.atMs), undefined, { signal }).catch(() => {})
    const now = audience.now
    if (!signal.aborted) console.log(momentLine(now, before))
    before = now
  }
  await entering
  const { summary } = audience
  audience.leave()
  printSummary(summary)
})
