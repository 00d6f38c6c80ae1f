/** `GET` and `HEAD` of a replica over the wire: bytes, ranges, preconditions, and what describes them. */
import { createHash } from 'node:crypto'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeStorageName } from '../../src/version/url-path.js'
import { exchangeRaw, fieldLines, getHead, type HttpReply, RawConnection, request } from '../helpers/http.ts'
import { startTestNode, type TestNode } from '../helpers/node.ts'
import {
  MODIFIED,
  MODIFIED_HTTP_DATE,
  numberedRecords,
  temporaryFolder,
  writeManifest,
  writeReplica,
  writeReplicaWithManifest,
} from '../helpers/storage.ts'

/** 1000 bytes. */
const RECORDS = numberedRecords(100)
const TEXT = RECORDS.toString()
const SIZE = RECORDS.length

/** A node with `demo.mp4`, its manifest, and an empty file. */
async function startWithVideo(): Promise<TestNode> {
  const node = await startTestNode()
  writeReplicaWithManifest(node.root, 'demo.mp4', RECORDS)
  writeReplica(node.root, 'empty.mp4', '')
  return node
}

type Ends = readonly [start: number, end: number]
const slice = ([start, end]: Ends): string => RECORDS.subarray(start, end + 1).toString()
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()

test('without Range the whole file comes, with all that describes it', async () => {
  const node = await startWithVideo()
  const reply = await request(node, '/demo.mp4')
  expect(reply.status).toBe(200)
  expect(reply.text).toBe(TEXT)
  expect(reply.headers).toMatchObject({
    'content-length': String(SIZE),
    'content-type': 'video/mp4',
    'accept-ranges': 'bytes',
    etag: `"${sha256(RECORDS).toString('hex')}"`,
    'last-modified': MODIFIED_HTTP_DATE,
    'repr-digest': `sha-256=:${sha256(RECORDS).toString('base64')}:`,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  })
  expect(reply.headers).not.toHaveProperty('content-range')
  expect(Date.parse(reply.headers.date ?? '')).toBeGreaterThan(MODIFIED.getTime()) // RFC 9110 §6.6.1
})

