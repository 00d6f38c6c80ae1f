/**
 * The commands in JavaScript, one file each, made once for all tests of a run: they start more than a thousand, and most of
 * what a command costs is to read TypeScript, and a hundred files. That the commands run as they are, with tsx and with
 * nothing, is tried by launch.test.ts, the lessons and the newcomer.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { bundle } from './bundle.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** where they are */
    plainFolder: string
  }
}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
/** Deleted with the packages, where a run was killed that would have deleted its own. */
const CACHE = path.join(PROJECT, 'node_modules', '.cache')
const COMMANDS = ['start-node', 'replicate', 'pick-node', 'pull', 'fault', 'viewers']
/** What they read beside their own code. */
const BESIDE = ['package.json', 'nodes.json', 'scenarios']

/** The script of a command. @param name as in src, without `.ts` */
export const plainScript = (name: string): string => path.join(inject('plainFolder'), 'src', `${name}.js`)

/** Before the first test. @returns what is to be done after the last one */
export default async function makePlain({ provide }: TestProject): Promise<() => void> {
  mkdirSync(CACHE, { recursive: true })
  const plain = mkdtempSync(path.join(CACHE, 'plain-js-'))
  chmodSync(plain, 0o755) // commands are run as another user, too
  cpSync(path.join(PROJECT, 'src'), path.join(plain, 'src'), {
    recursive: true,
    filter: (file) => !file.endsWith('.ts'), // the page, which is JavaScript as it is
  })
  const programs = COMMANDS.map((name) => `${name}.ts`)
  await bundle(programs, path.join(PROJECT, 'src'), path.join(plain, 'src'))
  for (const name of BESIDE) cpSync(path.join(PROJECT, name), path.join(plain, name), { recursive: true })
  provide('plainFolder', plain)
  return () => rmSync(plain, { recursive: true, force: true })
}
