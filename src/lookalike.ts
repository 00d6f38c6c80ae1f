/**
 * Names that look the same and are spelt with other code points: é may be one, or an e with an accent behind
 * it. Keyboards type the first, some disks and archives hold the second, and most disks tell them apart.
 */
import { readdir } from 'node:fs/promises'
import path from 'node:path'

const ASCII = /^[\x20-\x7e]*$/

const looksLike = (a: string, b: string): boolean => a.normalize('NFC') === b.normalize('NFC')

/**
 * Finds what was probably meant. Never rejects.
 * @param folder where to look
 * @param name segments are divided by `/`
 * @returns a name there that looks like this one and is another
 */
export async function findLookalike(folder: string, name: string): Promise<string | undefined> {
  if (ASCII.test(name)) return undefined
  const found: string[] = []
  for (const segment of name.split('/')) {
    const entries = await readdir(path.join(folder, ...found)).catch((): string[] => [])
    const entry = entries.includes(segment) ? segment : entries.find((entry) => looksLike(entry, segment))
    if (entry === undefined) return undefined
    found.push(entry)
  }
  const there = found.join('/')
  return there === name ? undefined : there
}