describe('a range', () => {
  test.for<[section: string, rule: string, range: string, ends: Ends]>([
    ['§14.1.2', 'both ends are inclusive', 'bytes=0-0', [0, 0]],
    ['§14.1.2', 'it may lie anywhere', 'bytes=345-678', [345, 678]],
    ['§14.1.2', 'without an end it goes to the last byte', 'bytes=990-', [990, 999]],
    ['§14.1.2', 'from the first byte on it is the whole file, and still a range', 'bytes=0-', [0, 999]],
    ['§14.1.2', 'a suffix is the last bytes', 'bytes=-10', [990, 999]],
    ['§14.1.2', 'an overlong suffix is the whole file', 'bytes=-5000', [0, 999]],
    ['§14.1.2', 'an end behind the file is its last byte', 'bytes=995-5000', [995, 999]],
    ['§14.1.2', 'an end may have any number of digits', `bytes=995-${'9'.repeat(400)}`, [995, 999]],
    ['§14.1', 'the unit has no case', 'ByTeS=1-2', [1, 2]],
    ['§5.6.1.2', 'empty list elements mean nothing', 'bytes=,1-2, ,', [1, 2]],
    ['§15.3.7.2', 'touching ranges are joined', 'bytes=10-19,20-29', [10, 29]],
    ['§15.3.7.2', 'overlapping ranges are joined', 'bytes=10-25,20-29', [10, 29]],
    ['§14.2', 'what cannot be met is left out beside what can', 'bytes=5000-,7-8', [7, 8]],
  ])('RFC 9110 %s: %s', async ([, , range, ends]) => {
    const node = await startWithVideo()
    const { status, headers, text } = await request(node, '/demo.mp4', { headers: { range } })
    expect({ status, text }).toEqual({ status: 206, text: slice(ends) })
    expect(headers).toMatchObject({
      'content-range': `bytes ${ends[0]}-${ends[1]}/${SIZE}`,
      'content-length': String(ends[1] - ends[0] + 1),
      'content-type': 'video/mp4',
    })
  })

  test('its answer carries what the whole file would carry (RFC 9110 §15.3.7)', async () => {
    const node = await startWithVideo()
    const whole = await request(node, '/demo.mp4')
    const part = await request(node, '/demo.mp4', { headers: { range: 'bytes=10-19' } })
    for (const name of ['etag', 'last-modified', 'cache-control', 'vary', 'accept-ranges', 'repr-digest']) {
      expect([name, part.headers[name]]).toEqual([name, whole.headers[name]])
    }
  })

  test.for<[section: string, rule: string, file: string, range: string]>([
    ['§14.2', 'another unit is ignored', 'demo.mp4', 'records=0-9'],
    ['§14.2', 'a malformed field is ignored', 'demo.mp4', 'bytes=0-9-'],
    ['§14.1.1', 'an end before its start is invalid', 'demo.mp4', 'bytes=9-0'],
    ['§14.1.1', 'one invalid range makes them all invalid', 'demo.mp4', 'bytes=0-9,9-0'],
    ['§14.2', 'more bytes than the file has are the whole file', 'demo.mp4', 'bytes=0-599,300-999'],
    [
      '§14.2',
      'more than 16 ranges are the whole file',
      'demo.mp4',
      `bytes=${Array.from({ length: 17 }, (_, index) => `${index * 2}-${index * 2}`)}`,
    ],
    ['§14.1.2', 'an empty file has no ranges', 'empty.mp4', 'bytes=0-0'],
    ['§14.1.2', 'an empty file has no last bytes', 'empty.mp4', 'bytes=-1'],
    ['§14.1.2', 'an empty file has no open range', 'empty.mp4', 'bytes=0-'],
  ])('RFC 9110 %s: %s: 200', async ([, , file, range]) => {
    const node = await startWithVideo()
    const { status, headers, text } = await request(node, `/${file}`, { headers: { range } })
    const expected = file === 'empty.mp4' ? '' : TEXT
    expect({ status, text }).toEqual({ status: 200, text: expected })
    expect(headers['content-length']).toBe(String(expected.length))
    expect(headers).not.toHaveProperty('content-range')
  })

  test.for<[rule: string, range: string]>([
    ['that starts at the end of the file', 'bytes=1000-'],
    ['that lies behind the file', 'bytes=2000-3000'],
    ['of no last bytes', 'bytes=-0'],
    ['that starts beyond all numbers', `bytes=${'9'.repeat(400)}-`],
    ['list of which none can be met', 'bytes=1000-1000,-0'],
  ])('RFC 9110 §15.5.17: one %s: 416 with the size', async ([, range]) => {
    const node = await startWithVideo()
    const { status, headers, text } = await request(node, '/demo.mp4', { headers: { range } })
    expect(status).toBe(416)
    expect(headers).toMatchObject({
      'content-range': `bytes */${SIZE}`,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(text.length),
    })
    expect(text).toMatch(/^416 [^\n]+\n$/)
  })

  test('two lines of Range are one malformed field, which is ignored (RFC 9110 §14.2)', async () => {
    const node = await startWithVideo()
    const reply = await exchangeRaw(node, getHead('/demo.mp4', 'Range: bytes=0-1', 'Range: bytes=4-5'))
    expect(reply).toMatchObject({ status: 200, text: TEXT })
  })
})

interface Part {
  readonly type: string
  readonly contentRange: string
  readonly text: string
}

