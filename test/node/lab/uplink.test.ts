/** One uplink, many replies: what is small does not wait for the end of what is large. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { expect, test } from 'vitest'
import { request } from '../../helpers/http.ts'
import { startTestNode } from '../../helpers/node.ts'
import { numberedRecords, temporaryFolder, writeReplica } from '../../helpers/storage.ts'

/** The large one takes most of a second. */
const BANDWIDTH_KBPS = 5_000
const LARGE_BYTES = 500_000

test.for([
  ['a text', '/_/player/large.js'],
  ['a replica', '/large.mp4'],
])('a small reply is through before a large one that began sooner: %s', async ([, large = '']) => {
  const folder = temporaryFolder()
  writeReplica(folder, 'player/large.js', `// ${randomBytes(LARGE_BYTES / 2).toString('hex')}`)
  for (const room of ['player', 'verdict', 'lab', 'swarm', 'version', 'words'])
    writeReplica(folder, `${room}/small.js`, 'export {}')
  const below = (room: string): string => path.join(folder, room)
  const pageFolders = {
    player: below('player'),
    verdict: below('verdict'),
    lab: below('lab'),
    swarm: below('swarm'),
    version: below('version'),
    words: below('words'),
  }
  const node = await startTestNode({ bandwidthKbps: BANDWIDTH_KBPS }, { pageFolders })
  writeReplica(node.root, 'large.mp4', numberedRecords(LARGE_BYTES / 10))
  const ended: string[] = []
  const ask = async (target: string): Promise<void> => {
    const { status, body } = await request(node, target)
    expect([status, body.length > 0]).toEqual([200, true])
    ended.push(target)
  }
  const asked = ask(large)
  await request(node, '/_/nodes') // by now the large one has begun
  await Promise.all([asked, ask('/_/player/small.js'), ask('/_/nodes')])
  expect(ended.at(-1)).toBe(large)
})
