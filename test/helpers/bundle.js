// @ts-check
/** Makes one file of a program and all that it imports: a process reads one sooner than a hundred. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { esbuild } from './translate.js'

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
    entryPoints: programs.map((program) => path.join(from, program)),
    outdir: to,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
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
