/** Each fault on the wire: which bytes come, in which order, how the connection ends, and what the log says. */
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { exchangeRaw, field, getHead, parseReplies, RawConnection, request } from '../../helpers/http.ts'
import { readLab, setLab } from '../../helpers/lab.ts'
import { startTestNode, type TestNode } from '../../helpers/node.ts'
import { numberedRecords, writeReplicaWithManifest } from '../../helpers/storage.ts'

const CHUNK = 256 * 1024
/** Three chunks and a bit. */
const CONTENT = numberedRecords(80_000)

async function start(options: Parameters<typeof startTestNode>[1] = {}): Promise<TestNode> {
  const node = await startTestNode({}, { opensLab: true, ...options })
  writeReplicaWithManifest(node.root, 'demo.mp4', CONTENT)
  return node
}

/** Asks for the video on a connection that is then watched. */
async function ask(node: TestNode, ...lines: string[]): Promise<RawConnection> {
  const connection = await RawConnection.open(node)
  connection.send(getHead('/demo.mp4', ...lines))
  return connection
}

/** The bytes of the body that have come, while the reply may go on. */
const bodyOf = (connection: RawConnection): Buffer => {
  const headEnd = connection.received.indexOf('\r\n\r\n')
  return headEnd === -1 ? Buffer.alloc(0) : connection.received.subarray(headEnd + 4)
}
/** Long enough for whatever was going to come. */
const settle = (): Promise<void> => setTimeout(60)

const lastRecord = async (node: TestNode, target = '/demo.mp4') => {
  const find = () => node.records.findLast((record) => record.target === target)
  await expect.poll(find).toBeDefined()
  return find()
}

describe('hang', () => {
  test('nothing is answered, not even /health, but the lab; afterwards everything is', async () => {
    const node = await start()
    await setLab(node, { faults: { hang: true } })
    const connections = await Promise.all(
      ['/demo.mp4', '/health', '/', '/_/nodes', '/watch/demo.mp4'].map(async (target) => {
        const connection = await RawConnection.open(node)
        connection.send(getHead(target))
        return connection
      }),
    )
    await settle()
    expect(connections.map(({ receivedBytes, isClosed }) => [receivedBytes, isClosed])).toEqual(
      connections.map(() => [0, false]),
    )
    expect((await readLab(node)).faults['hang']).toMatchObject({ hits: 5, leftMs: null })
    await setLab(node, {})
    const [video] = (await connections[0]?.replies(1)) ?? []
    expect(video?.body.equals(CONTENT)).toBe(true)
    expect(video && field(video, 'X-Lab')).toBe('hang')
    const others = await Promise.all(connections.slice(1).map((connection) => connection.replies(1)))
    expect(others.map(([reply]) => reply?.status)).toEqual([200, 200, 200, 200])
    expect(await lastRecord(node)).toMatchObject({ end: 'complete', faults: ['hangs'] })
  })

  test('a body that is under way stops, and goes on where it stopped', async () => {
    const node = await start()
    await setLab(node, { impairments: { bandwidthKbps: 8000 } }) // 0.8 s in all
    const connection = await ask(node)
    await connection.until(() => bodyOf(connection).length > 50_000)
    await setLab(node, { impairments: { bandwidthKbps: 8000 }, faults: { hang: true } })
    await settle()
    const stoppedAt = connection.receivedBytes
    await settle()
    expect(connection.receivedBytes).toBe(stoppedAt)
    expect(connection.isClosed).toBe(false)
    await setLab(node, {})
    const [reply] = await connection.replies(1)
    expect(reply?.body.equals(CONTENT)).toBe(true)
  })

  test('ends by itself after its time', async () => {
    const node = await start()
    await setLab(node, { faults: { hang: { forMs: 80 } } })
    const reply = await request(node, '/health')
    expect(reply.headers['x-lab']).toBe('hang')
    expect((await readLab(node)).faults).toEqual({})
  })

  test('who hangs up meanwhile is forgotten', async () => {
    const node = await start()
    await setLab(node, { faults: { hang: true } })
    const connection = await ask(node)
    await expect.poll(async () => (await readLab(node)).faults['hang']?.hits).toBe(1)
    connection.hangUp()
    expect(await lastRecord(node)).toMatchObject({ end: 'hung up', status: undefined, faults: ['hangs'] })
  })
})

