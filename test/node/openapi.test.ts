/** The description of a node, held against what nodes answer: both ways. */
import { describe, expect, test } from 'vitest'
import { FAULTS } from '../../src/lab/faults.js'
import { OPENAPI } from '../../src/node/openapi.ts'
import { PAGE_ROOMS, PLACES, PREFIXES } from '../../src/node/target.ts'
import { NODE_DEFAULTS } from '../../src/node-list.ts'
import { request } from '../helpers/http.ts'
import { schemaProblems } from '../helpers/json-schema.ts'
import { askLab, readLab, setLab } from '../helpers/lab.ts'
import { startTestNode, type TestNode } from '../helpers/node.ts'
import { numberedRecords, writeReplica, writeReplicaWithManifest } from '../helpers/storage.ts'

type Described = Readonly<
  Record<
    string,
    {
      readonly responses: Readonly<
        Record<
          string,
          { readonly content?: Readonly<Record<string, { schema: Readonly<Record<string, unknown>> }>> }
        >
      >
    }
  >
>
const paths = OPENAPI.paths as unknown as Readonly<Record<string, Described>>
const schemas = OPENAPI.components.schemas

const NODES = [
  { ...NODE_DEFAULTS, name: 'node1', port: 8001, latencyMs: 0, root: '/a' },
  { name: 'cdn', url: 'https://cdn.example/videos', healthPath: '/health' },
]

async function start(): Promise<TestNode> {
  const node = await startTestNode({}, { nodes: NODES, opensLab: true })
  writeReplicaWithManifest(node.root, 'talk.mp4', numberedRecords(100))
  writeReplica(node.root, 'week 1/raw.mp4', 'no manifest')
  return node
}

/** A target for each path of the document. */
const TARGETS: Readonly<Record<string, string>> = {
  '/health': '/health',
  '/{video}': '/talk.mp4',
  '/{video}.meta4': '/talk.mp4.meta4',
  '/': '/',
  '/watch/{video}': '/watch/talk.mp4',
  '/_/nodes': '/_/nodes',
  '/_/videos': '/_/videos',
  '/_/scenarios': '/_/scenarios',
  '/_/manifest/{video}': '/_/manifest/talk.mp4',
  '/_/lab': '/_/lab',
  '/_/api': '/_/api',
  '/_/openapi.json': '/_/openapi.json',
  '/_/{file}': '/_/player/watch.css',
}

/** What is wrong with an answer by the document. */
function problemsOf(
  path: string,
  method: string,
  { status, headers, text }: { status: number; headers: Readonly<Record<string, unknown>>; text: string },
): string[] {
  const response = paths[path]?.[method.toLowerCase()]?.responses[status]
  if (response === undefined) return [`${method} ${path}: ${status} is not described`]
  if (method === 'HEAD' || response.content === undefined) return []
  const type = String(headers['content-type']).split(';', 1)[0] ?? ''
  const content = response.content[type] ?? response.content['*/*']
  if (content === undefined) return [`${method} ${path} ${status}: ${type} is not described`]
  return type === 'application/json' ? schemaProblems(JSON.parse(text), content.schema, schemas) : []
}

