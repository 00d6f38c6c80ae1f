// @ts-check
/**
 * Lets a process that a test starts read TypeScript, as tsx does, and translates each file once instead of in every
 * process: the tests start more than a thousand, and half of their time went into that. `node --import like-tsx.js`.
 * That the commands run with tsx itself, and with nothing, is tried by launch.test.ts, the lessons and the newcomer.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

/** @typedef {(url: string, context?: unknown) => { format: string, source?: string | NodeJS.TypedArray }} NextLoad */

/** Deleted with the packages, and with them made anew. */
const KEPT = fileURLToPath(new URL('../../node_modules/.cache/like-tsx/', import.meta.url))
const OPTIONS = { loader: 'ts', format: 'esm', target: 'node20' }

/**
 * What Node.js asks for the text of each module.
 * @param {string} url
 * @param {unknown} context
 * @param {NextLoad} next
 */
export function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context)
  return {
    format: 'module',
    shortCircuit: true,
    source: translated(readFileSync(fileURLToPath(url), 'utf8')),
  }
}

/** @param {string} text TypeScript @returns {string} JavaScript */
function translated(text) {
  const kept = path.join(KEPT, `${createHash('sha256').update(text).digest('hex')}.js`)
  try {
    return readFileSync(kept, 'utf8')
  } catch {
    const code = translate(text)
    keep(kept, code)
    return code
  }
}

/** The translator is the one that tsx brings. @param {string} text */
function translate(text) {
  const tsx = createRequire(import.meta.url).resolve('tsx')
  return createRequire(tsx)('esbuild').transformSync(text, OPTIONS).code
}

/** Whole or not at all: other processes read here. @param {string} file @param {string} code */
function keep(file, code) {
  const unfinished = `${file}.${process.pid}`
  mkdirSync(KEPT, { recursive: true })
  writeFileSync(unfinished, code)
  renameSync(unfinished, file)
}

/** Since 22.15 without a thread of its own. @type {((hooks: { load: typeof load }) => void) | undefined} */
const registerHooks = Reflect.get(module, 'registerHooks')
if (registerHooks !== undefined) registerHooks({ load })
else if (isMainThread) module.register(import.meta.url)
