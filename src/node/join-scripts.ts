/**
 * A script with all that it imports, in one text. A browser learns what a script imports only when it has the script, and
 * asks then: each step is a round to the node more before there is a picture. Nothing is built for that: each file stays
 * as it is, and becomes a function that gives what the file exports. What each has exported can be found by its path in
 * `joinedScripts`, for scripts that come later. Pure.
 */
import path from 'node:path'

/** `import { a, b as c } from './x.js'`, also over several lines. */
const IMPORT = /^import\s*\{([^}]*)\}\s*from\s*'(\.[^']+)'$/gm
/** A declaration that is exported. */
const EXPORT = /^export (?=(?:async )?(?:function\*?|class|const|let) (\w+))/gm
/** What is left of other forms, which are not understood. */
const OTHER_FORM = /^(?:import|export)\b/m

/**
 * Joins a script with all that it imports.
 * @param first its path
 * @param scripts path → text, of all that may be imported
 * @returns the text; `undefined` where a script is missing, or has a form of import or export that is not known here, or
 *   two import each other: the files then have to be loaded one by one
 */
export function joinScripts(first: string, scripts: ReadonlyMap<string, string>): string | undefined {
  const texts: string[] = []
  const names = new Map<string, string>()
  /** @returns how the others call what the script exports; `undefined`: it cannot be joined */
  const join = (script: string): string | undefined => {
    const known = names.get(script)
    if (known !== undefined) return known === PENDING ? undefined : known
    names.set(script, PENDING)
    const code = link(script)
    if (code === undefined) return undefined
    const name = `script${texts.length}`
    texts.push(script === first ? code : asFunction(name, script, code))
    names.set(script, name)
    return name
  }
  const link = (script: string): string | undefined => {
    let isKnown = true
    const linked = scripts.get(script)?.replace(IMPORT, (_, imported: string, from: string) => {
      const name = join(path.posix.join(path.posix.dirname(script), from))
      isKnown &&= name !== undefined
      return `const {${imported.replaceAll(/\s+as\s+/g, ': ')}} = ${name}`
    })
    return isKnown && linked !== undefined && !OTHER_FORM.test(linked.replace(EXPORT, ''))
      ? linked
      : undefined
  }
  if (join(first) === undefined) return undefined
  const [only, ...others] = texts
  return others.length === 0 ? only : ['globalThis.joinedScripts = {}', ...texts].join('\n')
}

/** Its text is being read: who imports it now imports in a circle. */
const PENDING = ''

function asFunction(name: string, script: string, code: string): string {
  const exported = [...code.matchAll(EXPORT)].map(([, exported]) => exported)
  return `// ${script}\nconst ${name} = joinedScripts['${script}'] = (() => {\n${code.replace(EXPORT, '')}\nreturn { ${exported.join(', ')} }\n})()\n`
}
