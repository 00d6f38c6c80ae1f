import { expect, test } from 'vitest'
import { viewFrom } from '../../src/node/directory.ts'
import { metalinkFields, renderMetalink } from '../../src/node/metalink.ts'
import { type ListedNode, NODE_DEFAULTS, type NodeConfig } from '../../src/node-list.ts'
import type { Manifest } from '../../src/version/manifest.js'

const ours = (name: string, port: number, latencyMs: number): NodeConfig => ({
  ...NODE_DEFAULTS,
  name,
  port,
  latencyMs,
  root: `/nowhere/${name}`,
})
const cdn: ListedNode = { name: 'cdn', url: 'https://cdn.example/a', healthPath: '/health' }
const NODES = [ours('far', 8003, 300), cdn, ours('near', 8001, 50)]
const MANIFEST: Manifest = {
  version: 1,
  name: 'demo.mp4',
  size: 600_000,
  mtimeMs: 0,
  sha256: 'a'.repeat(64),
  chunkSize: 262_144,
  chunks: ['b'.repeat(64), 'c'.repeat(64), 'd'.repeat(64)],
}

test('RFC 5854: a metalink has size, hashes and every node, the fastest first', () => {
  expect(renderMetalink(MANIFEST, viewFrom(NODES, 'near'))).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<metalink xmlns="urn:ietf:params:xml:ns:metalink">
  <file name="demo.mp4">
    <size>600000</size>
    <hash type="sha-256">${'a'.repeat(64)}</hash>
    <pieces length="262144" type="sha-256">
      <hash>${'b'.repeat(64)}</hash>
      <hash>${'c'.repeat(64)}</hash>
      <hash>${'d'.repeat(64)}</hash>
    </pieces>
    <url priority="1">http://127.0.0.1:8001/demo.mp4</url>
    <url priority="2">http://127.0.0.1:8003/demo.mp4</url>
    <url priority="3">https://cdn.example/a/demo.mp4</url>
  </file>
</metalink>
`)
})

test('RFC 5854 §4.1.3.1: an empty file has no pieces', () => {
  const text = renderMetalink({ ...MANIFEST, size: 0, chunks: [] }, viewFrom(NODES, 'near'))
  expect(text).toContain('<size>0</size>')
  expect(text).not.toContain('pieces')
})

test.for<[name: string, shown: string, encoded: string]>([
  ['week 1/talk.mp4', 'talk.mp4', 'week%201/talk.mp4'],
  [`a&b <i>"'.mp4`, 'a&amp;b &lt;i&gt;&quot;&#39;.mp4', 'a%26b%20%3Ci%3E%22&#39;.mp4'],
  ['é 🎬.mp4', 'é 🎬.mp4', '%C3%A9%20%F0%9F%8E%AC.mp4'],
])('%s is named without its folders, and escaped', ([name, shown, encoded]) => {
  const text = renderMetalink({ ...MANIFEST, name }, viewFrom(NODES, 'near'))
  expect(text).toContain(`<file name="${shown}">`)
  expect(text).toContain(`<url priority="1">http://127.0.0.1:8001/${encoded}</url>`)
})

test('RFC 6249: a reply links to the other nodes and to the description', () => {
  expect(metalinkFields('week 1/demo.mp4', viewFrom(NODES, 'near'))).toEqual([
    'Link',
    '<http://127.0.0.1:8003/week%201/demo.mp4>; rel=duplicate; pri=1',
    'Link',
    '<https://cdn.example/a/week%201/demo.mp4>; rel=duplicate; pri=2',
    'Link',
    '</week%201/demo.mp4.meta4>; rel=describedby; type="application/metalink4+xml"',
  ])
})