/** Takes a multipart/byteranges body apart to the last byte (RFC 9110 §14.6, RFC 2046 §5.1.1). */
function parseParts({ headers, body }: HttpReply): Part[] {
  const [, boundary = ''] =
    /^multipart\/byteranges; boundary=([0-9a-z-]{1,70})$/.exec(headers['content-type'] ?? '') ?? []
  expect(boundary).not.toBe('')
  const parts: Part[] = []
  const close = Buffer.from(`--${boundary}--\r\n`)
  let position = 0
  while (!body.subarray(position).equals(close)) {
    const headEnd = body.indexOf('\r\n\r\n', position)
    const [delimiter, ...lines] = body.toString('latin1', position, headEnd).split('\r\n')
    expect(delimiter).toBe(`--${boundary}`)
    const fields = new Map(lines.map((line) => line.split(': ') as [string, string]))
    const contentRange = fields.get('Content-Range') ?? ''
    const [, start, end] = /^bytes ([0-9]+)-([0-9]+)\/1000$/.exec(contentRange) ?? []
    const bodyEnd = headEnd + 4 + Number(end) - Number(start) + 1
    parts.push({
      type: fields.get('Content-Type') ?? '',
      contentRange,
      text: body.toString('latin1', headEnd + 4, bodyEnd),
    })
    expect(body.toString('latin1', bodyEnd, bodyEnd + 2)).toBe('\r\n')
    position = bodyEnd + 2
  }
  return parts
}

describe('several ranges', () => {
  test.for<[rule: string, range: string, ends: readonly Ends[]]>([
    [
      'come as parts',
      'bytes=0-9,500-509',
      [
        [0, 9],
        [500, 509],
      ],
    ],
    [
      'keep the order that was asked for (RFC 9110 §15.3.7.2)',
      'bytes=500-509,0-9',
      [
        [500, 509],
        [0, 9],
      ],
    ],
    [
      'may be of every kind',
      'bytes=0-0, 400-405 ,-1',
      [
        [0, 0],
        [400, 405],
        [999, 999],
      ],
    ],
    [
      'that overlap are joined, others stay apart',
      'bytes=0-9,900-,5-20',
      [
        [0, 20],
        [900, 999],
      ],
    ],
    [
      'may be 16',
      `bytes=${Array.from({ length: 16 }, (_, index) => `${index * 60}-${index * 60 + 9}`)}`,
      Array.from({ length: 16 }, (_, index) => [index * 60, index * 60 + 9] as const),
    ],
  ])('%s', async ([, range, ends]) => {
    const node = await startWithVideo()
    const reply = await request(node, '/demo.mp4', { headers: { range } })
    expect(reply.status).toBe(206)
    expect(reply.headers['content-length']).toBe(String(reply.body.length))
    expect(reply.headers).not.toHaveProperty('content-range') // RFC 9110 §15.3.7.2: MUST NOT
    expect(parseParts(reply)).toEqual(
      ends.map((each) => ({
        type: 'video/mp4',
        contentRange: `bytes ${each[0]}-${each[1]}/${SIZE}`,
        text: slice(each),
      })),
    )
  })

  test('have a boundary that another answer does not have', async () => {
    const node = await startWithVideo()
    const types = await Promise.all(
      [1, 2].map(async () => {
        const { headers } = await request(node, '/demo.mp4', { headers: { range: 'bytes=0-9,500-509' } })
        return headers['content-type']
      }),
    )
    expect(new Set(types).size).toBe(2)
  })
})

describe('a large file', () => {
  /** A prime number of bytes, several blocks long. */
  const LARGE = numberedRecords(150_000).subarray(0, 1_299_709)

  test.for<[rule: string, range: string | undefined, start: number, end: number]>([
    ['comes whole', undefined, 0, LARGE.length],
    ['gives a range across blocks', 'bytes=262000-1048577', 262_000, 1_048_578],
    ['gives the last byte', 'bytes=-1', LARGE.length - 1, LARGE.length],
  ])('%s, at any bandwidth', async ([, range, start, end]) => {
    const root = temporaryFolder()
    writeReplica(root, 'large.mp4', LARGE)
    for (const bandwidthKbps of [0, 200_000]) {
      const node = await startTestNode({ root, bandwidthKbps })
      const { body } = await request(node, '/large.mp4', { headers: range === undefined ? {} : { range } })
      expect(body.equals(LARGE.subarray(start, end))).toBe(true)
    }
  })
})

