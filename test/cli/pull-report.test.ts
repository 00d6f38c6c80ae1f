import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { printPulled, pulledAsJson } from '../../src/cli/pull-report.ts'
import type { Pulled } from '../../src/pulling/pull.ts'
import { Tally } from '../../src/pulling/tally.ts'
import type { SwarmEvent } from '../../src/swarm/events.js'

const MB = 1_000_000
const SHA256 = 'ab'.repeat(32)
const FILE = { name: 'talk.mp4', size: 6 * MB, chunkSize: MB, chunks: [], sha256: SHA256 }

const verified = (chunk: number, node: string): SwarmEvent => ({
  type: 'verified',
  atMs: 0,
  chunk,
  node,
  bytes: MB,
})
const refused = (chunk: number, node: string): SwarmEvent[] => [
  { type: 'rejected', atMs: 0, chunk, node, expected: 'a', found: 'b' },
  { type: 'wasted', atMs: 0, node, bytes: MB, why: 'bad hash' },
]

/** A download in which this happened. */
function pulledWith(events: readonly SwarmEvent[], facts: Partial<Pulled> = {}): Pulled {
  const tally = new Tally(['node1', 'node2', 'node3'])
  for (const event of events) tally.add(event)
  return {
    ...{ file: FILE, isVerified: true, versions: [], discarded: [], path: '/here/downloads/talk.mp4' },
    ...{ sha256: SHA256, resumedBytes: 0, tally, elapsedMs: 2000, ...facts },
  }
}

/** The lines of a summary, as in a pipe. */
function linesOf(pulled: Pulled): string[] {
  let text = ''
  printPulled(pulled, 'downloads/talk.mp4', {
    isTTY: false,
    write: (piece: string) => {
      text += piece
      return true
    },
  } as NodeJS.WriteStream)
  expect(text.endsWith('\n')).toBe(true)
  return text.slice(0, -1).split('\n')
}

const ALL = [0, 1, 2]
  .map((chunk) => verified(chunk, 'node1'))
  .concat([3, 4].map((chunk) => verified(chunk, 'node2')))

