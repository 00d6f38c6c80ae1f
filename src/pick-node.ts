/** Command: probe every node, choose the fastest that has the video, open it. See picking/pick.ts. */
import './cli/require-node.ts'
import { type CommandText, numberFlag, parseCommandLine, runCommand, UsageError } from './cli/command.ts'
import { explainNoChoice, openPick, printPick, urlToOpen } from './cli/pick-report.ts'
import { surroundings } from './cli/printed-command.ts'
import { userPath } from './cli/user-path.ts'
import { DEFAULT_NODE_LIST, readNodeList } from './node-list.ts'
import { DEFAULT_PROBE_OPTIONS, pickAsJson, pickNode } from './picking/pick.ts'
import { storageNameProblem } from './storage-name.ts'

const TEXT: CommandText = {
  usage: 'pick-node VIDEO [--no-open] [--json] [options]',
  help: `
Probes every node at the same time, shows what it found, and opens the watch
page of the fastest node that has the video in a browser.

  --no-open          only print
  --json             print the same facts as one JSON object; opens nothing
  --probes N         /health calls to each node, 1 to 100; the median counts
                     (default ${DEFAULT_PROBE_OPTIONS.probes})
  --timeout-ms MS    of each call, 1 to 600000 (default ${DEFAULT_PROBE_OPTIONS.timeoutMs}, and
                     longer for a node with a long latency in the node list)
  --direct           open the file itself in place of the watch page
  --config FILE      node list (default: the project's nodes.json)
  --help             this text

$BROWSER names the browser to open.

examples:
  npx tsx src/pick-node.ts talk.mp4
  npx tsx src/pick-node.ts "week 1/talk.mp4" --no-open --probes 9
`,
}

const wholeNumber = (min: number, max: number) => ({
  expected: `a whole number from ${min} to ${max}`,
  test: (value: unknown) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
})

await runCommand(TEXT, async (args) => {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      'no-open': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      direct: { type: 'boolean', default: false },
      probes: { type: 'string' },
      'timeout-ms': { type: 'string' },
      config: { type: 'string' },
    },
  })
  const [video] = positionals
  if (video === undefined) throw new UsageError('name the video to pick a node for')
  if (positionals.length > 1)
    throw new UsageError(`one video at a time, found ${positionals.length}: ${positionals.join(', ')}`)
  const problem = storageNameProblem(video)
  if (problem !== undefined) throw new UsageError(`no node can have a video "${video}": ${problem}`)
  const probes = numberFlag('--probes', values.probes, wholeNumber(1, 100))
  const timeoutMs = numberFlag('--timeout-ms', values['timeout-ms'], wholeNumber(1, 600_000))
  const config = values.config === undefined ? DEFAULT_NODE_LIST : userPath(values.config)
  const nodes = readNodeList(config)
  const where = surroundings(config)

  const pick = await pickNode(nodes, video, { ...(probes && { probes }), ...(timeoutMs && { timeoutMs }) })
  if (values.json) console.log(JSON.stringify(pickAsJson(pick), null, 2))
  else printPick(pick, where)
  const url = urlToOpen(pick, values.direct)
  if (url === undefined) throw new Error(explainNoChoice(pick, where))
  if (values.json) return
  await openPick(pick, url, !values['no-open'])
})
