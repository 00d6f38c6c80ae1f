/**
 * The files that the watch page is made of. Which there are is read once, at the start: a request only ever
 * picks a name from that list, and no path from it reaches the file system.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { View } from './directory.ts'
import { joinScripts } from './join-scripts.ts'
import type { PAGE_ROOMS } from './target.ts'
import { FIRST_SCRIPT, makeWatchPage, scriptOf } from './watch-page.ts'

/** Media types of what a page is made of; no other file is on the list. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html'],
  ['.css', 'text/css'],
  ['.js', 'text/javascript'],
  ['.svg', 'image/svg+xml'],
])

/** The folders whose files, at any depth, are on the list, under the names that begin their URLs. */
export type PageFolders = Readonly<Record<(typeof PAGE_ROOMS)[number], string>>

const OWN_FOLDERS: PageFolders = {
  player: fileURLToPath(new URL('../player/', import.meta.url)),
  verdict: fileURLToPath(new URL('../verdict/', import.meta.url)),
  lab: fileURLToPath(new URL('../lab/', import.meta.url)),
  swarm: fileURLToPath(new URL('../swarm/', import.meta.url)),
  version: fileURLToPath(new URL('../version/', import.meta.url)),
  words: fileURLToPath(new URL('../words/', import.meta.url)),
}

/** The page itself. It has a URL for each video and none of its own. */
export const WATCH_PAGE = 'player/watch.html'
/** The page that shows what a node answers. */
export const API_PAGE = 'player/api/api.html'

/** One file as it is now. */
export interface PageFile {
  readonly type: string
  readonly content: string
  /** the same, compressed: scripts travel over the simulated uplink too */
  readonly gzip: Uint8Array
  /** strong, with its quotes; the same on every node */
  readonly etag: string
}

interface Remembered {
  readonly mtimeMs: number
  readonly file: PageFile
}

/** What is made of all files together, as long as none of them is another. */
interface Made {
  readonly version: string
  readonly files: ReadonlyMap<string, PageFile>
  /** scripts with all that they import, by their names, and the source maps of these */
  readonly joined: Map<string, PageFile>
  /** the page as it was last made, and for which node list */
  page?: { readonly nodes: string; readonly page: MadePage }
}

/** The page with what stands in it beside its file. */
export interface MadePage extends PageFile {
  readonly policy: string
}

/** The list, and what the files on it were when they were last looked at. */
export class PageFiles {
  readonly #paths: ReadonlyMap<string, string>
  readonly #remembered = new Map<string, Remembered>()
  #made: Made = { version: digest(''), files: new Map(), joined: new Map() }
  /** under way: a page asks for several files at once */
  #looking: Promise<Made> | undefined

  private constructor(paths: ReadonlyMap<string, string>) {
    this.#paths = paths
  }

  /** @throws the system's error when a folder cannot be listed */
  static async open(folders: PageFolders = OWN_FOLDERS): Promise<PageFiles> {
    const paths = new Map<string, string>()
    for (const [room, folder] of Object.entries(folders)) {
      for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
        const file = path.join(entry.parentPath, entry.name)
        const below = path.relative(folder, file).split(path.sep)
        const isHidden = below.some((part) => part.startsWith('.'))
        if (!entry.isFile() || isHidden || !TYPES.has(path.extname(file))) continue
        paths.set([room, ...below].join('/'), file)
      }
    }
    return new PageFiles(paths)
  }

  /**
   * A file as it is on the disk now, so that whoever works on the page only has to reload it.
   * @param name `player/…` and so on, see {@link PAGE_ROOMS}
   * @returns `undefined` when it is not on the list
   * @throws the system's error when it was there at the start and cannot be read now
   */
  async read(name: string): Promise<PageFile | undefined> {
    const file = this.#paths.get(name)
    if (file === undefined) return undefined
    const { mtimeMs } = await stat(file)
    const remembered = this.#remembered.get(name)
    if (remembered?.mtimeMs === mtimeMs) return remembered.file
    const fresh = pageFile(TYPES.get(path.extname(file)) ?? '', await readFile(file, 'utf8'))
    this.#remembered.set(name, { mtimeMs, file: fresh })
    return fresh
  }

  /**
   * One word for all files as they are on the disk now: another one as soon as any of them is another.
   * @throws the system's error when one of them cannot be read
   */
  async readVersion(): Promise<string> {
    return (await this.#look()).version
  }

  /**
   * A script with all that it imports in one text, of the files as they are on the disk now; where they cannot be
   * joined, the script alone. With `.map` behind its name the source map of that text.
   * @returns as {@link read}
   * @throws as {@link read}
   */
  async readJoined(name: string): Promise<PageFile | undefined> {
    const made = await this.#look().catch(() => undefined) // one is missing, which it may not need
    const script = scriptOf(name)
    if (made !== undefined && !made.joined.has(script)) this.#join(made, script)
    return made?.joined.get(name) ?? this.read(name)
  }

  #join(made: Made, script: string): void {
    const texts = textsOf(made)
    const joined = joinScripts(script, texts)
    if (joined === undefined || joined.text === texts.get(script)) return
    const address = `//# sourceMappingURL=${path.posix.basename(script)}.map\n`
    made.joined.set(script, pageFile('text/javascript', `${joined.text}\n${address}`))
    made.joined.set(`${script}.map`, pageFile('application/json', joined.map))
  }

  /**
   * The page as one node list and the files as they are on the disk now make it; where its script cannot be put into
   * it, the page loads that.
   * @returns as {@link read}
   * @throws as {@link read}
   */
  async readWatchPage(view: Pick<View, 'nodes'>): Promise<MadePage | undefined> {
    const made = await this.#look().catch(() => undefined) // one is missing, which it may not need
    const nodes = JSON.stringify(view.nodes)
    if (made?.page?.nodes === nodes) return made.page.page
    const file = await this.read(WATCH_PAGE)
    if (file === undefined) return undefined
    const script = made && joinScripts(FIRST_SCRIPT, textsOf(made))
    const { html, policy } = makeWatchPage(file.content, script?.text, view)
    const page = { ...pageFile(file.type, html), policy }
    if (made !== undefined) made.page = { nodes, page }
    return page
  }

  /** Looks at every file. */
  #look(): Promise<Made> {
    this.#looking ??= this.#readAll().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #readAll(): Promise<Made> {
    const names = [...this.#paths.keys()].sort()
    const read = await Promise.all(names.map((name) => this.read(name)))
    const files = new Map(names.flatMap((name, index) => (read[index] ? [[name, read[index]]] : [])))
    if (names.every((name) => files.get(name) === this.#made.files.get(name))) return this.#made
    const version = digest(names.map((name) => `${name} ${files.get(name)?.etag}`).join('\n'))
    this.#made = { version, files, joined: new Map() }
    return this.#made
  }
}

/** Every script: name → text, in the order of the names. */
const textsOf = ({ files }: Made): ReadonlyMap<string, string> =>
  new Map([...files].flatMap(([name, { content }]) => (name.endsWith('.js') ? [[name, content]] : [])))

function pageFile(type: string, content: string): PageFile {
  let gzip: Uint8Array | undefined
  return {
    ...{ type, content, etag: `"${digest(content)}"` },
    get gzip() {
      gzip ??= gzipSync(content) // when it is sent: most scripts only ever travel together
      return gzip
    },
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