describe('HEAD', () => {
  test.for<[rule: string, path: string, headers: Record<string, string>]>([
    ['a file', '/demo.mp4', {}],
    ['an empty file', '/empty.mp4', {}],
    ['an old version', '/demo.mp4', { 'if-none-match': '*' }],
    ['a failed precondition', '/demo.mp4', { 'if-match': '"other"' }],
    ['a missing file', '/other.mp4', {}],
    ['a page', '/', {}],
    ['the facts of a node', '/_/nodes', {}],
  ])('of %s has the fields of GET and no body (RFC 9110 §9.3.2)', async ([, target, headers]) => {
    const node = await startWithVideo()
    const get = await request(node, target, { headers })
    const head = await request(node, target, { method: 'HEAD', headers })
    const withoutDate = ({ rawHeaders }: HttpReply): string[] =>
      rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)] !== 'Date')
    expect([head.status, withoutDate(head)]).toEqual([get.status, withoutDate(get)])
    expect(head.body).toHaveLength(0)
  })

  test.for([
    'bytes=0-9',
    'bytes=5000-',
    'bytes=0-1,5-6',
  ])('ignores Range: %s (RFC 9110 §14.2)', async (range) => {
    const node = await startWithVideo()
    const { status, headers, body } = await request(node, '/demo.mp4', {
      method: 'HEAD',
      headers: { range },
    })
    expect(status).toBe(200)
    expect(headers['content-length']).toBe(String(SIZE))
    expect(headers).not.toHaveProperty('content-range')
    expect(body).toHaveLength(0)
  })

  test('leaves the connection in step: the next answer is found where it begins', async () => {
    const node = await startWithVideo()
    const connection = await RawConnection.open(node)
    connection.send(getHead('/demo.mp4').replace('GET', 'HEAD') + getHead('/demo.mp4', 'Range: bytes=0-9'))
    expect(await connection.replies(2, ['HEAD', 'GET'])).toMatchObject([
      { status: 200, text: '' },
      { status: 206, text: slice([0, 9]) },
    ])
  })
})

