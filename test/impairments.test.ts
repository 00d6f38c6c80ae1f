/** An impairment is declared once, and is then everywhere where a node's impairments are. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { describeImpairments, eachImpairment, IMPAIRMENT_HELP, IMPAIRMENTS } from '../src/impairments.ts'
import { viewFrom } from '../src/node/directory.ts'
import { ownNodes, parseNodeList } from '../src/node-list.ts'
import { makeProject, PROJECT_FOLDER, startCommand } from './helpers/command.ts'

test.for<[latencyMs: number, jitterMs: number, bandwidthKbps: number, text: string]>([
  [50, 0, 0, 'simulated latency 50 ms'],
  [0, 0, 0, 'simulated latency 0 ms'],
  [50, 10, 0, 'simulated latency 50 ms ± 10 ms'],
  [50, 0, 4000, 'simulated latency 50 ms, 4000 kbit/s'],
  [0.5, 10, 4000, 'simulated latency 0.5 ms ± 10 ms, 4000 kbit/s'],
])('impairments %d, %d and %d are: %s', ([latencyMs, jitterMs, bandwidthKbps, text]) => {
  expect(describeImpairments({ latencyMs, jitterMs, bandwidthKbps })).toBe(text)
})

test('every impairment is a field of the node list, which a page sees too', () => {
  const impairments = eachImpairment((name) => Object.keys(IMPAIRMENTS).indexOf(name) + 1)
  const list = { nodes: [{ name: 'node1', port: 8001, root: 'node1', ...impairments }] }
  const nodes = ownNodes(parseNodeList(JSON.stringify(list), 'nodes.json', '/'))
  expect(nodes).toEqual([expect.objectContaining(impairments)])
  expect(viewFrom(nodes, 'node1').nodes).toEqual([expect.objectContaining(impairments)])
})

test('every impairment is a flag, told in the banner and in /health', async () => {
  const { config } = await makeProject()
  const values = eachImpairment((name) => Object.keys(IMPAIRMENTS).indexOf(name) + 5)
  const flags = Object.values(eachImpairment((name, { flag }) => [`--${flag}`, String(values[name])])).flat()
  const node = startCommand('start-node', ['node1', '--port', '0', '--config', config, ...flags])
  const banner = await node.waitForLine(/./)
  expect(banner).toContain(`(${describeImpairments(values)})`)
  const [url = ''] = /http:\S+/.exec(banner) ?? []
  expect(await (await fetch(`${url}health`)).json()).toMatchObject(values)
})

test('every impairment has its lines in the help, which fit a terminal', () => {
  for (const { flag } of Object.values(IMPAIRMENTS))
    expect(IMPAIRMENT_HELP).toMatch(new RegExp(`^  --${flag} `, 'm'))
  for (const line of IMPAIRMENT_HELP.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('an impairment stands in three files: what it is, what it does to a reply, and how long it may take', () => {
  const sources = readdirSync(path.join(PROJECT_FOLDER, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:ts|js)$/.test(file))
    .map((file) => file.replaceAll('\\', '/'))
  const naming = (field: string) =>
    sources
      .filter((file) => readFileSync(path.join(PROJECT_FOLDER, 'src', file), 'utf8').includes(field))
      .sort()
  const places = ['impairments.ts', 'node/lab/impairments.ts', 'swarm/patience.js']
  expect(naming('jitterMs')).toEqual(places)
  // A button of the page sets this one, and the nodes of a scenario have it, as those of nodes.json.
  expect(naming('bandwidthKbps')).toEqual([...places, 'lab/presets.js', 'scenario/scenario.ts'].sort())
})
