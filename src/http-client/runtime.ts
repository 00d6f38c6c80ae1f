/** What a swarm is handed in Node.js, where there is something faster than what browsers and Node.js share. */
import { createHash } from 'node:crypto'
import { httpFetch } from './http-fetch.ts'

export const RUNTIME = {
  fetch: httpFetch,
  /** at once, on this thread: Web Crypto would copy every chunk to another one */
  hash: async (bytes: Uint8Array): Promise<string> => createHash('sha256').update(bytes).digest('hex'),
} as const
