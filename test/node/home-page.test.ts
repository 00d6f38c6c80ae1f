import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { escapeHtml, HOME_PAGE_POLICY, renderHomePage } from '../../src/node/home-page.ts'
import type { ReplicaFacts } from '../../src/node/replica.ts'
import type { NodeConfig } from '../../src/node-list.ts'
import { encodeStorageName } from '../../src/version/url-path.js'

const NODE: NodeConfig = {
  name: 'node2',
  host: '127.0.0.1',
  port: 8002,
  latencyMs: 150,
  jitterMs: 20,
  bandwidthKbps: 4000,
  root: '/home/teacher/node2/storage',
}
const video = (name: string): ReplicaFacts => ({
  name,
  sizeBytes: 6_700_000,
  lastModifiedMs: Date.UTC(2026, 5, 15, 8, 30),
  etag: '"v1"',
  sha256: undefined,
})

test('the page tells the node, its impairments and its videos with size and date', () => {
  const page = renderHomePage(NODE, [video('demo.mp4'), video('week 1/talk.mp4')])
  expect(page).toContain('<title>node2</title>')
  expect(page).toContain('<h1>node2</h1>')
  expect(page).toContain('simulated latency 150 ms ± 20 ms, 4000 kbit/s')
  for (const text of ['demo.mp4', 'week 1/talk.mp4', '6.7 MB', '2026-06-15 08:30 UTC'])
    expect(page).toContain(text)
  expect(page.match(/<li>/g)).toHaveLength(2)
})

test('each video can be watched and downloaded', () => {
  const page = renderHomePage(NODE, [video('week 1/talk.mp4')])
  expect(page).toMatch(/<a [^>]*href="\/watch\/week%201\/talk\.mp4"[^>]*>Watch<\/a>/)
  expect(page).toMatch(/<a [^>]*href="\/week%201\/talk\.mp4" download>Download<\/a>/)
})

test('a node without videos says how to get one', () => {
  expect(renderHomePage(NODE, [])).toContain('<code>npm run replicate media/demo.mp4</code>')
})

test('the page tells nothing of the disk', () => {
  expect(renderHomePage(NODE, [video('demo.mp4')])).not.toContain('teacher')
})

/** Reads escaped text back with none of our code. */
const unescapeHtml = (html: string): string =>
  html.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => {
    const texts: Record<string, string> = {
      '&amp;': '&',
      '&lt;': '<',
      '&gt;': '>',
      '&quot;': '"',
      '&#39;': "'",
    }
    return texts[entity] ?? entity
  })

test.for([
  '<script>alert(1)</script>.mp4',
  '<img src=x onerror=alert(1)>.mp4',
  '"onmouseover="alert(1)".mp4',
  "'onmouseover='alert(1)'.mp4",
  '&lt;b&gt; &amp; &#39;.mp4',
  '</span></li></ul><h1>node9</h1>.mp4',
  'javascript&colon;alert(1).mp4',
  '100% #1?.mp4',
  'café 🎬.mp4',
])('%s is shown as its name and nothing else', (name) => {
  const page = renderHomePage(NODE, [video(name)])
  const tags = (html: string): string[] =>
    (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""'))
  expect(tags(page)).toEqual(tags(renderHomePage(NODE, [video('plain.mp4')])))

  const shown = /<span class="name">([^<]*)<\/span>/.exec(page)?.[1] ?? ''
  expect(unescapeHtml(shown)).toBe(name)
  const links = [...page.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href = '']) => unescapeHtml(href))
  expect(links).toEqual([`/watch/${encodeStorageName(name)}`, `/${encodeStorageName(name)}`, '/_/api'])
})

test("a node's name is escaped too", () => {
  const page = renderHomePage({ ...NODE, name: '<b>"x"' }, [])
  expect(page).toContain('<h1>&lt;b&gt;&quot;x&quot;</h1>')
  expect(page).not.toContain('<b>')
})

test('escaping can be undone, and leaves no character that HTML would read', () => {
  const ascii = String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code))
  expect(escapeHtml(ascii)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/)
  expect(unescapeHtml(escapeHtml(`${ascii}é🎬`))).toBe(`${ascii}é🎬`)
})

test('the policy lets the one style sheet through, and nothing else', () => {
  const sheet = /<style>([\s\S]*?)<\/style>/.exec(renderHomePage(NODE, []))?.[1] ?? ''
  const policy = HOME_PAGE_POLICY.split('; ')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(sheet).digest('base64')}'`)
  expect(policy).toContain("frame-ancestors 'none'")
  expect(HOME_PAGE_POLICY).not.toMatch(/unsafe|\*/)
})