describe('preconditions', () => {
  const BEFORE = 'Thu, 29 Feb 2024 12:34:55 GMT'
  const AFTER = 'Thu, 29 Feb 2024 12:34:57 GMT'
  const ETAG = `"${sha256(RECORDS).toString('hex')}"`
  const RANGE = 'Range: bytes=10-19'

  test.for<[section: string, rule: string, lines: string[], status: 200 | 206 | 304 | 412 | 416]>([
    ['13.1.1', 'If-Match with the tag proceeds', [`If-Match: ${ETAG}`], 200],
    ['13.1.1', 'If-Match with another tag fails', ['If-Match: "other"'], 412],
    ['13.1.1', 'If-Match: * proceeds', ['If-Match: *'], 200],
    ['13.1.1', 'If-Match finds the tag in a list', [`If-Match: "a,b", ${ETAG}`], 200],
    ['13.1.1', 'If-Match compares strongly', [`If-Match: W/${ETAG}`], 412],
    ['5.3', 'If-Match may have several lines', ['If-Match: "a"', `If-Match: ${ETAG}`], 200],
    ['13.1.2', 'If-None-Match with the tag', [`If-None-Match: ${ETAG}`], 304],
    ['13.1.2', 'If-None-Match with another tag', ['If-None-Match: "other"'], 200],
    ['13.1.2', 'If-None-Match: *', ['If-None-Match: *'], 304],
    ['13.1.2', 'If-None-Match compares weakly', [`If-None-Match: W/${ETAG}`], 304],
    ['5.3', 'If-None-Match may have several lines', ['If-None-Match: "a"', `If-None-Match: ${ETAG}`], 304],
    ['13.1.3', 'not modified since its own date', [`If-Modified-Since: ${MODIFIED_HTTP_DATE}`], 304],
    ['13.1.3', 'not modified since a later date', [`If-Modified-Since: ${AFTER}`], 304],
    ['13.1.3', 'modified since an earlier date', [`If-Modified-Since: ${BEFORE}`], 200],
    ['5.6.7', 'RFC 850 dates count', ['If-Modified-Since: Thursday, 29-Feb-24 12:34:56 GMT'], 304],
    ['5.6.7', 'asctime dates count', ['If-Modified-Since: Thu Feb 29 12:34:56 2024'], 304],
    ['13.1.3', 'what is no date is ignored', ['If-Modified-Since: 2030-01-01T00:00:00Z'], 200],
    [
      '13.1.3',
      'a date that does not exist is ignored',
      ['If-Modified-Since: Thu, 30 Feb 2034 12:34:56 GMT'],
      200,
    ],
    ['13.1.3', 'ignored beside If-None-Match', ['If-None-Match: "o"', `If-Modified-Since: ${AFTER}`], 200],
    ['13.1.4', 'unmodified since its own date', [`If-Unmodified-Since: ${MODIFIED_HTTP_DATE}`], 200],
    ['13.1.4', 'modified since an earlier date fails', [`If-Unmodified-Since: ${BEFORE}`], 412],
    ['13.1.4', 'what is no date is ignored', ['If-Unmodified-Since: yesterday'], 200],
    ['13.1.4', 'ignored beside If-Match', [`If-Match: ${ETAG}`, `If-Unmodified-Since: ${BEFORE}`], 200],
    ['13.2.2', 'If-Match comes first', ['If-Match: "other"', `If-None-Match: ${ETAG}`], 412],
    ['13.2.2', 'If-None-Match comes second', [`If-Match: ${ETAG}`, `If-None-Match: ${ETAG}`], 304],
    ['13.2.2', 'a 304 comes before a range', [`If-None-Match: ${ETAG}`, RANGE], 304],
    ['13.2.2', 'a 412 comes before a range', ['If-Match: "other"', 'Range: bytes=5000-'], 412],
    ['13.1.5', 'If-Range with the tag lets Range count', [`If-Range: ${ETAG}`, RANGE], 206],
    ['13.1.5', 'If-Range with the tag lets Range fail', [`If-Range: ${ETAG}`, 'Range: bytes=5000-'], 416],
    ['13.1.5', 'If-Range with another tag: all of it', ['If-Range: "other"', RANGE], 200],
    ['13.1.5', 'all of it even for a hopeless range', ['If-Range: "other"', 'Range: bytes=5000-'], 200],
    ['13.1.5', 'If-Range compares strongly', [`If-Range: W/${ETAG}`, RANGE], 200],
    ['13.1.5', 'If-Range knows no *', ['If-Range: *', RANGE], 200],
    ['13.1.5', 'If-Range with the very date', [`If-Range: ${MODIFIED_HTTP_DATE}`, RANGE], 206],
    ['13.1.5', 'If-Range with a later date', [`If-Range: ${AFTER}`, RANGE], 200],
    ['13.1.5', 'If-Range with an earlier date', [`If-Range: ${BEFORE}`, RANGE], 200],
  ])('RFC 9110 §%s: %s', async ([, , lines, status]) => {
    const node = await startWithVideo()
    const reply = await exchangeRaw(node, getHead('/demo.mp4', ...lines))
    expect(reply.status).toBe(status)
    if (status === 200) expect(reply.text).toBe(TEXT)
    if (status === 206) expect(reply.text).toBe(slice([10, 19]))
    if (status === 304) expect(reply.body).toHaveLength(0)
    if (status === 412) expect(reply.text).toMatch(/^412 [^\n]+\n$/)
  })

  test('a date that the file got within this second does not let Range count (RFC 9110 §8.8.2.2)', async () => {
    const node = await startTestNode()
    const soon = new Date(Date.now() + 3_600_000)
    writeReplica(node.root, 'new.mp4', RECORDS, soon)
    const reply = await request(node, '/new.mp4', {
      headers: { range: 'bytes=0-9', 'if-range': soon.toUTCString() },
    })
    expect(reply).toMatchObject({ status: 200, text: TEXT })
  })

  test('a 304 carries what a 200 would say of the version (RFC 9110 §15.4.5)', async () => {
    const node = await startWithVideo()
    const whole = await request(node, '/demo.mp4')
    const { status, headers } = await request(node, '/demo.mp4', { headers: { 'if-none-match': ETAG } })
    expect(status).toBe(304)
    expect(headers).toMatchObject({
      etag: ETAG,
      'cache-control': whole.headers['cache-control'],
      vary: 'Origin',
    })
    expect(headers['date']).toBeDefined()
    for (const name of ['content-length', 'content-type', 'transfer-encoding', 'content-range']) {
      expect(headers).not.toHaveProperty(name)
    }
  })

  test.for<[field: string, value: string]>([
    ['If-None-Match', '*'],
    ['If-Match', '"other"'],
    ['If-Modified-Since', AFTER],
  ])('of a missing file do not matter: %s: 404 (RFC 9110 §13.2.1)', async ([name, value]) => {
    const node = await startWithVideo()
    const { status } = await request(node, '/other.mp4', { headers: { [name]: value } })
    expect(status).toBe(404)
  })

  test.for<[path: string, field: string, value: string, status: number]>([
    ['/health', 'If-Match', '"other"', 412],
    ['/', 'If-Match', '"other"', 412],
    ['/health', 'If-Match', '*', 200],
    ['/health', 'If-None-Match', '"other"', 200],
    ['/', 'If-Modified-Since', AFTER, 200],
  ])('of what has no validator, %s, %s: %s gets %i (RFC 9110 §13.1)', async ([
    target,
    name,
    value,
    status,
  ]) => {
    const node = await startWithVideo()
    expect(await request(node, target, { headers: { [name]: value } })).toMatchObject({ status })
  })
})

