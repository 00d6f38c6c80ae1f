// @ts-check
/**
 * The reply to a video element's request for bytes. The page that the video stands on has them: it is found
 * by the request's client, so two tabs cannot mix, and asked for one piece at a time, so that nothing is read
 * which the video does not want yet.
 */

/** @typedef {import('./worker-scope.js').StreamHead} StreamHead */
/** @typedef {import('./worker-scope.js').StreamPiece} StreamPiece */
/** @typedef {import('./worker-scope.js').StreamDemand} StreamDemand */

/** A page that says nothing for so long is being reloaded or has hung. */
const HEAD_MS = 5_000

/**
 * Answers a request for bytes. Never rejects: a video element asks again after a failed reply.
 * @param {() => Promise<Pick<import('./worker-scope.js').ClientLike, 'postMessage'> | undefined>} findPage the request's client
 * @param {string} id of the stream, which only the page knows
 * @param {string | null} range the Range field
 * @returns {Promise<Response>} 206, 416, or an error when the page cannot answer
 */
export async function answerStream(findPage, id, range) {
  const page = await findPage()
  if (page === undefined) return Response.error()
  const { port1: port, port2 } = new MessageChannel()
  /** @type {import('./worker-scope.js').StreamRequest} */
  const request = { type: 'stream', id, range }
  page.postMessage(request, [port2])
  const head = await nextMessage(port, HEAD_MS)
  if (head?.type === 'head') return partialContent(port, head)
  /** @type {StreamDemand} */
  const cancel = { type: 'cancel' }
  port.postMessage(cancel) // a page that wakes up later must not wait for us
  port.close()
  if (head?.type !== 'unsatisfiable') return Response.error()
  return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${head.size}` } })
}

/**
 * @param {MessagePort} port
 * @param {number} timeoutMs
 * @returns {Promise<StreamHead | undefined>} `undefined` when nothing came in time
 */
function nextMessage(port, timeoutMs) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs, undefined)
    port.onmessage = ({ data }) => {
      clearTimeout(timer)
      resolve(data)
    }
  })
}

/**
 * Always 206, even for a whole file: it says how long the file is, and some browsers refuse a 200 to a range.
 * @param {MessagePort} port
 * @param {Extract<StreamHead, { type: 'head' }>} head
 */
function partialContent(port, { start, end, size, mediaType }) {
  return new Response(pulledStream(port), {
    status: 206,
    headers: {
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'no-store',
      'Content-Length': String(end - start + 1),
      'Content-Range': `bytes ${start}-${end}/${size}`,
      'Content-Type': mediaType,
    },
  })
}

/**
 * @param {MessagePort} port
 * @returns {ReadableStream<Uint8Array>}
 */
function pulledStream(port) {
  /** @param {StreamDemand} demand */
  const send = (demand) => port.postMessage(demand)
  return new ReadableStream(
    {
      start(controller) {
        port.onmessage = ({ data }) => {
          const piece = /** @type {StreamPiece} */ (data)
          if (piece.type === 'piece') return controller.enqueue(new Uint8Array(piece.bytes))
          port.close()
          if (piece.type === 'end') controller.close()
          else controller.error(new Error(piece.message))
        }
      },
      pull: () => send({ type: 'pull' }),
      cancel() {
        send({ type: 'cancel' })
        port.close()
      },
    },
    { highWaterMark: 0 },
  )
}
