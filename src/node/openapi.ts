/** All paths of a node, as OpenAPI 3.1 describes them: for `/_/openapi.json`, and held against real answers by a test. */
import { IMPAIRMENTS } from '../impairments.ts'
import { FAULTS } from '../lab/faults.js'
import { LAB_ALLOW } from './lab/guard.ts'

type Schema = Readonly<Record<string, unknown>>

const text: Schema = { type: 'string' }
const whole: Schema = { type: 'integer', minimum: 0 }
const number: Schema = { type: 'number' }
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
const list = (items: Schema): Schema => ({ type: 'array', items })
/** An object with these fields and no others; those that may lack are named. */
const object = (properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
})
const hash: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' }

const impairments = Object.fromEntries(
  Object.entries(IMPAIRMENTS).map(([name, { expected }]) => [name, { ...number, description: expected }]),
)

const SCHEMAS: Readonly<Record<string, Schema>> = {
  Health: object({
    ...{ status: { const: 'ok' }, node: text, ...impairments },
    ...{ uptimeMs: whole, requests: whole, bytes: whole },
  }),
  Nodes: object({
    nodes: list(
      object({ name: text, url: text, healthUrl: text, isForeign: { type: 'boolean' }, ...impairments }, [
        ...Object.keys(impairments), // nobody knows those of somebody else's server
      ]),
    ),
  }),
  Videos: object({
    node: text,
    videos: list(
      object({
        ...{ name: text, url: text, size: whole, etag: text },
        ...{ lastModified: orNull(text), sha256: orNull(hash) },
      }),
    ),
  }),
  Manifest: object(
    {
      ...{ version: { const: 1 }, name: text, size: whole, mtimeMs: { type: 'integer' }, sha256: hash },
      ...{ chunkSize: whole, chunks: list(hash), opening: list(hash) },
    },
    ['opening'],
  ),
  Scenarios: object({
    scenarios: list({
      anyOf: [
        object(
          {
            ...{ name: text, title: text, question: text, choices: list(text), right: text, why: text },
            ...{ seed: whole, lookAheadSeconds: number, expect: { type: 'object' } },
            nodes: {
              ...list(object({ name: text, ...impairments })),
              description: 'the nodes that it is about, and how far away they are to seem',
            },
            actions: list(
              object(
                {
                  ...{
                    kind: { anyOf: ['set', 'crash', 'start', 'heal'].map((kind) => ({ const: kind })) },
                    atMs: whole,
                    node: text,
                  },
                  impairments: object(impairments, Object.keys(impairments)),
                  faults: object(faultSchemas({}), Object.keys(FAULTS)),
                },
                ['impairments', 'faults'],
              ),
            ),
          },
          ['right'],
        ),
        object({ name: text, problem: { ...text, description: 'why it cannot be played' } }),
      ],
    }),
  }),
  Lab: object(
    {
      ...{ node: text, revision: whole, changedAgoMs: whole, seed: whole, isOpen: { type: 'boolean' } },
      starts: { ...list(text), description: 'nodes that whoever started this one can start' },
      impairments: object(impairments),
      changed: object(impairments, Object.keys(impairments)),
      faults: object(
        faultSchemas({ agoMs: whole, leftMs: orNull(number), hits: orNull(whole), says: text }),
        [...Object.keys(FAULTS)],
      ),
      leaseLeftMs: orNull(whole),
      token: { ...text, description: 'to whoever may change the lab: goes into the field X-Lab-Token' },
    },
    ['token'],
  ),
  LabDocument: {
    anyOf: [
      object(
        {
          ...{ seed: whole, impairments: object(impairments, Object.keys(impairments)) },
          ...{ faults: object(faultSchemas({}), Object.keys(FAULTS)), leaseMs: whole },
        },
        ['seed', 'impairments', 'faults', 'leaseMs'],
      ),
      object({ renew: { ...whole, description: 'the revision whose lease is to go on' } }),
      object(
        {
          start: { ...text, description: 'a node that is to be started' },
          afterMs: { ...whole, description: 'not before, and then only if it is not there' },
        },
        ['afterMs'],
      ),
    ],
  },
}

