/**
 * The commands in JavaScript, made once for all tests of a run: they start more than a thousand, and most of what a command
 * costs is to read TypeScript. That the commands run as they are, with tsx and with nothing, is tried by launch.test.ts,
 * the lessons and the newcomer.
 */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { translated } from './translate.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** where they are */
    plainFolder: string
  }
}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
/** Deleted with the packages, where a run was killed that would have deleted its own. */
const CACHE = path.join(PROJECT, 'node_modules', '.cache')
/** What the commands read beside their own code. */
const BESIDE = ['package.json', 'nodes.json']

/** The script of a command. @param name as in src, without `.ts` */
export const plainScript = (name: string): string => path.join(inject('plainFolder'), 'src', `${name}.js`)

/** Where one of our files says which other one it needs. */
const NAMED = /(['"])(\.{1,2}\/[^'"\n]+)\.ts\1/g

/** Before the first test. @returns what is to be done after the last one */
export default function makePlain({ provide }: TestProject): () => void {
  mkdirSync(CACHE, { recursive: true })
  const plain = mkdtempSync(path.join(CACHE, 'plain-js-'))
  chmodSync(plain, 0o755) // commands are run as another user, too
  for (const file of readdirSync(path.join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })) {
    const [from, to] = [path.join(PROJECT, 'src', file), path.join(plain, 'src', file)]
    mkdirSync(path.dirname(to), { recursive: true })
    if (!file.endsWith('.ts')) cpSync(from, to, { recursive: true })
    else {
      const code = translated(readFileSync(from, 'utf8')).replaceAll(NAMED, '$1$2.js$1')
      writeFileSync(to.replace(/\.ts$/, '.js'), code)
    }
  }
  for (const file of BESIDE) cpSync(path.join(PROJECT, file), path.join(plain, file))
  provide('plainFolder', plain)
  return () => rmSync(plain, { recursive: true, force: true })
}
