/**
 * A script with all that it imports, in one text. A browser learns what a script imports only when it has the script, and
 * asks then: each step is a round to the node more before there is a picture. Nothing is built for that: each file stays
 * as it is, and becomes, without its comments, a function that gives what the file exports. What it gave is kept by its
 * path in `joinedScripts`: a file that is in two texts of one page runs once. Pure.
 */
import path from 'node:path'
import { makeSourceMap, type SourcePart } from './source-map.ts'

/** `import { a, b as c } from './x.js'`, also over several lines. */
const IMPORT = /^import\s*\{([^}]*)\}\s*from\s*'(\.[^']+)'$/gm
/** A declaration that is exported. */
const EXPORT = /^export (?=(?:async )?(?:function\*?|class|const|let) (\w+))/gm
/** What is left of other forms, which are not understood. */
const OTHER_FORM = /^(?:import|export)\b/m
/** `await import('./x.js')` or `f(import('./x.js'))`. */
const LATER_IMPORT = /(?<=await |\()import\('(\.[^']+)'\)/g

/** A comment that has its lines for itself. It would be more than half of the text, and travels over the same uplink. */
const COMMENT = /^[ \t]*(?:\/\*(?:(?!\*\/)[\s\S])*\*\/|\/\/.*)$/gm

export interface Joined {
  readonly text: string
  /** its source map: a debugger shows each file under its own name */
  readonly map: string
}

/**
 * Joins a script with all that it imports, also later.
 * @param first its path
 * @param scripts path → text, of all that may be imported
 * @returns the script as it is, where it imports nothing; `undefined` where a script is missing, or has a form of import
 *   or export that is not known here, or two import each other: the files then have to be loaded one by one
 */
export function joinScripts(first: string, scripts: ReadonlyMap<string, string>): Joined | undefined {
  const pieces: string[] = ['globalThis.joinedScripts ??= {}']
  const parts: SourcePart[] = []
  const names = new Map<string, string>()
  let lines = 1
  const add = (script: string, before: string, code: string, after: string): void => {
    const linesBefore = lines + linesOf(before) - 1
    parts.push({ source: `/_/${script}`, content: scripts.get(script) ?? '', linesBefore })
    const piece = before + code + after
    pieces.push(piece)
    lines += linesOf(piece)
  }
  /** @returns how the others call what the script exports; `undefined`: it cannot be joined */
  const join = (script: string): string | undefined => {
    const known = names.get(script)
    if (known !== undefined) return known === PENDING ? undefined : known
    names.set(script, PENDING)
    const code = link(script)
    if (code === undefined) return undefined
    const name = `script${pieces.length}`
    if (script === first) add(script, '', code, '')
    else
      add(
        script,
        `const ${name} = joinedScripts['${script}'] ??= (() => {\n`,
        code.replace(EXPORT, ''),
        endOf(code),
      )
    names.set(script, name)
    return name
  }
  const link = (script: string): string | undefined => {
    let isKnown = true
    const joinFrom = (from: string): string | undefined => {
      const name = join(path.posix.join(path.posix.dirname(script), from))
      isKnown &&= name !== undefined
      return name
    }
    const linked = scripts
      .get(script)
      ?.replace(COMMENT, (comment) => '\n'.repeat(linesOf(comment) - 1))
      .replace(
        IMPORT,
        (_, imported: string, from: string) =>
          `const {${imported.replaceAll(/\s+as\s+/g, ': ')}} = ${joinFrom(from)}`,
      )
      .replace(LATER_IMPORT, (_, from: string) => `Promise.resolve(${joinFrom(from)})`)
    return isKnown && linked !== undefined && !OTHER_FORM.test(linked.replace(EXPORT, ''))
      ? linked
      : undefined
  }
  if (join(first) === undefined) return undefined
  const alone = parts.length === 1 ? scripts.get(first) : undefined
  return { text: alone ?? pieces.join('\n'), map: makeSourceMap(parts) }
}

/** Its text is being read: who imports it now imports in a circle. */
const PENDING = ''

const linesOf = (text: string): number => text.split('\n').length

function endOf(code: string): string {
  const exported = [...code.matchAll(EXPORT)].map(([, exported]) => exported)
  return `\nreturn { ${exported.join(', ')} }\n})()`
}
