/** Sets faults on a node as a program on the same machine does. */
import { request as httpRequest } from 'node:http'
import { expect } from 'vitest'
import type { HttpReply } from './http.ts'

export interface LabRequest {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks for `/_/lab` with exactly these fields. */
export function askLab(
  { port }: { readonly port: number },
  { method = 'GET', body, headers = {} }: LabRequest = {},
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path: '/_/lab', method, headers, agent: false })
    sent.once('error', reject)
    sent.once('response', (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.once('error', reject)
      reply.once('end', () => {
        const { statusCode: status = 0, headers: got, rawHeaders } = reply
        const bytes = Buffer.concat(chunks)
        resolve({ status, headers: got, rawHeaders, body: bytes, text: bytes.toString('latin1') })
      })
    })
    sent.end(body)
  })
}

/** What a node's lab says. */
export interface LabJson {
  readonly node: string
  readonly revision: number
  readonly seed: number
  readonly token: string
  readonly starts: readonly string[]
  readonly impairments: Readonly<Record<string, number>>
  readonly faults: Readonly<
    Record<string, { readonly agoMs: number; readonly leftMs: number | null; readonly hits: number | null }>
  >
  readonly leaseLeftMs: number | null
}

export const readLab = async (node: { readonly port: number }): Promise<LabJson> =>
  JSON.parse((await askLab(node)).text) as LabJson

/** Sets what is to be in force. @throws AssertionError when the node refuses */
export async function setLab(node: { readonly port: number }, document: object): Promise<LabJson> {
  const { token } = await readLab(node)
  const headers = { 'Content-Type': 'application/json', 'X-Lab-Token': token }
  const { status, text } = await askLab(node, { method: 'PUT', headers, body: JSON.stringify(document) })
  expect({ status, text: status === 200 ? '' : text }).toEqual({ status: 200, text: '' })
  return JSON.parse(text) as LabJson
}
