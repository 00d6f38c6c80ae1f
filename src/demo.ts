/** Command: the whole demo in one terminal (`npm start`). See demo/run.ts. */
import './cli/require-node.ts'
import { fileURLToPath } from 'node:url'
import {
  type CommandText,
  LOG_RULE,
  parseCommandLine,
  runCommand,
  textFlag,
  UsageError,
} from './cli/command.ts'
import { userPath } from './cli/user-path.ts'
import { runDemo } from './demo/run.ts'
import { DEFAULT_NODE_LIST, readNodeList } from './node-list.ts'
import { printQuestion } from './rehearsal/report.ts'
import { readScenario } from './scenario/scenario.ts'
import { scenarioFile, scenarioNames } from './scenario/scenario-folder.ts'

const SAMPLE = fileURLToPath(new URL('../media/demo.mp4', import.meta.url))

const TEXT: CommandText = {
  usage: 'demo [FILE] [--scenario NAME] [--no-open] [--log all] [--config FILE]',
  help: `
The whole demo in one terminal: starts the nodes of the node list as processes,
copies FILE to every node that does not have it, picks the fastest node and
opens its watch page. On a terminal, keys kill and start nodes; ? shows them.
Ends everything on q, Ctrl+C or SIGTERM.

  FILE             the video (default: the sample, media/demo.mp4)
  --scenario NAME  the page opens with this lesson: the class bets, then it is
                   played; npm run rehearse lists those that there are
  --no-open        open no browser
  --log all        a line for each reply to an open watch page; by default what
                   it asks again and again is gathered into one a minute
  --config FILE    node list (default: the project's nodes.json)
  --help           this text

examples:
  npm start
  npm start -- talk.mp4 --no-open
  npm start -- --scenario hang
`,
}

await runCommand(TEXT, async (args) => {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      'no-open': { type: 'boolean', default: false },
      scenario: { type: 'string' },
      log: { type: 'string' },
      config: { type: 'string' },
    },
  })
  if (positionals.length > 1)
    throw new UsageError(`one file at a time, found ${positionals.length}: ${positionals.join(', ')}`)
  if (positionals[0] === '') throw new UsageError('name a file, or nothing at all for the sample')
  const config = values.config === undefined ? DEFAULT_NODE_LIST : userPath(values.config)
  const file = positionals[0] === undefined ? SAMPLE : userPath(positionals[0])
  const logs = textFlag('--log', values.log, LOG_RULE) ?? 'gathered'
  const nodes = readNodeList(config)
  const { scenario: lesson } = values
  if (lesson !== undefined) ask(lesson)
  await runDemo({ file, config, nodes, opensBrowser: !values['no-open'], logs, lesson })
})

/** What the class is to bet on, before anything is to be seen. @throws UsageError when there is no such scenario */
function ask(name: string): void {
  const names = scenarioNames()
  if (!names.includes(name)) throw new UsageError(`--scenario: expected one of ${names.join(', ')}`)
  printQuestion(readScenario(scenarioFile(name)))
  console.log('Bet on the page, a click for each hand; then play it there.\n')
}
