import { expect, test } from 'vitest'
import { explainNobody, type Unanswering } from '../../src/cli/explain-nobody.ts'
import type { Surroundings } from '../../src/cli/printed-command.ts'
import { NODE_DEFAULTS } from '../../src/node-list.ts'

const WHERE: Surroundings = {
  ...{ platform: 'linux', userFolder: '/project', projectFolder: '/project', config: undefined },
}

const nobody = (...whys: Unanswering['why'][]): Unanswering[] =>
  whys.map((why, index) => ({
    node: { ...NODE_DEFAULTS, name: `node${index + 1}`, port: 8001 + index, latencyMs: 2500, root: '/' },
    why,
  }))

test.for<[rule: string, nodes: Unanswering[], text: string]>([
  ['there is none', [], 'No node is up.'],
  ['all refuse', nobody('refused', 'refused'), 'No node is up. Start one: npm run start-node node1'],
  [
    'one is slow: it needs time, and nobody is to be started in its place',
    nobody('slow', 'refused'),
    'No node has answered: node1 is slow (2500 ms by the node list); node2 refused. Give them longer: --wait 9',
  ],
  [
    'one is silent: that proves nothing',
    nobody('refused', 'silent'),
    'No node has answered: node1 refused; node2 is silent. ' +
      'What is silent may hang: end that process and start it again, or give it longer with --wait 9',
  ],
  [
    'something else listens there',
    nobody('not a node', 'refused'),
    'No node has answered: node1 is something else than a node; node2 refused. ' +
      'Start one: npm run start-node node2',
  ],
])('%s', ([, nodes, text]) => {
  expect(explainNobody(nodes, '--wait 9', WHERE)).toBe(text)
})

test("somebody else's server is not ours to start", () => {
  const cdn = { name: 'cdn', url: 'http://cdn.example', healthPath: '/health' }
  expect(explainNobody([{ node: cdn, why: 'refused' }], '--wait 9', WHERE)).toBe('No node is up.')
})
