// @ts-check
/**
 * Loads the page's scripts, all in one answer. Every request waits for the node, a browser makes six at a time, and
 * the page has dozens of scripts: one after the other they would take most of a second. Nothing is built for that:
 * each script stays a file of its own, and imports its neighbours by the addresses of their copies in memory (blobs).
 * A debugger shows every one under its own name.
 */

import { leaveEarly } from './page/early.js'

/** Path below `/_/` → text, of every script. */
const SCRIPTS = 'player/scripts.json'
const FIRST = 'player/page/page.js'

/** `import … from './x.js'` and `export … from './x.js'` at the beginning of a line; `import('./x.js')` behind a bracket or `await`. */
const IMPORTS = /^(import\s[^'"();=]*|export\s*[*{][^'"();=]*from\s*|.*(?:\(|await )import\()'(\.[^']+)'/gm

/**
 * Gives scripts an address each from which they find each other.
 * @param {Readonly<Record<string, string>>} scripts path → text
 * @param {(text: string) => string} addressOf makes an address for a text
 * @param {string} base what stands before a path in its real address
 * @param {Readonly<Record<string, object>>} [running] path → what it exports, of scripts that run already, under the
 *   name `joinedScripts`: who imports them gets what runs, and not another copy
 * @returns {(path: string) => string} the address of a script; the real one of a script that imports itself in a circle
 */
export function linkScripts(scripts, addressOf, base, running = {}) {
  /** @type {Map<string, string>} */
  const addresses = new Map()
  /** @param {string} path @returns {string} */
  const link = (path) => {
    const known = addresses.get(path)
    if (known !== undefined) return known
    addresses.set(path, base + path) // until it has one of its own
    const text = scripts[path]
    if (text === undefined) return base + path
    const exported = running[path]
    if (exported !== undefined) {
      const address = addressOf(passOn(path, exported))
      addresses.set(path, address)
      return address
    }
    const linked = text.replace(IMPORTS, (_, head, name) => `${head}'${link(resolve(path, name))}'`)
    const address = addressOf(`${linked}\n//# sourceURL=${base}${path}\n`)
    addresses.set(path, address)
    return address
  }
  return link
}

/**
 * A script that exports what another one has exported, which runs already.
 * @param {string} path
 * @param {object} exported
 */
const passOn = (path, exported) =>
  `export const { ${Object.keys(exported).join(', ')} } = joinedScripts['${path}']\n`

/** @param {string} from @param {string} name relative to it */
const resolve = (from, name) => new URL(name, `http://page/${from}`).pathname.slice(1)

/** Loads the page's scripts, and runs them as soon as the whole page is here. */
export async function boot() {
  const base = new URL('/_/', location.href).href
  let first = base + FIRST
  try {
    const response = await fetch(base + SCRIPTS)
    if (!response.ok) throw new Error(`The node answers ${response.status}`)
    const addressOf = (/** @type {string} */ text) =>
      URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
    first = linkScripts(await response.json(), addressOf, base, joinedScripts)(FIRST)
  } catch (error) {
    console.warn('Loading the scripts one by one:', error)
    leaveEarly() // they know nothing of what was asked for before
  }
  if (document.readyState === 'loading')
    await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }))
  await import(first)
}

/** What runs already, see node/join-scripts.ts; nothing where a browser has loaded it file by file. */
const joinedScripts =
  /** @type {{ joinedScripts?: Record<string, object> }} */ (globalThis).joinedScripts ?? {}
