/** `rehearse` as a command. */
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectUsageError, runCommand, startCommand, temporaryFolder } from '../helpers/command.ts'
import { descendantsOf } from '../helpers/processes.ts'

const SCENARIO = {
  ...{ title: 'A short one', question: 'Does it go on?', choices: ['yes', 'no'], why: 'Two are left.' },
  lookAheadSeconds: 2,
  steps: [
    { at: '500ms', node: 'node1', set: { status: {} } },
    { at: '1s', node: 'node2', do: 'crash', for: '1s' },
  ],
}

function writeScenario(expected: object): { file: string; env: Record<string, string>; temporary: string } {
  const file = path.join(temporaryFolder(), 'short one.json')
  writeFileSync(file, JSON.stringify({ ...SCENARIO, expect: expected }))
  const temporary = temporaryFolder()
  return { file, env: { TMPDIR: temporary, TEMP: temporary, TMP: temporary }, temporary }
}

/** What programs that are started leave there by themselves. */
const leftIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith('rehearsal-'))

test('plays a scenario, says what happened, and leaves nothing behind', async () => {
  const { file, env, temporary } = writeScenario({ stalls: 0 })
  const { code, stdout, stderr } = await runCommand('rehearse', [file], { env })
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^A short one\nDoes it go on\?\n {2}- yes\n {2}- no\n\n/)
  expect(stdout).toMatch(/ 0\.\d s {2}lab {5}node1 answers 503\n/)
  expect(stdout).toMatch(/ \d\.\d s {2}lab {5}node2 is killed\n/)
  expect(stdout).toMatch(/ s {2}reader {2}node2: down \(/)
  expect(stdout).toMatch(/ \d\.\d s {2}lab {5}node2 is started again\n/)
  expect(stdout).toMatch(
    /\nyes {2}stalls: 0, expected none\nfirst picture after .*\neach fault in force within .* of its time\nAs expected: yes\n\nTwo are left\.\n$/,
  )
  expect(code).toBe(0)
  expect(leftIn(temporary)).toEqual([])
}, 60_000)

test('what is not met is a no, as JSON too', async () => {
  const { file, env } = writeScenario({ longestGapMs: 0 })
  const { code, stdout } = await runCommand('rehearse', [file, '--json'], { env })
  expect(JSON.parse(stdout)).toMatchObject({ scenario: file, answer: 'no', measured: { stalls: 0 } })
  expect(code).toBe(1)
}, 60_000)

test('who gets nothing any more is no yes, for what lay ahead is outlived before the verdict', async () => {
  const steps = ['node1', 'node2', 'node3'].map((node) => ({ at: '1s', node, do: 'crash' }))
  const file = path.join(temporaryFolder(), 'all dead.json')
  writeFileSync(file, JSON.stringify({ ...SCENARIO, steps, right: 'yes', expect: { stalls: 0 } }))
  const { code, stdout } = await runCommand('rehearse', [file])
  expect(stdout).toMatch(
    /\nno {3}stalls: 1, expected none \(the longest .*\), and the picture stands at the end\n/,
  )
  expect(stdout).toMatch(/\nAs expected: no\n\nWhat was expected, and why: Two are left\.\n$/)
  expect(code).toBe(1)
}, 60_000)

test('ended in the middle, it leaves no process and no file', async () => {
  const { file, env, temporary } = writeScenario({ stalls: 0 })
  const command = startCommand('rehearse', [file], { env })
  await command.waitForLine(/node1 answers 503/)
  const started = descendantsOf(command.child.pid ?? 0)
  expect(started.length).toBeGreaterThanOrEqual(3)
  command.child.kill('SIGINT')
  const { code, stderr } = await command.ended
  expect([code, stderr]).toEqual([2, 'error: stopped; the nodes are ended, and nothing is left\n'])
  expect(leftIn(temporary)).toEqual([])
  await expect.poll(() => started.filter((pid) => isAlive(pid))).toEqual([])
}, 60_000)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('without a name it lists what there is', async () => {
  const { code, stdout } = await runCommand('rehearse', [])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^scenario +what it is about\n/)
  expect(stdout).toMatch(/^liar +A liar$/m)
})

describe('is refused', () => {
  test.for<[args: string[], why: RegExp]>([
    [['a', 'b'], /one scenario at a time, found a, b/],
    [['hang', '--all'], /only one of SCENARIO, --all and --replay/],
    [['--replay', 'x.json', '--all'], /only one of SCENARIO, --all and --replay/],
    [['hang', '--viewers', '51'], /--viewers: expected a whole number from 1 to 50, found "51"/],
    [['hang', '--seed', 'x'], /--seed: expected a whole number/],
  ])('%j', async ([args, why]) => {
    expectUsageError(await runCommand('rehearse', args), 'rehearse', why)
  })

  test('a scenario that is not there', async () => {
    const { code, stderr } = await runCommand('rehearse', ['storm'])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: Cannot read storm: /)])
  })
})
