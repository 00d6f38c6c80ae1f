/** `fault` as a command: what it sets on running nodes, what it shows, and what it refuses. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectUsageError, freePorts, runCommand, startCommand, temporaryFolder } from '../helpers/command.ts'

/** Two nodes of a list, of which those named run. */
async function startNodes(...running: string[]): Promise<string[]> {
  const folder = temporaryFolder()
  const ports = await freePorts(2)
  const nodes = ports.map((port, index) => ({
    name: `node${index + 1}`,
    port,
    latencyMs: 0,
    root: `node${index + 1}`,
  }))
  const config = path.join(folder, 'nodes.json')
  writeFileSync(config, JSON.stringify({ nodes }))
  for (const name of running) {
    const node = startCommand('start-node', [name, '--config', config, '--lab'])
    await node.waitForLine(/./)
  }
  return ['--config', config]
}

describe('fault', () => {
  test('shows, sets one beside another, and heals', async () => {
    const config = await startNodes('node1', 'node2')
    const first = await runCommand('fault', ['node2', 'hang', '10s', ...config])
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(
      /^node +what it does +since +ends in +hits\nnode2 +hangs +\d+ ms +10 s +0\n$/,
    )
    const second = await runCommand('fault', ['node2', 'corrupt', '--for', '1min', ...config])
    expect(second.stdout).toMatch(
      /node2 +hangs +.* s +0\nnode2 +sends a wrong bit in every chunk +\d+ ms +60 s +0\n/,
    )
    const farther = await runCommand('fault', ['node1', 'latencyMs=900', ...config])
    expect(farther.stdout).toMatch(/node1 +has latencyMs set to 900\n/)
    const shown = await runCommand('fault', config)
    expect(shown.stdout).toMatch(/node1 +has latencyMs set to 900\nnode2 +hangs.*\nnode2 +sends/)
    const healed = await runCommand('fault', ['heal', ...config])
    expect(healed.stdout).toMatch(/node1 +no fault \(http:\S+\)\nnode2 +no fault/)
  })

  test('tells of a node that cannot be asked, and shows the others', async () => {
    const config = await startNodes('node1')
    const { code, stdout, stderr } = await runCommand('fault', config)
    expect(stdout).toMatch(/node1 +no fault.*\nnode2 +cannot be asked: the connection was refused\n/)
    expect([code, stderr]).toEqual([1, 'error: not every node could be reached\n'])
  })

  test('a crash ends the process', async () => {
    const config = await startNodes('node1', 'node2')
    expect(await runCommand('fault', ['node1', 'crash', ...config])).toMatchObject({ code: 0 })
    const { stdout } = await runCommand('fault', config)
    expect(stdout).toMatch(/node1 +cannot be asked: the connection was refused\nnode2 +no fault/)
  })

  test('a node without a lab says how it would have one', async () => {
    const config = await startNodes()
    const node = startCommand('start-node', ['node1', ...config])
    await node.waitForLine(/./)
    const { stdout } = await runCommand('fault', ['node1', 'hang', ...config])
    expect(stdout).toMatch(/node1 +has a lab that is closed: start it with --lab\n/)
  })

  test.for<[args: string[], message: string]>([
    [['node9', 'hang'], 'there is no node "node9" of ours in the node list; it has node1, node2'],
    [['hang'], 'name a node first: node1, node2'],
    [['latencyMs=5'], 'name a node first: node1, node2'],
    [['node1', 'hand'], 'hand: expected a fault: hang, tail'],
    [['node1', 'stall'], 'stall.afterBytes: expected bytes'],
    [['node1', 'speed=5'], 'there is no speed; there are latencyMs, jitterMs, bandwidthKbps'],
    [['node1', 'latencyMs=-5'], 'latencyMs: expected milliseconds from 0 to 60000, found "-5"'],
    [['node1', 'hang', '--for', 'ever'], '--for: expected a time such as 500ms, 10s or 2min, found "ever"'],
    [['--for', '5s'], '--for belongs to a fault'],
    [['node1', 'hang', '--heal'], '--heal sets no fault, found hang'],
  ])('%j is refused', async ([args, message]) => {
    const config = await startNodes()
    const ended = await runCommand('fault', [...args, ...config])
    expectUsageError(ended, 'fault', new RegExp(message.replace(/[.?]/g, '\\$&')))
  })
})

test('a node starts with the faults of its flag, and says so', async () => {
  const [port] = await freePorts(1)
  const node = startCommand('start-node', [
    ...['--name', 'bad', '--port', String(port), '--root', path.join(temporaryFolder(), 'bad')],
    ...['--faults', 'status code=500, hang 1ms'],
  ])
  expect(await node.waitForLine(/./)).toContain('(simulated latency 0 ms; hangs; answers 500)')
  await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(500)
})
