// @ts-check
/**
 * Lets a process that a test starts read TypeScript, as tsx does, and translates each file once instead of in every
 * process. `node --import like-tsx.js`. Commands need not even that: see plain-js.ts.
 */
import { readFileSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { translated } from './translate.js'

/** @typedef {(url: string, context?: unknown) => { format: string, source?: string | NodeJS.TypedArray }} NextLoad */

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

/** Since 22.15 without a thread of its own. @type {((hooks: { load: typeof load }) => void) | undefined} */
const registerHooks = Reflect.get(module, 'registerHooks')
if (registerHooks !== undefined) registerHooks({ load })
else if (isMainThread) module.register(import.meta.url)