describe('ETag and Repr-Digest', () => {
  const fit = { version: 1, name: 'demo.mp4', size: SIZE, mtimeMs: MODIFIED.getTime(), chunkSize: 262_144 }
  const hash = 'a'.repeat(64)
  const json = (changes: object): string =>
    JSON.stringify({ ...fit, sha256: hash, chunks: [hash], ...changes })

  test('come from the manifest that fits', async () => {
    const node = await startTestNode()
    writeReplica(node.root, 'demo.mp4', RECORDS)
    const mtimeMs = Number(statSync(path.join(node.root, 'demo.mp4'), { bigint: true }).mtimeNs / 1_000_000n)
    writeManifest(node.root, 'demo.mp4', json({ mtimeMs }))
    const { headers } = await request(node, '/demo.mp4')
    expect(headers.etag).toBe(`"${hash}"`)
    expect(headers['repr-digest']).toBe(`sha-256=:${Buffer.from(hash, 'hex').toString('base64')}:`)
  })

  test.for<[rule: string, manifest: string | undefined]>([
    ['there is none', undefined],
    ['it has another size', json({ size: SIZE + 1 })],
    ['it has another time', json({ mtimeMs: MODIFIED.getTime() + 2 })],
    ['it is of another format', json({ version: 2 })],
    ['its hash is none', json({ sha256: 'xyz\r\nSet-Cookie: a=b' })],
    ['it is broken', '{"version":1,'],
    ['it is empty', ''],
    ['it is null', 'null'],
    ['it is too large', json({ padding: 'x'.repeat(600_000) })],
  ])('do not come from a manifest when %s', async ([, manifest]) => {
    const node = await startTestNode()
    writeReplica(node.root, 'demo.mp4', RECORDS)
    if (manifest !== undefined) writeManifest(node.root, 'demo.mp4', manifest)
    const { status, headers, text } = await request(node, '/demo.mp4')
    const { mtimeNs } = statSync(path.join(node.root, 'demo.mp4'), { bigint: true })
    expect({ status, text }).toEqual({ status: 200, text: TEXT })
    expect(headers.etag).toBe(`"${SIZE.toString(16)}-${mtimeNs.toString(16)}"`)
    expect(headers).not.toHaveProperty('repr-digest')
  })

  test('survive a manifest that is a folder', async () => {
    const node = await startTestNode()
    writeReplica(node.root, 'demo.mp4', RECORDS)
    mkdirSync(path.join(node.root, '.manifests', 'demo.mp4.json'), { recursive: true })
    expect(await request(node, '/demo.mp4')).toMatchObject({ status: 200, text: TEXT })
  })

  test('follow a manifest that appears, changes and goes', async () => {
    const node = await startTestNode()
    const etag = async (): Promise<string | undefined> => (await request(node, '/demo.mp4')).headers.etag
    writeReplica(node.root, 'demo.mp4', RECORDS)
    const withoutManifest = await etag()
    const { sha256: first, mtimeMs } = writeReplicaWithManifest(node.root, 'demo.mp4', RECORDS)
    expect(await etag()).toBe(`"${first}"`)
    // The open file knows itself by its times, so a manifest that is corrected comes with a new file.
    writeReplica(node.root, 'demo.mp4', RECORDS)
    writeManifest(node.root, 'demo.mp4', json({ mtimeMs }))
    expect(await etag()).toBe(`"${hash}"`)
    writeReplica(node.root, 'demo.mp4', RECORDS)
    writeManifest(node.root, 'demo.mp4', 'gone')
    expect(await etag()).toBe(withoutManifest)
  })

  test('are the same on every node, so that a player goes on where it was (RFC 9110 §13.1.5)', async () => {
    const [one, two] = [await startWithVideo(), await startWithVideo()]
    const first = await request(one, '/demo.mp4', { headers: { range: 'bytes=0-499' } })
    const rest = await request(two, '/demo.mp4', {
      headers: { range: 'bytes=500-', 'if-range': first.headers.etag },
    })
    expect([rest.status, rest.headers.etag]).toEqual([206, first.headers.etag])
    expect(first.text + rest.text).toBe(TEXT)
  })

  test('differ for different bytes of the same size and second', async () => {
    const node = await startTestNode()
    const etags = new Set<string | undefined>()
    for (const milliseconds of [100, 101]) {
      writeReplica(node.root, 'demo.mp4', RECORDS, new Date(MODIFIED.getTime() + milliseconds))
      const { headers } = await request(node, '/demo.mp4')
      etags.add(headers.etag)
      expect(headers.etag).toMatch(/^"[!#-~]+"$/)
    }
    expect(etags.size).toBe(2)
  })
})

