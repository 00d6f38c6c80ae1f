// @ts-check
/**
 * Plays a newcomer in the folder that it is run in, a fresh clone in which nothing is installed: every command runs
 * as `node src/NAME.ts` (Node.js >= 22.18), and the whole demo too; then with a Node.js that is too old, the argument.
 * What the README says is `npm run lessons`' part.
 */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

const PORTS = [8001, 8002, 8003]
const COMMANDS = ['start-node', 'replicate', 'pick-node', 'pull', 'fault', 'viewers', 'rehearse', 'demo']

/** @param {string} text */
const sha256 = (text) => createHash('sha256').update(text).digest('hex')

/**
 * Starts the whole demo, compares what each node serves with the sample, and ends it as Ctrl+C would.
 * @param {string} program
 * @param {readonly string[]} args
 */
async function playDemo(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const deadline = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), 60_000)
  let output = ''
  await new Promise((resolve, reject) => {
    void exited.then(() => reject(new Error(`The demo ended: ${output}`)))
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
      if (output.includes('node1 is the fastest that has demo.mp4')) resolve(undefined)
    })
  })
  const sample = sha256(readFileSync('media/demo.mp4', 'latin1'))
  const compare = async (/** @type {number} */ port) => {
    const response = await fetch(`http://127.0.0.1:${port}/demo.mp4`)
    assert.equal(response.status, 200)
    assert.equal(sha256(Buffer.from(await response.arrayBuffer()).toString('latin1')), sample, `port ${port}`)
  }
  await Promise.all(PORTS.map(compare))
  assert.ok(child.pid)
  process.kill(-child.pid, 'SIGINT') // a terminal sends it to all of them
  await exited
  clearTimeout(deadline)
  for (const port of PORTS)
    await assert.rejects(fetch(`http://127.0.0.1:${port}/health`), `port ${port} is still served`)
  console.log(`${[program, ...args].join(' ')}: the sample on three ports, and gone after Ctrl+C`)
}

assert.ok(!existsSync('node_modules'), 'something is installed')
for (const command of COMMANDS) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`src/${command}.ts`, '--help'], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^usage: /)
  assert.equal(stderr, '', `${command} complains`)
}
await playDemo(process.execPath, ['src/demo.ts', '--no-open'])

const [, , oldNode = assert.fail('usage: newcomer.mjs OLD_NODE')] = process.argv
for (const command of COMMANDS) {
  const args = ['src/cli/launch.cjs', `src/${command}.ts`, '--help'] // as the npm scripts do
  const { status, stdout, stderr } = spawnSync(oldNode, args, { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stdout + stderr, /^error: needs Node\.js 20\.19 or newer, this is 18\.[^\n]+\n$/)
}
console.log('an old Node.js: one line from each command')
