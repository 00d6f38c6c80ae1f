import { expect, test } from 'vitest'
import { encodeStorageName, fileUrl } from '../../src/version/url-path.js'

test.for([
  'demo.mp4',
  'week 1/talk.mp4',
  'a/b/c/d.mp4',
  `it's "new" & <old>?.mp4`,
  '100% #1.mp4',
  '%2e%2e/%2f.mp4',
  'a+b=c;d@e.mp4',
  'cafe\u0301.mp4',
  '講義.mp4',
  '🎬.mp4',
])('%s as a URL is one path, and decodes to the same name', (name) => {
  const url = new URL(`/${encodeStorageName(name)}`, 'http://127.0.0.1:8001/')
  expect([url.search, url.hash, url.pathname]).toEqual(['', '', `/${encodeStorageName(name)}`])
  expect(url.pathname.slice(1).split('/').map(decodeURIComponent).join('/')).toBe(name)
})

test('a file is found below the URL of its node', () => {
  const node = { url: 'http://cdn.test/files' }
  expect(fileUrl(node, 'week 1/50%?.mp4')).toBe('http://cdn.test/files/week%201/50%25%3F.mp4')
})