describe('the media type', () => {
  test.for<[name: string, type: string]>([
    ['a.mp4', 'video/mp4'],
    ['a.MP4', 'video/mp4'],
    ['a.webm', 'video/webm'],
    ['a.ogv', 'video/ogg'],
    ['a.mp3', 'audio/mpeg'],
    ['a.m4a', 'audio/mp4'],
    ['a.wav', 'audio/wav'],
    ['a.vtt', 'text/vtt; charset=utf-8'],
    ['a.m3u8', 'application/vnd.apple.mpegurl'],
    ['a.mpd', 'application/dash+xml'],
    ['a.ts', 'video/mp2t'],
    ['a.m4s', 'video/iso.segment'],
    // what a browser would run on the web origin of the node
    ['a.html', 'application/octet-stream'],
    ['a.htm', 'application/octet-stream'],
    ['a.xhtml', 'application/octet-stream'],
    ['a.svg', 'application/octet-stream'],
    ['a.xml', 'application/octet-stream'],
    ['a.js', 'application/octet-stream'],
    ['a.pdf', 'application/octet-stream'],
    ['a.mp4.html', 'application/octet-stream'],
    ['constructor', 'application/octet-stream'],
    ['a.__proto__', 'application/octet-stream'],
    ['mp4', 'application/octet-stream'],
  ])('of %s is %s, and only media go without a policy', async ([name, type]) => {
    const node = await startTestNode()
    writeReplica(node.root, name, '<script>alert(1)</script>')
    const { status, headers } = await request(node, `/${name}`)
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type })
    expect(headers['x-content-type-options']).toBe('nosniff')
    const isMedia = /^(video|audio)\//.test(type)
    expect(headers['content-security-policy']).toBe(isMedia ? undefined : "default-src 'none'; sandbox")
  })
})

