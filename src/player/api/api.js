// @ts-check
/** The page that describes a node: each path with what it answers, and a button that asks. */
import { readBounded, readBoundedJson } from '../../swarm/read-bounded.js'
import { encodeStorageName } from '../../version/url-path.js'
import { element, part, setText } from '../element.js'

/** @typedef {{ name: string, description?: string }} PathParameter */
/** @typedef {{ summary: string, responses: Record<string, { description: string }>, requestBody?: object }} Operation */
/** @typedef {Record<string, Operation> & { parameters?: PathParameter[] }} Path */

/** More than the description of a node has. */
const MAX_BYTES = 1024 * 1024
/** Of an answer no more is shown. */
const SHOWN_BYTES = 4096
/** Of an answer no more is read: a video may be long. */
const READ_BYTES = 64 * 1024
const METHODS = ['get', 'head', 'options', 'put', 'delete']
const CHANGES = new Set(['PUT', 'DELETE'])
const EXAMPLE = JSON.stringify({ faults: { hang: { forMs: 5000 } } }, null, 1)

async function main() {
  const [description, { videos }] = await Promise.all(['/_/openapi.json', '/_/videos'].map(askJson))
  setText(part('about', HTMLElement), `${description.info.title}. ${description.info.description}`)
  const names = videos.map((/** @type {{ name: string }} */ { name }) => name)
  const sections = Object.entries(/** @type {Record<string, Path>} */ (description.paths)).map(
    ([path, operations]) => section(path, operations, names),
  )
  part('paths', HTMLElement).replaceChildren(...sections)
}

/** What this node says of itself. @param {string} path @returns {Promise<any>} */
const askJson = async (path) => readBoundedJson(await fetch(path), MAX_BYTES)

/** @param {string} path @param {Path} operations @param {readonly string[]} videos */
function section(path, operations, videos) {
  const methods = METHODS.filter((method) => operations[method] !== undefined)
  const method = element('select', {}, ...methods.map((one) => element('option', {}, one.toUpperCase())))
  const inputs = (operations.parameters ?? []).map((parameter) => inputFor(parameter, videos))
  const range = element('input', { placeholder: 'bytes=0-99' })
  const body = element('textarea', {})
  body.value = EXAMPLE
  const bodyLabel = element('label', { class: 'wide' }, 'document', body)
  const hasRanges = operations['get']?.responses[206] !== undefined
  const summary = element('p', { class: 'summary' })
  const answers = element('ul', {})
  const result = element('pre', { role: 'status', tabindex: '0' })
  const show = () => {
    const { summary: text = '', responses = {}, requestBody } = operations[method.value.toLowerCase()] ?? {}
    setText(summary, text)
    answers.replaceChildren(
      ...Object.entries(responses).map(([status, { description }]) =>
        element('li', {}, `${status}: ${description}`),
      ),
    )
    bodyLabel.hidden = requestBody === undefined
  }
  method.addEventListener('change', show)
  show()
  const form = element(
    'form',
    {},
    element('label', {}, 'method', method),
    ...inputs.map(({ label }) => label),
    ...(hasRanges ? [element('label', {}, 'Range', range)] : []),
    bodyLabel,
    element('button', {}, 'Try'),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const target = inputs.reduce(
      (made, { name, input }) => made.replace(`{${name}}`, encodeStorageName(input.value)),
      path,
    )
    setText(result, 'Asked …')
    ask(target, method.value, { range: range.value, body: bodyLabel.hidden ? undefined : body.value }).then(
      (text) => setText(result, text),
      (error) => setText(result, `No answer: ${error.message}`),
    )
  })
  const possible = element('details', {}, element('summary', {}, 'possible answers'), answers)
  return element('section', {}, element('h2', {}, path), summary, possible, form, result)
}

/** @param {PathParameter} parameter @param {readonly string[]} videos */
function inputFor({ name, description = '' }, videos) {
  const input =
    name === 'video' && videos.length > 0
      ? element('select', {}, ...videos.map((video) => element('option', {}, video)))
      : element('input', { value: name === 'video' ? 'demo.mp4' : 'player/watch.css' })
  return { name, input, label: element('label', { title: description }, name, input) }
}

/**
 * @param {string} target
 * @param {string} method
 * @param {{ range: string, body: string | undefined }} sent
 * @returns {Promise<string>} the answer as text: its status, its fields, and the beginning of its body
 */
async function ask(target, method, { range, body }) {
  /** @type {Record<string, string>} */
  const headers = range === '' ? {} : { Range: range }
  if (CHANGES.has(method)) {
    const { token } = await askJson('/_/lab')
    if (token !== undefined) headers['X-Lab-Token'] = token
  }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const stop = new AbortController()
  const init = {
    method,
    headers,
    cache: /** @type {const} */ ('no-store'),
    signal: stop.signal,
  }
  const response = await fetch(target, body === undefined ? init : { ...init, body })
  const fields = [...response.headers].map(([name, value]) => `${name}: ${value}`)
  const bytes = await readBounded(response, READ_BYTES).catch(() => undefined)
  stop.abort() // what is not read must not go on coming
  const shown =
    bytes === undefined ? 'more than is shown here' : showBytes(bytes, response.headers.get('Content-Type'))
  return [`${response.status} ${response.statusText}`, ...fields, '', shown].join('\n').trimEnd()
}

/** @param {Uint8Array} bytes @param {string | null} type */
function showBytes(bytes, type) {
  const isText = /^(?:text|application\/(?:json|metalink))/.test(type ?? '')
  if (!isText) return bytes.length === 0 ? '' : `${bytes.length} bytes`
  const text = new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES))
  return bytes.length > SHOWN_BYTES ? `${text}…` : text
}

main().catch((error) => {
  console.error(error)
  setText(part('about', HTMLElement), `This page could not be made: ${error.message}`)
})
