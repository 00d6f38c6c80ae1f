/**
 * `npm run lessons`: everything that the README has somebody type, in order, on a fresh clone of what is committed,
 * compared with what stands there. Needs Linux, bash and git; the page is looked at where chromedriver is.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ownNodes, readNodeList } from '../../src/node-list.ts'
import { whyMissing } from '../browser/browser.ts'
import { CHROMIUM } from '../browser/chromium.ts'
import { descendantsOf, isListening } from '../helpers/processes.ts'
import { playLessons } from './play.ts'
import { readLessons } from './read-lessons.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

async function main(): Promise<void> {
  for (const { port } of ownNodes(readNodeList())) {
    if (await isListening(port))
      throw new Error(`Port ${port} is taken, and the lessons start nodes there. End what listens on it.`)
  }
  const missing = whyMissing(CHROMIUM)
  if (missing !== undefined && process.env['CI'] === 'true')
    throw new Error(`The page cannot be looked at: ${missing}`)
  const folder = mkdtempSync(path.join(tmpdir(), 'lessons-'))
  const clone = path.join(folder, 'clone')
  const aside = path.join(folder, 'aside')
  const tidy = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      for (const pid of descendantsOf(process.pid)) endProcess(pid)
      tidy()
      process.exit(1)
    })
  try {
    mkdirSync(aside)
    execFileSync('git', ['clone', '--quiet', PROJECT, clone])
    const steps = readLessons(readFileSync(path.join(clone, 'README.md'), 'utf8'))
    const unseen = await playLessons(steps, {
      folder: clone,
      aside,
      env: plainEnvironment(),
      say: console.log,
      endProcess,
    })
    console.log(`The README is right: ${steps.length} steps, Node.js ${process.version}`)
    if (unseen > 0) console.log(`${unseen} sentences about the page were not looked at: ${missing}`)
  } finally {
    tidy()
  }
}

/** What a newcomer's shell has, and nothing of the npm that runs this. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|INIT_CWD$|NODE$|NODE_OPTIONS$|CI$|FORCE_COLOR$|DEBUG$)/i.test(name),
  )
  const folders = (process.env['PATH'] ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules/.bin'))
  return { ...Object.fromEntries(inherited), PATH: folders.join(':') }
}

/** Ends a process and all that it has started. */
function endProcess(pid: number): void {
  for (const one of [pid, ...descendantsOf(pid)].reverse()) {
    try {
      process.kill(one, 'SIGKILL')
    } catch {
      // it has ended by itself
    }
  }
}

await main().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})