describe('what is described is so', () => {
  test('there is a target for each path', () => {
    expect(Object.keys(TARGETS)).toEqual(Object.keys(paths))
  })

  test.for(Object.entries(TARGETS))('%s', async ([path, target]) => {
    const node = await start()
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const reply = await request(node, target, { method })
      expect(reply.status).toBe(method === 'OPTIONS' ? 204 : 200)
      expect(problemsOf(path, method, reply)).toEqual([])
    }
    const etag = (await request(node, target)).headers.etag
    const odd: Record<string, string>[] = [
      { 'If-Match': '"x"' },
      { Host: 'evil.example' },
      { Range: 'bytes=0-1' },
      { Range: 'bytes=9999-' },
    ]
    for (const headers of [...odd, ...(etag === undefined ? [] : [{ 'If-None-Match': etag }])])
      expect(problemsOf(path, 'GET', await request(node, target, { headers }))).toEqual([])
    for (const method of ['POST', 'PUT'])
      if (path !== '/_/lab') expect((await request(node, target, { method })).status).toBe(405)
  })

  test('of the lab with every fault in force, and of each of its refusals', async () => {
    const node = await start()
    const faults = {
      ...{ hang: true, tail: { medianMs: 1, p99Ms: 2 }, stall: { afterBytes: 1 }, cut: { afterBytes: 1 } },
      ...{ status: true, corrupt: true, lossy: { share: 0.1, rttMs: 1 } },
    }
    const set = await setLab(node, { seed: 1, leaseMs: 9_000, impairments: { latencyMs: 5 }, faults })
    expect(
      schemaProblems(
        {
          seed: 1,
          leaseMs: 9_000,
          impairments: { latencyMs: 5 },
          faults: { ...withoutTrue(faults), flap: { upMs: 1, downMs: 1 }, refuse: { forMs: 1 }, crash: {} },
        },
        { $ref: '#/components/schemas/LabDocument' },
        schemas,
      ),
    ).toEqual([])
    expect(schemaProblems({ renew: 1 }, { $ref: '#/components/schemas/LabDocument' }, schemas)).toEqual([])
    expect(schemaProblems(set, { $ref: '#/components/schemas/Lab' }, schemas)).toEqual([])
    const headers = { 'Content-Type': 'application/json', 'X-Lab-Token': (await readLab(node)).token }
    for (const [change, status] of [
      [{ headers: {}, body: '{}' }, 403],
      [{ headers: { ...headers, 'Content-Type': 'text/plain' }, body: '{}' }, 415],
      [{ headers, body: '{' }, 400],
      [{ headers, body: ' '.repeat(5000) }, 413],
      [{ headers, body: '{"renew":999}' }, 409],
      [{ headers, body: '{}' }, 200],
    ] as const) {
      const reply = await askLab(node, { method: 'PUT', ...change })
      expect([reply.status, problemsOf('/_/lab', 'PUT', reply)]).toEqual([status, []])
    }
    const healed = await askLab(node, { method: 'DELETE', headers })
    expect([healed.status, problemsOf('/_/lab', 'DELETE', healed)]).toEqual([200, []])
    expect(problemsOf('/_/lab', 'DELETE', await askLab(node, { method: 'DELETE' }))).toEqual([])
  })

  test('a description that is wrong would be noticed', () => {
    expect(
      schemaProblems({ nodes: [{ name: 'x' }] }, { $ref: '#/components/schemas/Nodes' }, schemas),
    ).not.toEqual([])
    expect(schemaProblems({ nodes: [], more: 1 }, { $ref: '#/components/schemas/Nodes' }, schemas)).toEqual([
      '$.more: not described',
    ])
  })
})

describe('what there is is described', () => {
  test('every place, and every beginning of a path', () => {
    for (const place of Object.keys(PLACES)) expect(Object.keys(paths)).toContain(`/${place}`)
    for (const [prefix] of PREFIXES) expect(Object.keys(paths)).toContain(`/${prefix}{video}`)
    expect(PAGE_ROOMS.length).toBeGreaterThan(0) // behind /_/{file}
  })

  test('every fault, with all of its parameters', () => {
    const { faults } = (
      schemas['Lab'] as unknown as {
        properties: { faults: { properties: Record<string, { properties: object }> } }
      }
    ).properties
    for (const [name, { parameters }] of Object.entries(FAULTS))
      expect(Object.keys(faults.properties[name]?.properties ?? {})).toEqual(
        expect.arrayContaining(Object.keys(parameters)),
      )
  })

  test('a video without a manifest, and one in a folder', async () => {
    const node = await start()
    expect(problemsOf('/_/videos', 'GET', await request(node, '/_/videos'))).toEqual([])
    expect(problemsOf('/_/scenarios', 'GET', await request(node, '/_/scenarios'))).toEqual([])
    expect(
      problemsOf('/_/manifest/{video}', 'GET', await request(node, '/_/manifest/week%201/raw.mp4')),
    ).toEqual([])
    expect(problemsOf('/{video}', 'GET', await request(node, '/week%201/raw.mp4'))).toEqual([])
  })
})

const withoutTrue = (faults: object): object =>
  Object.fromEntries(Object.entries(faults).map(([name, value]) => [name, value === true ? {} : value]))
