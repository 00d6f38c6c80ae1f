import { describe, expect, onTestFinished, test } from 'vitest'
import { answerStream } from '../../../src/player/worker/worker-stream.js'

type Message = { type: string; [field: string]: unknown }

/** A page that answers requests for bytes with a head, and pulls with what `pieces` gives. */
function page(head: Message | undefined, pieces: Iterable<Message> = []) {
  const demands: string[] = []
  const requests: Message[] = []
  const rest = pieces[Symbol.iterator]()
  const client = {
    postMessage(request: Message, [port]: Transferable[] = []) {
      requests.push(request)
      if (!(port instanceof MessagePort)) throw new Error('No port came with the request')
      onTestFinished(() => port.close())
      port.onmessage = ({ data }: MessageEvent<Message>) => {
        demands.push(data.type)
        if (data.type !== 'pull') return
        const { value } = rest.next()
        if (value) port.postMessage(value)
      }
      if (head) port.postMessage(head)
    },
  }
  return { find: async () => client, demands, requests }
}

const HEAD = { type: 'head', start: 4, end: 9, size: 100, mediaType: 'video/mp4' }
const piece = (text: string): Message => ({ type: 'piece', bytes: new TextEncoder().encode(text).buffer })

describe('a request for bytes', () => {
  test('gets 206 with all that a video element looks at, and the pieces in order', async () => {
    const { find, requests } = page(HEAD, [piece('abc'), piece('def'), { type: 'end' }])
    const response = await answerStream(find, '7', 'bytes=4-9')
    expect(requests).toEqual([{ type: 'stream', id: '7', range: 'bytes=4-9' }])
    expect(response.status).toBe(206)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'content-length': '6',
      'content-range': 'bytes 4-9/100',
      'content-type': 'video/mp4',
    })
    expect(await response.text()).toBe('abcdef')
  })

  test('pulls nothing that is not read', async () => {
    const { find, demands } = page(HEAD, [piece('abc'), piece('def'), { type: 'end' }])
    const response = await answerStream(find, '7', null)
    const reader = response.body?.getReader()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(demands).toEqual([])
    await reader?.read()
    expect(demands).toEqual(['pull'])
    await reader?.cancel()
    await expect.poll(() => demands).toEqual(['pull', 'cancel'])
  })

  test('gets 416 with the size of the file', async () => {
    const { find } = page({ type: 'unsatisfiable', size: 100 })
    const response = await answerStream(find, '7', 'bytes=100-')
    expect(response.status).toBe(416)
    expect(response.headers.get('Content-Range')).toBe('bytes */100')
  })

  test('fails in the middle when the page says so', async () => {
    const { find } = page(HEAD, [piece('abc'), { type: 'failed', message: 'no node' }])
    const response = await answerStream(find, '7', null)
    await expect(response.text()).rejects.toThrow('no node')
  })

  test('of a page that is gone fails', async () => {
    const response = await answerStream(async () => undefined, '7', null)
    expect(response.type).toBe('error')
  })

  test('of a page that never answers fails, and the page is told not to', async () => {
    const { find, demands } = page(undefined)
    expect((await answerStream(find, '7', null)).type).toBe('error')
    await expect.poll(() => demands).toEqual(['cancel'])
  }, 10_000)
})
