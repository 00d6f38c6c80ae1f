import { expect, test } from 'vitest'
import { whoBegins } from '../../../src/player/page/head-start.js'
import type { Policy, VideoNode } from '../../../src/player/playing/player-events.js'

const node = (number: number, listed: Partial<VideoNode>): VideoNode => {
  const url = `http://127.0.0.1:${8000 + number}`
  return { name: `node${number}`, url, healthUrl: `${url}/health`, ...listed }
}
const LIST = [
  node(1, { latencyMs: 50, bandwidthKbps: 3000 }),
  node(2, { latencyMs: 150, bandwidthKbps: 3000 }),
  node(3, { latencyMs: 300, bandwidthKbps: 3000 }),
]
const ALL: Policy = { kind: 'all' }

test.for<[what: string, nodes: VideoNode[], origin: string, policy: Policy, who: string | undefined]>([
  ['the nearest that does not send the scripts', LIST, 'http://127.0.0.1:8001', ALL, 'node2'],
  ['the nearest of all, when another sends the scripts', LIST, 'http://127.0.0.1:8003', ALL, 'node1'],
  [
    'who sends the scripts, when its uplink has no limit',
    LIST.map((listed) => ({ ...listed, bandwidthKbps: 0 })),
    'http://127.0.0.1:8001',
    ALL,
    'node1',
  ],
  [
    'who sends the scripts, when the others are much farther away',
    [node(1, { latencyMs: 50, bandwidthKbps: 3000 }), node(2, { latencyMs: 900, bandwidthKbps: 3000 })],
    'http://127.0.0.1:8001',
    ALL,
    'node1',
  ],
  [
    'the widest uplink',
    [node(1, { latencyMs: 50, bandwidthKbps: 500 }), node(2, { latencyMs: 300, bandwidthKbps: 5000 })],
    'http://127.0.0.1:8009',
    ALL,
    'node2',
  ],
  ['only whom the policy allows', LIST, 'http://127.0.0.1:8001', { kind: 'only', node: 'node3' }, 'node3'],
  [
    'nobody, when the fastest is to be found first',
    LIST,
    'http://127.0.0.1:8001',
    { kind: 'fastest' },
    undefined,
  ],
  ['no server of somebody else', [node(1, { isForeign: true })], 'http://127.0.0.1:8001', ALL, undefined],
])('the beginning is asked of %s', ([, nodes, origin, policy, who]) => {
  expect(whoBegins(nodes, origin, policy)?.name).toBe(who)
})