test('tail: an answer waits, says so, and is as it would have been', async () => {
  const node = await start()
  await setLab(node, { seed: 1, faults: { tail: { medianMs: 60, p99Ms: 60 } } })
  const began = performance.now()
  const reply = await request(node, '/demo.mp4', { headers: { Range: 'bytes=5-9' } })
  expect(performance.now() - began).toBeGreaterThanOrEqual(59)
  expect([reply.text, reply.headers['x-lab']]).toEqual([CONTENT.toString('latin1', 5, 10), 'tail'])
  await setLab(node, { faults: { tail: { medianMs: 60_000, p99Ms: 60_000 } } })
  const waiting = request(node, '/health')
  await expect.poll(async () => (await readLab(node)).faults['tail']?.hits).toBe(1)
  await setLab(node, {})
  expect((await waiting).status).toBe(200)
})

describe('stall', () => {
  test('exactly so many bytes come, then nothing, and the connection stays', async () => {
    const node = await start()
    await setLab(node, { faults: { stall: { afterBytes: 100_001 } } })
    const connection = await ask(node)
    await connection.until(() => bodyOf(connection).length >= 100_001)
    await settle()
    expect(bodyOf(connection).equals(CONTENT.subarray(0, 100_001))).toBe(true)
    expect(connection.isClosed).toBe(false)
    const [reply] = parseReplies(connection.received)
    expect(reply && field(reply, 'X-Lab')).toBe('stall')
    await setLab(node, {})
    const [whole] = await connection.replies(1)
    expect(whole?.body.equals(CONTENT)).toBe(true)
  })

  test('of 0 bytes leaves the head alone', async () => {
    const node = await start()
    await setLab(node, { faults: { stall: { afterBytes: 0 } } })
    const connection = await ask(node)
    await connection.until(() => connection.received.includes('\r\n\r\n'))
    await settle()
    expect(bodyOf(connection)).toHaveLength(0)
    expect(connection.received.toString('latin1')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  })

  test('what is not longer comes whole, and is not touched', async () => {
    const node = await start()
    await setLab(node, { faults: { stall: { afterBytes: 1000 } } })
    const [reply] = await (await ask(node, 'Range: bytes=5-1004')).replies(1)
    expect(reply?.body.equals(CONTENT.subarray(5, 1005))).toBe(true)
    expect(reply && field(reply, 'X-Lab')).toBeUndefined()
    expect((await readLab(node)).faults['stall']?.hits).toBe(0)
  })

  test('pages come whole', async () => {
    const node = await start()
    await setLab(node, { faults: { stall: { afterBytes: 10 } } })
    expect((await request(node, '/')).status).toBe(200)
    expect((await request(node, '/watch/demo.mp4')).status).toBe(200)
  })

  test('a HEAD has no body that could stall', async () => {
    const node = await start()
    await setLab(node, { faults: { stall: { afterBytes: 0 } } })
    expect((await request(node, '/demo.mp4', { method: 'HEAD' })).status).toBe(200)
  })
})

describe('cut', () => {
  test('by an end: exactly so many bytes, and a connection that ends in order', async () => {
    const node = await start()
    await setLab(node, { faults: { cut: { afterBytes: 50_000, how: 'fin' } } })
    const connection = await ask(node)
    await connection.untilClosed()
    expect(bodyOf(connection).equals(CONTENT.subarray(0, 50_000))).toBe(true)
    const [reply] = parseReplies(connection.received)
    expect(reply).toMatchObject({ status: 200, missingBytes: CONTENT.length - 50_000 })
    expect(reply && field(reply, 'X-Lab')).toBe('cut')
    expect(await lastRecord(node)).toMatchObject({
      ...{ end: 'ended by a fault', bytesSent: 50_000, faults: ['cuts after 50000 bytes (fin)'] },
    })
  })

  test('by a reset: no more than so many bytes, and an error', async () => {
    const node = await start()
    await setLab(node, { faults: { cut: { afterBytes: 50_000, how: 'reset' } } })
    const connection = await ask(node)
    await connection.untilClosed()
    expect(bodyOf(connection).length).toBeLessThanOrEqual(50_000)
    await expect(request(node, '/demo.mp4')).rejects.toThrow(/ECONNRESET|aborted/)
  })

  test('comes at once to a reply that is beyond that, however slowly it is read', async () => {
    const node = await start()
    const large = Buffer.alloc(64 * 1024 * 1024, 1)
    writeReplicaWithManifest(node.root, 'large.mp4', large)
    const connection = await RawConnection.open(node)
    connection.send(getHead('/large.mp4'))
    await connection.until(() => connection.receivedBytes > 0)
    connection.pause()
    await settle()
    await setLab(node, { faults: { cut: { afterBytes: 0, how: 'reset' } } })
    await expect.poll(() => node.records.map(({ end }) => end)).toContain('ended by a fault')
  })
})

describe('refuse', () => {
  test('connections are reset, new ones refused, and it comes back by itself', async () => {
    const node = await start()
    const idle = await RawConnection.open(node)
    expect(await setLab(node, { faults: { refuse: { forMs: 300 } } })).toHaveProperty(
      'faults.refuse.hits',
      null,
    )
    await idle.untilClosed()
    await expect(RawConnection.open(node)).rejects.toThrow('ECONNREFUSED')
    await expect
      .poll(() =>
        RawConnection.open(node).then(
          () => 'open',
          () => 'refused',
        ),
      )
      .toBe('open')
    expect((await request(node, '/demo.mp4')).body.equals(CONTENT)).toBe(true)
    expect((await readLab(node)).faults).toEqual({})
  })

  test('a node that is closed meanwhile stays closed', async () => {
    const node = await start()
    await setLab(node, { faults: { refuse: { forMs: 100 } } })
    await node.close()
    await setTimeout(150)
    await expect(RawConnection.open(node)).rejects.toThrow('ECONNREFUSED')
  })
})

test('flap: it refuses and comes back, again and again', async () => {
  const node = await start()
  await setLab(node, { faults: { flap: { upMs: 60, downMs: 60 } } })
  const state = () =>
    RawConnection.open(node).then(
      () => 'open',
      () => 'refused',
    )
  for (let turn = 0; turn < 3; turn++) {
    await expect.poll(state, { interval: 5 }).toBe('refused')
    await expect.poll(state, { interval: 5 }).toBe('open')
  }
})

describe('status', () => {
  test('503 says when to come again', async () => {
    const node = await start()
    await setLab(node, { faults: { status: { code: 503, retryAfterS: 7 } } })
    for (const target of ['/demo.mp4', '/health', '/_/manifest/demo.mp4']) {
      expect(await request(node, target)).toMatchObject({
        status: 503,
        headers: { 'retry-after': '7', 'x-lab': 'status' },
        text: '503 Service Unavailable: the lab of this node answers so on purpose\n',
      })
    }
    expect((await request(node, '/')).status).toBe(200)
    expect((await request(node, '/_/nodes')).status).toBe(200)
  })

  test.for([404, 500])('%i has nothing of the kind', async (code) => {
    const node = await start()
    await setLab(node, { faults: { status: { code } } })
    const reply = await request(node, '/demo.mp4')
    expect([reply.status, reply.headers['retry-after']]).toEqual([code, undefined])
    expect((await request(node, '/health')).status).toBe(code === 404 ? 200 : code) // only a file can be gone
  })

  test('a share is the same again with the same seed, and another one with another', async () => {
    const node = await start()
    const statuses = async (seed: number): Promise<string> => {
      await setLab(node, {})
      await setLab(node, { seed, faults: { status: { share: 0.5 } } })
      const ranges = Array.from({ length: 40 }, (_, index) => `bytes=${(index % 4) * CHUNK}-`)
      const replies = []
      for (const range of ranges)
        replies.push(await request(node, '/demo.mp4', { method: 'HEAD', headers: { Range: range } }))
      return replies.map(({ status }) => (status === 503 ? 'x' : '.')).join('')
    }
    const first = await statuses(1)
    expect(await statuses(1)).toBe(first)
    expect(await statuses(2)).not.toBe(first)
    const share = [...first].filter((mark) => mark === 'x').length / first.length
    expect(share).toBeGreaterThan(0.25)
    expect(share).toBeLessThan(0.75)
  })
})

describe('corrupt', () => {
  const differing = (body: Buffer, start = 0): number[] =>
    [...body.keys()].filter((index) => body[index] !== CONTENT[start + index]).map((index) => start + index)

  test('one bit of every chunk, the same one whoever asks and however', async () => {
    const node = await start()
    await setLab(node, { seed: 3, faults: { corrupt: true } })
    const { body, headers } = await request(node, '/demo.mp4')
    expect(headers['x-lab']).toBe('corrupt')
    const wrong = differing(body)
    expect(wrong.map((at) => Math.floor(at / CHUNK))).toEqual([0, 1, 2, 3])
    for (const at of wrong) {
      const bits = (body[at] ?? 0) ^ (CONTENT[at] ?? 0)
      expect(Math.log2(bits) % 1).toBe(0)
      const one = await request(node, '/demo.mp4', { headers: { Range: `bytes=${at}-${at}` } })
      expect(one.body[0]).toBe(body[at])
    }
    const [first = 0] = wrong
    const behind = await request(node, '/demo.mp4', { headers: { Range: `bytes=${first + 1}-${CHUNK - 1}` } })
    expect(differing(behind.body, first + 1)).toEqual([])
    expect(behind.headers['x-lab']).toBeUndefined()
  })

  test('of every second chunk: of that many', async () => {
    const node = await start()
    await setLab(node, { seed: 3, faults: { corrupt: { everyChunks: 2 } } })
    const chunks = differing((await request(node, '/demo.mp4')).body).map((at) => Math.floor(at / CHUNK))
    expect([
      [0, 2],
      [1, 3],
    ]).toContainEqual(chunks)
  })

  test('never in what describes it, nor on the disk', async () => {
    const node = await start()
    const clean = await request(node, '/_/manifest/demo.mp4')
    await setLab(node, { faults: { corrupt: true } })
    expect((await request(node, '/_/manifest/demo.mp4')).text).toBe(clean.text)
    await request(node, '/demo.mp4')
    await setLab(node, {})
    expect((await request(node, '/demo.mp4')).body.equals(CONTENT)).toBe(true)
  })
})

test('lossy: all bytes come, in order, and it says that it is touched', async () => {
  const node = await start()
  await setLab(node, { faults: { lossy: { share: 0.0001, rttMs: 1 } } })
  const reply = await request(node, '/demo.mp4', { headers: { Range: 'bytes=0-199999' } })
  expect(reply.body.equals(CONTENT.subarray(0, 200_000))).toBe(true)
  expect(reply.headers['x-lab']).toBe('lossy')
  expect((await readLab(node)).faults['lossy']?.hits).toBe(1)
})

test('crash: it ends the process, and whoever asked for it is told before', async () => {
  let hasCrashed = false
  const node = await start({
    crash: () => {
      hasCrashed = true
    },
  })
  expect(await setLab(node, { faults: { crash: true } })).toHaveProperty('faults.crash')
  await expect.poll(() => hasCrashed).toBe(true)
})

describe('several at once', () => {
  test('the one that strikes first does', async () => {
    const node = await start()
    const stall = { afterBytes: 30_000 }
    await setLab(node, { faults: { stall, cut: { afterBytes: 20_000, how: 'fin' } } })
    const first = await ask(node)
    await first.untilClosed()
    expect(bodyOf(first)).toHaveLength(20_000)
    await setLab(node, { faults: { stall, cut: { afterBytes: 40_000, how: 'fin' } } })
    const second = await ask(node)
    await second.until(() => bodyOf(second).length >= 30_000)
    await settle()
    expect([bodyOf(second).length, second.isClosed]).toEqual([30_000, false])
    await setLab(node, { faults: { cut: { afterBytes: 40_000, how: 'fin' } } })
    await second.untilClosed()
    expect(bodyOf(second).equals(CONTENT.subarray(0, 40_000))).toBe(true)
    expect(await lastRecord(node)).toMatchObject({
      faults: ['stalls after 30000 bytes', 'cuts after 40000 bytes (fin)'],
    })
  })

  test('wrong bytes, then a cut', async () => {
    const node = await start()
    await setLab(node, { faults: { corrupt: true, cut: { afterBytes: 10_000, how: 'fin' } } })
    const connection = await ask(node)
    await connection.untilClosed()
    const body = bodyOf(connection)
    expect(body).toHaveLength(10_000)
    expect([...body.keys()].filter((at) => body[at] !== CONTENT[at])).toHaveLength(1)
    const [reply] = parseReplies(connection.received)
    expect(reply && field(reply, 'X-Lab')).toBe('cut, corrupt')
  })

  test('a hang keeps back an error that is over by then: it does not come', async () => {
    const node = await start()
    await setLab(node, { faults: { hang: true, status: { code: 500 } } })
    const asked = request(node, '/demo.mp4')
    await expect.poll(async () => (await readLab(node)).faults['hang']?.hits).toBe(1)
    await setLab(node, {})
    expect((await asked).status).toBe(200)
  })

  test('a hang that follows a hang holds on', async () => {
    const node = await start()
    await setLab(node, { faults: { hang: { forMs: 60_000 } } })
    const asked = request(node, '/demo.mp4', { method: 'HEAD' })
    await expect.poll(async () => (await readLab(node)).faults['hang']?.hits).toBe(1)
    await setLab(node, { faults: { hang: true } })
    await expect.poll(async () => (await readLab(node)).faults['hang']?.hits).toBe(1)
    await setLab(node, {})
    expect((await asked).status).toBe(200)
  })

  test('a hang keeps back an error, which then comes', async () => {
    const node = await start()
    await setLab(node, { faults: { hang: { forMs: 60 }, status: { code: 500 } } })
    const reply = await request(node, '/demo.mp4')
    expect([reply.status, reply.headers['x-lab']]).toEqual([500, 'hang, status'])
  })

  test('fifty replies under way obey, and all go on', async () => {
    const node = await start()
    await setLab(node, { faults: { stall: { afterBytes: 1000 } } })
    const connections = await Promise.all(Array.from({ length: 50 }, () => ask(node)))
    await Promise.all(connections.map((one) => one.until(() => bodyOf(one).length >= 1000)))
    expect((await readLab(node)).faults['stall']?.hits).toBe(50)
    await setLab(node, {})
    const replies = await Promise.all(connections.map((one) => one.replies(1)))
    expect(replies.every(([reply]) => reply?.body.equals(CONTENT))).toBe(true)
  })
})

describe('what is set', () => {
  test('goes on with its time when the same is set beside another', async () => {
    const node = await start()
    await setLab(node, { faults: { stall: { afterBytes: 9, forMs: 60_000 } } })
    await settle()
    const after = await setLab(node, {
      faults: { stall: { afterBytes: 9, forMs: 60_000 }, corrupt: true },
    })
    expect(after.faults['stall']?.agoMs).toBeGreaterThanOrEqual(50)
    expect(after.faults['corrupt']?.agoMs).toBeLessThan(50)
  })

  test('heals when whoever set it does not say that it goes on', async () => {
    const node = await start()
    const { revision } = await setLab(node, { leaseMs: 120, faults: { stall: { afterBytes: 9 } } })
    for (let turn = 0; turn < 4; turn++) {
      await setTimeout(60)
      await setLab(node, { renew: revision })
    }
    expect((await readLab(node)).faults).toHaveProperty('stall')
    await expect.poll(async () => (await readLab(node)).faults).toEqual({})
    await expect(setLab(node, { renew: revision })).rejects.toThrow()
  })

  test('is not renewed by who set something before', async () => {
    const node = await start()
    const { revision } = await setLab(node, { leaseMs: 60_000, faults: { stall: { afterBytes: 9 } } })
    await setLab(node, { leaseMs: 60_000, faults: { corrupt: true } })
    await expect(setLab(node, { renew: revision })).rejects.toThrow('409')
  })

  test('makes a node seem farther away, and nearer again', async () => {
    const node = await start()
    const set = await setLab(node, { impairments: { latencyMs: 70, bandwidthKbps: 800 } })
    expect(set.impairments).toEqual({ latencyMs: 70, jitterMs: 0, bandwidthKbps: 800 })
    const began = performance.now()
    const health = await request(node, '/health')
    expect(performance.now() - began).toBeGreaterThanOrEqual(70)
    expect(JSON.parse(health.text)).toMatchObject({ latencyMs: 70, bandwidthKbps: 800 })
    expect(await lastRecord(node, '/health')).toMatchObject({ latencyMs: 70 })
    await setLab(node, {})
    expect(JSON.parse((await request(node, '/health')).text)).toMatchObject({
      latencyMs: 0,
      bandwidthKbps: 0,
    })
  })

  test('stands on the page of the node', async () => {
    const node = await start()
    await setLab(node, { impairments: { latencyMs: 7 }, faults: { stall: { afterBytes: 5 } } })
    expect((await request(node, '/')).text).toContain('simulated latency 7 ms; stalls after 5 bytes</p>')
    await setLab(node, {})
    expect((await request(node, '/')).text).toContain('simulated latency 0 ms</p>')
  })

  test('changes the pace of a body that is under way', async () => {
    const node = await start()
    await setLab(node, { impairments: { bandwidthKbps: 80 } }) // 80 s for all of it
    const connection = await ask(node)
    await connection.until(() => bodyOf(connection).length > 0)
    await setLab(node, {})
    const [reply] = await connection.replies(1)
    expect(reply?.body.equals(CONTENT)).toBe(true)
  })

  test('comes from the node list too', async () => {
    const node = await startTestNode({ faults: { status: { code: 503, retryAfterS: 2, share: 1 } } })
    expect((await request(node, '/health')).status).toBe(503)
  })

  test('the lab answers at once, however far away the node is to seem', async () => {
    const node = await start()
    await setLab(node, { impairments: { latencyMs: 60_000, bandwidthKbps: 1 } })
    expect(await readLab(node)).toMatchObject({ impairments: { latencyMs: 60_000 } })
  })
})

test('a node without faults says nothing of a lab', async () => {
  const node = await start()
  const reply = await exchangeRaw(node, getHead('/demo.mp4'))
  expect(field(reply, 'X-Lab')).toBeUndefined()
  expect(await lastRecord(node)).not.toHaveProperty('faults')
})
