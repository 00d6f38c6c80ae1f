/** What a node does with the time of a simulated latency: nothing is decided long before it is over (pages.test.ts: nor sent). */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { request } from '../../helpers/http.ts'
import { startTestNode } from '../../helpers/node.ts'
import { numberedRecords, writeReplica } from '../../helpers/storage.ts'

test('what changes while a request is far away is seen by its answer', async () => {
  const node = await startTestNode({ latencyMs: 1_000 })
  writeReplica(node.root, 'demo.mp4', numberedRecords(100))
  writeReplica(node.root, 'gone.mp4', numberedRecords(100))
  const asked = Promise.all([
    request(node, '/demo.mp4'),
    request(node, '/gone.mp4'),
    request(node, '/new.mp4'),
  ])
  await delay(100)
  writeReplica(node.root, 'demo.mp4', numberedRecords(50))
  writeReplica(node.root, 'new.mp4', numberedRecords(20))
  rmSync(path.join(node.root, 'gone.mp4'))
  const [changed, gone, added] = await asked
  expect(changed.body.equals(numberedRecords(50))).toBe(true)
  expect(gone.status).toBe(404)
  expect(added.body.equals(numberedRecords(20))).toBe(true)
})
