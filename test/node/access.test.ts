import { expect, test } from 'vitest'
import {
  corsFields,
  decideHost,
  type HostDecision,
  pageThatAsked,
  preflightFields,
  VARY,
} from '../../src/node/access.ts'

test.for<[why: string, authority: string, expected: HostDecision]>([
  ['localhost', 'localhost', 'accepted'],
  ['localhost with a port', 'localhost:8001', 'accepted'],
  ['localhost in capitals', 'LOCALHOST:8001', 'accepted'],
  ['an IPv4 address', '127.0.0.1:8001', 'accepted'],
  ['an address on the class network', '192.168.1.20:8001', 'accepted'],
  ['an address without a port', '10.0.0.7', 'accepted'],
  ['an empty port, as RFC 3986 §3.2.3 allows', '127.0.0.1:', 'accepted'],
  ['another port: it may be forwarded', '127.0.0.1:1', 'accepted'],
  ['an IPv6 address', '[::1]:8001', 'accepted'],
  ['an IPv6 address without a port', '[fd00::1]', 'accepted'],
  ['an IPv4 address in an IPv6 one', '[::ffff:127.0.0.1]:8001', 'accepted'],
  ['the configured host', 'classroom.lan:8001', 'accepted'],
  ['the configured host in another case', 'Classroom.LAN', 'accepted'],

  ['another name', 'evil.example', 421],
  ['another name with our port', 'evil.example:8001', 421],
  ['a name that ends like localhost', 'evil-localhost', 421],
  ['a name that begins like localhost', 'localhost.evil.example', 421],
  ['a name below localhost', 'a.localhost', 421],
  ['a name that begins like an address', '127.0.0.1.evil.example', 421],
  ['a name that ends like the configured host', 'x.classroom.lan', 421],
  ['a name that begins like the configured host', 'classroom.lan.evil.example', 421],
  ['an address with a part missing', '127.1', 421],
  ['an address as one number', '2130706433', 421],
  ['an address in hexadecimal', '0x7f.0.0.1', 421],
  ['an address with a part too large', '127.0.0.256', 421],
  ['an escaped name', '%6cocalhost', 421],

  ['nothing', '', 400],
  ['a port alone', ':8001', 400],
  ['a port of letters', '127.0.0.1:80a', 400],
  ['user information behind a colon', '127.0.0.1:80@evil.example', 400],
  ['user information', 'localhost@evil.example', 400],
  ['two ports', 'localhost:80:80', 400],
  ['a path', 'localhost/evil', 400],
  ['a backslash', 'localhost\\evil', 400],
  ['a space', 'localhost evil', 400],
  ['two hosts, as two lines would be joined', 'localhost, evil.example', 400],
  ['an IPv6 address without brackets', '::1', 400],
  ['an IPv6 address that is not closed', '[::1', 400],
  ['brackets around nothing', '[]', 400],
  ['brackets around a name', '[localhost]', 400],
  ['brackets around what is no address', '[1:2]', 400],
  ['something behind the brackets', '[::1]evil', 400],
  ['a line feed', 'localhost\n', 400],
  ['letters above ASCII', 'lo\u0441alhost', 400],
])('RFC 9110 §7.2, Host: %s', ([, authority, expected]) => {
  expect(decideHost(authority, 'classroom.lan')).toBe(expected)
})

test('localhost and addresses are known to a node that listens on an address', () => {
  expect(decideHost('localhost', '127.0.0.1')).toBe('accepted')
  expect(decideHost('[::1]:8001', '::1')).toBe('accepted')
  expect(decideHost('classroom.lan', '127.0.0.1')).toBe(421)
})

const PEERS = new Set(['http://127.0.0.1:8001', 'http://127.0.0.1:8002'])

test('a page of another node may read answers, with the fields that a player needs', () => {
  const [allowName, allowed, exposeName, exposed = ''] = corsFields('http://127.0.0.1:8002', PEERS)
  expect([allowName, allowed, exposeName]).toEqual([
    'Access-Control-Allow-Origin',
    'http://127.0.0.1:8002',
    'Access-Control-Expose-Headers',
  ])
  const names = exposed.split(', ')
  for (const name of ['Content-Range', 'Content-Length', 'ETag', 'Repr-Digest']) expect(names).toContain(name)
})

test('a preflight of another node is answered for GET and HEAD with ranges and preconditions', () => {
  const fields = preflightFields('http://127.0.0.1:8001', PEERS)
  const byName = new Map(
    fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1]]] : [])),
  )
  expect(byName.get('Access-Control-Allow-Methods')).toBe('GET, HEAD')
  const allowed = byName.get('Access-Control-Allow-Headers')?.split(', ')
  expect(allowed).toEqual(
    expect.arrayContaining([
      'Range',
      'If-Match',
      'If-None-Match',
      'If-Modified-Since',
      'If-Unmodified-Since',
      'If-Range',
    ]),
  )
})

test.for<[why: string, origin: string | undefined]>([
  ['no origin', undefined],
  ['an empty origin', ''],
  ['the null origin', 'null'],
  ['every origin', '*'],
  ['another site', 'http://evil.example'],
  ['another port', 'http://127.0.0.1:8003'],
  ['another scheme', 'https://127.0.0.1:8001'],
  ['another name of the same machine', 'http://localhost:8001'],
  ['another case', 'HTTP://127.0.0.1:8001'],
  ['a slash behind', 'http://127.0.0.1:8001/'],
  ['more behind', 'http://127.0.0.1:8001.evil.example'],
  ['two origins', 'http://127.0.0.1:8001, http://127.0.0.1:8002'],
])('%s gets no CORS field', ([, origin]) => {
  expect(corsFields(origin, PEERS)).toEqual([])
  expect(preflightFields(origin, PEERS)).toEqual([])
})

test.for<[who: string, fields: { origin?: string; referer?: string }, page: string | undefined]>([
  ['a page of another node names itself', { origin: 'http://127.0.0.1:8002' }, 'http://127.0.0.1:8002'],
  [
    'a page of the same node is known by where it stands',
    { referer: 'http://127.0.0.1:8001/watch/a.mp4' },
    'http://127.0.0.1:8001',
  ],
  ['a program is no page', {}, undefined],
  ['a page of somebody else is none of ours', { origin: 'http://evil.example' }, undefined],
  ['what is no URL is no page', { referer: 'about' }, undefined],
])('%s', ([, fields, page]) => {
  expect(pageThatAsked(fields, PEERS)).toBe(page)
})

test('no page may send credentials', () => {
  const [origin = ''] = PEERS
  const names = [...corsFields(origin, PEERS), ...preflightFields(origin, PEERS)].join().toLowerCase()
  expect(names).not.toContain('credentials')
})

test('answers vary by origin', () => {
  expect(VARY).toBe('Origin')
})