describe('a name', () => {
  test.for([
    'with space.mp4',
    '"quotes" \'and\' `ticks`.mp4',
    '100%.mp4',
    '%41.mp4',
    '%2e%2e.mp4',
    'what#1?.mp4',
    'a+b&c=d;e,f@g$h!.mp4',
    'caf\u00e9.mp4',
    'cafe\u0301.mp4',
    '視頻 видео.mp4',
    '🎬🎥.mp4',
    '<b>.mp4',
    '{[(~^|)]}.mp4',
    'week 1/lesson #2/talk é.mp4',
    'a..b.mp4',
    '--help',
    '*',
    'Health',
    'watching.mp4',
    'sub/health',
    'sub/_/nodes',
  ])('%s works', async (name) => {
    const node = await startTestNode()
    const content = Buffer.from(`the bytes of ${name}`)
    writeReplicaWithManifest(node.root, name, content)
    const { status, body, headers } = await request(node, `/${encodeStorageName(name)}`)
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: content.toString() })
    expect(headers.etag).toBe(`"${sha256(content).toString('hex')}"`)
  })

  test.for<[rule: string, target: string, expected: number]>([
    ['a plus is a plus', '/a+b.mp4', 200],
    ['an escaped plus is a plus', '/a%2Bb.mp4', 200],
    ['a plus is no space', '/c+d.mp4', 404],
    ['the case of an escape does not matter', '/a%2bb.mp4', 200],
    ['needless escapes mean the same', '/%61%2Bb%2emp4', 200],
    ['escaped UTF-8 is decoded', '/caf%C3%A9.mp4', 200],
    ['escaped Latin-1 is not UTF-8', '/caf%E9.mp4', 400],
    ['UTF-8 that is not escaped is no target (RFC 3986 §2)', '/caf\xc3\xa9.mp4', 400],
    ['composed and decomposed are two names', '/cafe%CC%81.mp4', 404],
    ['case counts', '/A+B.mp4', 404],
    ['a query does not count', '/a+b.mp4?t=30&x=/../y', 200],
    ['an escaped question mark belongs to the name', '/a+b.mp4%3Ft=30', 404],
    ['an escape is decoded once', '/a%252Bb.mp4', 404],
  ])('as a target: %s', async ([, target, expected]) => {
    const node = await startTestNode()
    for (const name of ['a+b.mp4', 'c d.mp4', 'caf\u00e9.mp4']) writeReplica(node.root, name, RECORDS)
    const { status, text } = await exchangeRaw(node, getHead(target))
    expect(status).toBe(expected)
    if (expected === 200) expect(text).toBe(TEXT)
  })

  test('of 255 bytes works, although its manifest would have too long a name', async () => {
    const node = await startTestNode()
    const name = `${'a'.repeat(251)}.mp4`
    writeFileSync(path.join(node.root, name), RECORDS)
    expect(await request(node, `/${name}`)).toMatchObject({ status: 200, text: TEXT })
  })

  test('does not get into the fields of an answer', async () => {
    const node = await startTestNode()
    const name = 'x"; filename=é🎬.mp4'
    writeReplica(node.root, name, RECORDS)
    const reply = await exchangeRaw(node, getHead(`/${encodeStorageName(name)}`, 'Range: bytes=0-1,5-6'))
    expect(reply.status).toBe(206)
    expect(JSON.stringify(reply.lines)).not.toContain('filename')
    expect(fieldLines(reply, 'Content-Disposition')).toEqual([])
  })
})
