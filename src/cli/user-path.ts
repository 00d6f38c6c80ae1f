/** Paths on the command line are meant from where the user stands. */
import path from 'node:path'

/**
 * A path as the user meant it, absolute. `npm run` moves a script to the project's folder and leaves the
 * user's own in `INIT_CWD`, which is believed only when npm started this very script.
 */
export function userPath(file: string): string {
  const { INIT_CWD, npm_lifecycle_script } = process.env
  const script = `src/${path.basename(process.argv[1] ?? '')}`
  const from = INIT_CWD !== undefined && npm_lifecycle_script?.includes(script) ? INIT_CWD : process.cwd()
  return path.resolve(from, file)
}