/** @param more what a node adds to the parameters of each fault */
function faultSchemas(more: Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> {
  return Object.fromEntries(
    Object.entries(FAULTS).map(([name, { parameters, ends, help }]) => {
      const fields = Object.entries(parameters).map(([field, { expected, preset }]) => [
        field,
        { description: expected, ...(preset === undefined ? {} : { default: preset }) },
      ])
      const given = { ...Object.fromEntries(fields), ...(ends === 'never' ? {} : { forMs: whole }) }
      const isSent = Object.keys(more).length > 0 // what is in force has all of its parameters
      const optional = Object.entries(parameters).flatMap(([field, { preset }]) =>
        preset === undefined || isSent ? [] : [field],
      )
      const mayLack = ends === 'must' ? optional : [...optional, 'forMs']
      return [name, { ...object({ ...given, ...more }, mayLack), description: help }]
    }),
  )
}

const ref = (name: keyof typeof SCHEMAS): Schema => ({ $ref: `#/components/schemas/${name}` })
const json = (schema: Schema) => ({ 'application/json': { schema } })

/** What each status means here. */
const STATUSES: Readonly<Record<number, string>> = {
  200: 'all of it',
  204: 'what this path takes (Allow, and for pages of the node list the fields of CORS)',
  206: 'the ranges that were asked for, RFC 9110 §15.3.7',
  304: 'what the client has is still good',
  400: 'the request, or the document, makes no sense; the text names the field',
  403: 'not from there, or without the token',
  404: 'there is nothing of that name',
  405: 'another method; Allow says which',
  408: 'the request did not arrive in time',
  409: 'something else has been set since',
  412: 'a precondition does not hold',
  413: 'the document is longer than 4096 bytes',
  415: 'the document is no application/json',
  416: 'none of the bytes that were asked for are there',
  421: 'the request names a host that is not this one',
  431: 'the header of the request is too large',
  500: 'the node could not read its storage; or on purpose',
  503: 'the file cannot be read just now; or on purpose: Retry-After says when to come again',
  505: 'another version of HTTP',
}
/** What any request may get. */
const ALWAYS = [400, 404, 405, 408, 421, 431, 500, 503, 505] as const

interface Operation {
  readonly summary: string
  readonly responses: Readonly<Record<string, object>>
}

/** @param content of the 200, and of the 206 where ranges are served */
function operation(summary: string, content: object, more: readonly number[] = []): Operation {
  const statuses = [200, ...more, ...ALWAYS].sort((a, b) => a - b)
  const responses = statuses.map((status) => {
    const body = status === 200 || status === 206 ? { content } : status < 400 ? {} : { content: TEXT }
    return [String(status), { description: STATUSES[status] ?? '', ...body }]
  })
  return { summary, responses: Object.fromEntries(responses) }
}

const TEXT = { 'text/plain': { schema: text } }
const HTML = { 'text/html': { schema: text } }
const OPTIONS = {
  options: { summary: 'CORS preflight', responses: { 204: { description: STATUSES[204] } } },
}

/** GET, and HEAD which has the same head and no body. */
const readable = (summary: string, content: object, more: readonly number[] = []) => ({
  get: operation(summary, content, more),
  head: operation(`the head of: ${summary}`, {}, more),
  ...OPTIONS,
})

const inPath = (name: string, description: string) => ({
  parameters: [{ name, in: 'path', required: true, schema: text, description }],
})
const VIDEO = inPath('video', 'storage name of a video; its slashes stay as they are')
const TOKEN = { name: 'X-Lab-Token', in: 'header', required: true, schema: text }

const labChange = (summary: string, more: readonly number[]) => ({
  ...operation(summary, json(ref('Lab')), more),
  parameters: [TOKEN],
})

const PATHS = {
  '/health': readable('How the node is; touches no disk', json(ref('Health')), [412]),
  '/{video}': {
    ...VIDEO,
    ...readable(
      'The replica: ranges and preconditions of RFC 9110',
      { '*/*': { schema: { type: 'string', format: 'binary' } } },
      [...[206, 304, 412, 416]],
    ),
  },
  '/{video}.meta4': {
    ...VIDEO,
    ...readable(
      'A metalink of the newest version (RFC 5854)',
      { 'application/metalink4+xml': { schema: text } },
      [304, 412],
    ),
  },
  '/': readable('A page with the name, the latency and the videos of the node', HTML, [412]),
  '/watch/{video}': { ...VIDEO, ...readable('The watch page', HTML, [304, 412]) },
  '/_/nodes': readable('The node list', json(ref('Nodes')), [304, 412]),
  '/_/videos': readable('The videos of this node', json(ref('Videos')), [412]),
  '/_/scenarios': readable('The scenarios of the project, with their steps', json(ref('Scenarios')), [412]),
  '/_/manifest/{video}': { ...VIDEO, ...readable('The manifest of a video', json(ref('Manifest')), [412]) },
  '/_/lab': {
    ...readable('Which faults are in force', json(ref('Lab'))),
    put: {
      ...labChange('Sets all that is to be in force, or renews a lease', [403, 409, 413, 415]),
      requestBody: { required: true, content: json(ref('LabDocument')) },
    },
    delete: labChange('Heals the node', [403]),
    description: `${LAB_ALLOW}; changes only where the node was started with --lab, and from this machine`,
  },
  '/_/api': readable('This description as a page, with a button for each path', HTML, [304, 412]),
  '/_/openapi.json': readable('This description', json({ type: 'object' }), [412]),
  '/_/{file}': {
    ...inPath('file', 'what the watch page is made of, such as player/watch.css'),
    ...readable('A file of the watch page', { '*/*': { schema: text } }, [304, 412]),
  },
}

/** The document, as JSON. */
export const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'A node of distributed-streaming-mini',
    version: '1',
    description: 'Every reply but that of the lab waits for the simulated latency first. HTTP: RFC 9110.',
  },
  paths: PATHS,
  components: { schemas: SCHEMAS },
}
