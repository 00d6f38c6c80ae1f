import { expect, test } from 'vitest'
import { isServerOf } from '../../../src/player/page/own-server.js'

test.for<[what: string, node: string, page: string, isServer: boolean]>([
  ['the same origin', 'http://127.0.0.1:8001', 'http://127.0.0.1:8001', true],
  ['with a path', 'http://127.0.0.1:8001/', 'http://127.0.0.1:8001', true],
  ['its own machine by name', 'http://127.0.0.1:8001', 'http://localhost:8001', true],
  ['its own machine by the other address', 'http://127.0.0.1:8001', 'http://[::1]:8001', true],
  ['another port of its own machine', 'http://127.0.0.1:8001', 'http://localhost:8002', false],
  ['another machine', 'http://192.0.2.7:8001', 'http://localhost:8001', false],
  ['the same name of another machine', 'http://classroom.test:8001', 'http://classroom.test:8001', true],
  ['another scheme', 'http://127.0.0.1:8001', 'https://localhost:8001', false],
])('is a node the server of a page? %s', ([, url, origin, isServer]) => {
  expect(isServerOf({ url }, origin)).toBe(isServer)
})
