// @ts-check
/** Translates TypeScript for the tests, each file once. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Deleted with the packages, and with them made anew. */
const KEPT = fileURLToPath(new URL('../../node_modules/.cache/translated/', import.meta.url))
const OPTIONS = { loader: 'ts', format: 'esm', target: 'node20' }

/** @param {string} text TypeScript @returns {string} JavaScript */
export function translated(text) {
  const kept = path.join(KEPT, `${createHash('sha256').update(text).digest('hex')}.js`)
  try {
    return readFileSync(kept, 'utf8')
  } catch {
    const code = translate(text)
    keep(kept, code)
    return code
  }
}

/** @param {string} text TypeScript */
const translate = (text) => esbuild().transformSync(text, OPTIONS).code

/** The translator is the one that tsx brings. */
export function esbuild() {
  const tsx = createRequire(import.meta.url).resolve('tsx')
  return createRequire(tsx)('esbuild')
}

/** Whole or not at all: other processes read here. @param {string} file @param {string} code */
function keep(file, code) {
  const unfinished = `${file}.${process.pid}`
  mkdirSync(KEPT, { recursive: true })
  writeFileSync(unfinished, code)
  renameSync(unfinished, file)
}
