// @ts-check
/** Translates TypeScript for the tests, each file once, or a program with all that it needs into one file. */
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

/**
 * As much of the translator as is used here.
 * @typedef {object} Build
 * @property {(on: { filter: RegExp }, resolve: (args: { path: string, resolveDir: string }) => object) => void} onResolve
 * @property {(on: { filter: RegExp }, load: (args: { path: string }) => object) => void} onLoad
 */

/**
 * Makes one file of each program and what it imports, in the same place below another folder.
 * @param {readonly string[]} programs paths from the folder
 * @param {string} from their folder @param {string} to where the files are made
 */
export async function bundle(programs, from, to) {
  await esbuild().build({
    ...OPTIONS,
    loader: {},
    entryPoints: programs.map((program) => path.join(from, program)),
    outdir: to,
    bundle: true,
    platform: 'node',
    plugins: [staysInPlace(from)],
    logLevel: 'error',
  })
}

/**
 * A module in a bundle still finds what lies beside it, and what stays CommonJS is loaded from where it is.
 * @param {string} folder of the programs
 */
const staysInPlace = (folder) => ({
  name: 'stays in place',
  /** @param {Build} build */
  setup(build) {
    build.onResolve({ filter: /\.cjs$/ }, ({ path: name, resolveDir }) => ({
      path: `./${path.relative(folder, path.join(resolveDir, name)).replaceAll('\\', '/')}`,
      external: true,
    }))
    build.onLoad({ filter: /\.[jt]s$/ }, ({ path: file }) => {
      const place = JSON.stringify(`./${path.relative(folder, file).replaceAll('\\', '/')}`)
      const contents = readFileSync(file, 'utf8')
      return {
        contents: contents.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`),
        loader: 'ts',
      }
    })
  },
})

/** The translator is the one that tsx brings. */
function esbuild() {
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
