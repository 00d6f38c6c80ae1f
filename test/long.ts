/**
 * What takes longer than a newcomer waits: every test of the page in every browser, random runs of many seeds, many
 * kills, minutes in front of the page, and then the small edits that the tests must notice. `npm run test:long`; what
 * fails does not keep the rest from running.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))

/** How much more of everything that is tried at random. */
const MUCH = { FUZZ_SEEDS: '2000', STORY_SEEDS: '2000', KILLS: '200', MINUTES: '10' }
const TESTS = [
  'test/swarm/swarm-fuzz.test.ts',
  'test/player/room/story/story-truth.test.ts',
  'test/commands/replicate-kill.test.ts',
  'test/browser/left-alone.test.ts',
]

/** Runs a program of Node.js in the project's folder. @returns whether it succeeded */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  const { status } = spawnSync(process.execPath, args, {
    cwd: PROJECT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  return status === 0
}

const results = [
  run(['node_modules/vitest/vitest.mjs', 'run', '--project', 'browser'], { EVERY_BROWSER: '1' }),
  run(['node_modules/vitest/vitest.mjs', 'run', '--testTimeout', '1800000', ...TESTS], MUCH),
  run(['--import', 'tsx', 'test/mutants/run.ts']),
]
if (results.includes(false)) process.exitCode = 1
