/** A path as a person would say it. */
import path from 'node:path'

/** From here when it lies below this folder, in full elsewhere. */
export function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), path.resolve(file))
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative)
    ? path.resolve(file)
    : relative
}
