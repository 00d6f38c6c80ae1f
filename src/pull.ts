/** Command: download a video from all nodes at once, every chunk verified. See pulling/pull.ts. */
import './cli/require-node.ts'
import { statSync } from 'node:fs'
import path from 'node:path'
import { type CommandText, numberFlag, parseCommandLine, runCommand, UsageError } from './cli/command.ts'
import { adviseCopy, type Surroundings, startCommand, surroundings } from './cli/printed-command.ts'
import { PullProgress } from './cli/pull-progress.ts'
import { printPulled, pulledAsJson } from './cli/pull-report.ts'
import { userPath } from './cli/user-path.ts'
import { explainFileError } from './file-errors.ts'
import { DEFAULT_NODE_LIST, type ListedNode, nodeAddress, readNodeList, shortPath } from './node-list.ts'
import { NoSourceError, pull } from './pulling/pull.ts'
import { storageNameProblem } from './storage-name.ts'

const DEFAULT_PATIENCE_S = 10
const STOPPED = 'stopped; what was verified is kept, and the same command goes on from there'

const TEXT: CommandText = {
  usage: 'pull VIDEO [--out FILE] [--only NODE] [--json] [options]',
  help: `
Downloads a video from all nodes at once. Every chunk is checked against its
SHA-256 in the manifest; a chunk that is wrong is fetched from another node.
An interrupted download goes on where it stopped. One living node is enough.

  --out FILE         where to; a folder keeps the video's name; - is stdout, in
                     order (default: the video's name, in this folder)
  --only NODE        read from this node alone, to compare
  --json             print the summary as one JSON object
  --patience-s S     give up when nothing came for so many seconds, 1 to 3600
                     (default ${DEFAULT_PATIENCE_S})
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
  const patienceS = numberFlag('--patience-s', values['patience-s'], PATIENCE) ?? DEFAULT_PATIENCE_S
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
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => stop.abort(new Error(isStream ? 'stopped' : STOPPED)))
  let progress: PullProgress | undefined
  try {
    const pulled = await pull({
      video,
      nodes,
      policy: only === undefined ? { kind: 'all' } : { kind: 'only', node: only },
      out: isStream ? process.stdout : target,
      patienceMs: patienceS * 1000,
      signal: stop.signal,
      onBegin: (file, tally) => {
        if (!values.json) progress = new PullProgress(process.stderr, file, tally)
      },
    })
    progress?.end()
    const shown = isStream ? 'stdout' : shortPath(target)
    const report = isStream ? process.stderr : process.stdout
    if (values.json) report.write(`${JSON.stringify(pulledAsJson(pulled, shown), null, 2)}\n`)
    else printPulled(pulled, shown, report)
  } catch (error) {
    progress?.end()
    throw explain(error, video, target, listed, surroundings(config))
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

function explain(
  error: unknown,
  video: string,
  target: string,
  nodes: readonly ListedNode[],
  where: Surroundings,
): unknown {
  if (error instanceof NoSourceError) {
    if (error.kind === 'missing')
      return new Error(`No node that is up has ${video}. ${adviseCopy(video, where)}`)
    const start = startCommand(nodes, where)
    return new Error(start === undefined ? 'No node is up.' : `No node is up. Start one: ${start}`)
  }
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string' && !code.startsWith('ERR_'))
    return new Error(`Cannot write ${shortPath(target)}: ${explainFileError(error)}`, { cause: error })
  return error
}
