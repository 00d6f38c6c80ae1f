/** Command: download a video from all nodes at once, every chunk verified. See pulling/pull.ts. */
import './cli/require-node.ts'
import { statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import {
  CommandError,
  type CommandText,
  numberFlag,
  parseCommandLine,
  runCommand,
  UsageError,
} from './cli/command.ts'
import { explainNoSource } from './cli/explain-no-source.ts'
import { adviseCopy, type Surroundings, surroundings } from './cli/printed-command.ts'
import { PullProgress } from './cli/pull-progress.ts'
import { printPulled, pulledAsJson } from './cli/pull-report.ts'
import { userPath } from './cli/user-path.ts'
import { explainFileError } from './file-errors.ts'
import { DEFAULT_NODE_LIST, type ListedNode, nodeAddress, readNodeList } from './node-list.ts'
import { ClaimedError } from './pulling/claim.ts'
import { findPlace, OccupiedError, openInOrder } from './pulling/place.ts'
import { DEFAULT_PATIENCE_MS, NoSourceError, pull, UnverifiedError } from './pulling/pull.ts'
import { shortPath } from './short-path.ts'
import { storageNameProblem } from './storage-name.ts'

const STOPPED = 'stopped; what was verified is kept, and the same command goes on from there'

const TEXT: CommandText = {
  usage: 'pull VIDEO [--out FILE] [--force] [--only NODE] [--json] [options]',
  help: `
Downloads a video from all nodes at once. Every chunk is checked against its
SHA-256 in the manifest; a chunk that is wrong is fetched from another node.
An interrupted download goes on where it stopped. One living node is enough.

  --out FILE         where to; a folder keeps the video's name; - is stdout, in
                     order, as is a pipe or a device (default: the video's name,
                     in this folder)
  --force            replace a file that is there already
  --unverified       where no node has a manifest: take the bytes as they are,
                     under the name of the video, exit 0; without this they are
                     saved as NAME.unverified, exit 3
  --only NODE        read from this node alone, to compare
  --json             print the summary as one JSON object
  --patience-s S     give up when nothing came for so many seconds, 1 to 3600
                     (default ${DEFAULT_PATIENCE_MS / 1000}, and longer where the node list says so)
  --config FILE      node list (default: the project's nodes.json)
  --help             this text

examples:
  npx tsx src/pull.ts talk.mp4
  npx tsx src/pull.ts talk.mp4 --out - | ffprobe -
`,
}

const PATIENCE = {
  expected: 'seconds from 1 to 3600',
  test: (value: unknown) => typeof value === 'number' && value >= 1 && value <= 3600,
}

await runCommand(TEXT, async (args) => {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      unverified: { type: 'boolean', default: false },
      'patience-s': { type: 'string' },
      config: { type: 'string' },
    },
  })
  const [video] = positionals
  if (video === undefined) throw new UsageError('name the video to download')
  if (positionals.length > 1)
    throw new UsageError(`one video at a time, found ${positionals.length}: ${positionals.join(', ')}`)
  const problem = storageNameProblem(video)
  if (problem !== undefined) throw new UsageError(`no node can have a video "${video}": ${problem}`)
  if (values.out === '') throw new UsageError('--out needs the name of a file')
  const patienceS = numberFlag('--patience-s', values['patience-s'], PATIENCE)
  const config = values.config === undefined ? DEFAULT_NODE_LIST : userPath(values.config)
  const listed = readNodeList(config)
  const nodes = listed.map(nodeAddress)
  const { only } = values
  if (only !== undefined && !nodes.some(({ name }) => name === only))
    throw new UsageError(
      `--only: no node "${only}" in the node list; it has ${nodes.map(({ name }) => name).join(', ')}`,
    )

  const isStream = values.out === '-'
  const target = isStream ? '' : targetOf(values.out, video)
  const stop = new AbortController()
  /** is there something on the disk that the next run can use? */
  let isKept = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => stop.abort(new Error(isKept ? STOPPED : 'stopped')))
  let progress: PullProgress | undefined
  try {
    const place = isStream ? undefined : await findPlace(target, values.force)
    const inOrder =
      place === undefined || place.kind === 'file'
        ? undefined
        : await openInOrder(place, stop.signal, () => {
            process.stderr.write(`waiting for a reader of ${shortPath(target)}\n`)
          })
    const pulled = await pull({
      video,
      nodes,
      policy: only === undefined ? { kind: 'all' } : { kind: 'only', node: only },
      out: inOrder ?? (place === undefined ? process.stdout : { path: place.path, replaces: values.force }),
      patienceMs: patienceS === undefined ? undefined : patienceS * 1000,
      acceptsUnverified: values.unverified,
      signal: stop.signal,
      onBegin: (file, tally) => {
        isKept = place !== undefined && inOrder === undefined && file.chunks !== undefined
        if (!values.json) progress = new PullProgress(process.stderr, file, tally)
      },
    })
    if (inOrder !== undefined) await promisify(inOrder.end.bind(inOrder))()
    progress?.end()
    const shown = isStream ? 'stdout' : shortPath(pulled.path ?? target)
    const report = isStream ? process.stderr : process.stdout
    if (values.json) report.write(`${JSON.stringify(pulledAsJson(pulled, shown), null, 2)}\n`)
    else printPulled(pulled, shown, report)
    if (!pulled.isVerified && !values.unverified) throw new UnverifiedError(pulled.path)
  } catch (error) {
    progress?.end()
    throw await explain(error, { video, target, listed, where: surroundings(config) })
  }
})

/** The final file. A path that ends with a slash, or is a folder, keeps the video's own name. */
function targetOf(out: string | undefined, video: string): string {
  const name = path.posix.basename(video)
  if (out === undefined) return userPath(name)
  return statSync(userPath(out), { throwIfNoEntry: false })?.isDirectory() === true || /[/\\]$/.test(out)
    ? path.join(userPath(out), name)
    : userPath(out)
}

interface Attempt {
  readonly video: string
  readonly target: string
  readonly listed: readonly ListedNode[]
  readonly where: Surroundings
}

async function explain(error: unknown, attempt: Attempt): Promise<unknown> {
  const { video, target, where } = attempt
  if (error instanceof NoSourceError)
    return new Error(
      await explainNoSource(error.found, { ...attempt, script: 'pull', waitLonger: '--patience-s 60' }),
    )
  if (error instanceof OccupiedError)
    return new Error(`${error.message}. Replace it with --force, or name another file with --out FILE`)
  if (error instanceof ClaimedError)
    return new Error(
      `Another pull${error.pid === 0 ? '' : ` (process ${error.pid})`} is writing ${shortPath(target)}. ` +
        'Wait for its end, or name another file with --out FILE',
    )
  if (error instanceof UnverifiedError) {
    const what = error.path === undefined ? 'Nothing was written' : `It is saved as ${shortPath(error.path)}`
    return new CommandError(
      3,
      `No node has a manifest of ${video}, so nobody can tell whether its bytes are right. ` +
        `${what}. Take it as it is with --unverified. ${adviseCopy(video, where)}`,
    )
  }
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string' && !code.startsWith('ERR_') && code !== 'ABORT_ERR')
    return new Error(`Cannot write ${shortPath(target)}: ${explainFileError(error)}`, { cause: error })
  return error
}