beforeEach(() => {
  vi.stubEnv('NO_COLOR', undefined)
  vi.stubEnv('FORCE_COLOR', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the summary', () => {
  test('says for each node what it brought, and of the whole how fast and how sure', () => {
    expect(linesOf(pulledWith([...ALL, verified(5, 'node3')]))).toEqual([
      'node   bytes   share  chunks  trouble',
      'node1  3.0 MB  50 %        3',
      'node2  2.0 MB  33 %        2',
      'node3  1.0 MB  17 %        1',
      'downloads/talk.mp4: 6.0 MB, in 2.0 s (3.0 MB/s)',
      `verified: every chunk and the whole file against SHA-256 ${SHA256}`,
    ])
  })

  test('names refused chunks once, and what became of a node', () => {
    const down: SwarmEvent = {
      type: 'node',
      atMs: 0,
      node: 'node3',
      state: 'down',
      before: 'up',
      why: 'the connection was cut',
    }
    const bad: SwarmEvent = { ...down, node: 'node1', state: 'sent bad data', why: 'chunk 5' }
    const events = [...refused(5, 'node1'), ...refused(5, 'node1'), bad, ...ALL, verified(5, 'node2'), down]
    const lines = linesOf(pulledWith([...events, ...refused(2, 'node3')]))
    expect(lines[1]).toBe('node1  3.0 MB   50 %        3  chunk 5 refused: wrong hash')
    expect(lines[2]).toBe('node2  3.0 MB   50 %        3')
    expect(lines[3]).toBe(
      'node3  0 bytes  0 %         0  chunk 2 refused: wrong hash; down: the connection was cut',
    )
  })

  test('a node that is up, or was not asked, is no trouble', () => {
    const up: SwarmEvent = {
      type: 'node',
      atMs: 0,
      node: 'node1',
      state: 'up',
      before: 'slow',
      why: 'it answers',
    }
    for (const line of linesOf(pulledWith([...ALL, up])).slice(1, 4)) expect(line).toMatch(/\d$/)
  })

  test('tells what an earlier run had brought; the rate is that of this one', () => {
    const pulled = pulledWith([verified(0, 'node1')], { resumedBytes: 5 * MB, elapsedMs: 500 })
    expect(linesOf(pulled)[4]).toBe(
      'downloads/talk.mp4: 6.0 MB, 5.0 MB of it from an earlier run, in 0.5 s (2.0 MB/s)',
    )
  })

  test('everything was there already: no node has a share', () => {
    const lines = linesOf(pulledWith([], { resumedBytes: 6 * MB, elapsedMs: 40 }))
    expect(lines[1]).toBe('node1  0 bytes  0 %         0')
    expect(lines[4]).toContain('in 0.0 s (0 bytes/s)')
  })

  test('of a stream promises only what was checked', () => {
    expect(linesOf(pulledWith(ALL, { sha256: undefined })).at(-1)).toBe(
      `verified: every chunk, by the manifest of the file with SHA-256 ${SHA256}`,
    )
  })

  test('without a manifest says that nobody can tell', () => {
    expect(linesOf(pulledWith(ALL, { isVerified: false })).at(-1)).toBe(
      'unverified: no node has a manifest, so nobody can tell whether these bytes are right',
    )
  })
})

test('replicas that differ, and who is not believed, are told', () => {
  const version = (mtimeMs: number, ...nodes: string[]) => ({ sha256: SHA256, size: 9, mtimeMs, nodes })
  const versions = [version(Date.UTC(2026, 2, 1), 'node3'), version(0, 'node1', 'node2')]
  const discarded = [{ node: 'node4', why: 'its manifest has a date that is none' }]
  expect(linesOf(pulledWith(ALL, { versions, discarded })).slice(-3)).toEqual([
    'replicas differ: this is the version of node3, of 2026-03-01 00:00:00 UTC',
    '  node1, node2: another one, of 1970-01-01 00:00:00 UTC',
    'node4 is not believed: its manifest has a date that is none',
  ])
})

describe('as JSON', () => {
  test('has the same facts', () => {
    const pulled = pulledWith([
      ...refused(5, 'node2'),
      ...refused(4, 'node2'),
      ...refused(5, 'node2'),
      ...ALL,
    ])
    expect(JSON.parse(JSON.stringify(pulledAsJson(pulled, 'talk.mp4')))).toEqual({
      video: 'talk.mp4',
      out: 'talk.mp4',
      size: 6 * MB,
      sha256: SHA256,
      verified: true,
      versions: [],
      notBelieved: [],
      resumedBytes: 0,
      elapsedMs: 2000,
      wastedBytes: 3 * MB,
      failovers: 0,
      nodes: [
        {
          name: 'node1',
          bytes: 3 * MB,
          share: 0.6,
          chunks: 3,
          rejected: [],
          state: 'unknown',
          why: 'it was not asked',
        },
        {
          name: 'node2',
          bytes: 2 * MB,
          share: 0.4,
          chunks: 2,
          rejected: [4, 5],
          state: 'unknown',
          why: 'it was not asked',
        },
        {
          name: 'node3',
          bytes: 0,
          share: 0,
          chunks: 0,
          rejected: [],
          state: 'unknown',
          why: 'it was not asked',
        },
      ],
    })
  })

  test('the hash of a stream is that of the manifest; without one there is none', () => {
    expect(pulledAsJson(pulledWith([], { sha256: undefined }), '-')).toMatchObject({ sha256: SHA256 })
    const { sha256: _, ...unverified } = FILE
    expect(pulledAsJson(pulledWith([], { sha256: undefined, file: unverified }), '-')).toMatchObject({
      sha256: null,
    })
  })

  test('nothing was read: every share is a number', () => {
    for (const { share } of (pulledAsJson(pulledWith([]), '-') as { nodes: { share: number }[] }).nodes)
      expect(share).toBe(0)
  })
})
