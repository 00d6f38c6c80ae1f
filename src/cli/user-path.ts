/** Paths on the command line are meant from where the user stands. */
import path from 'node:path'

/** Has npm started this very script, and not a script that started us? */
export const isNpmScript = (): boolean =>
  process.env['npm_lifecycle_script']?.includes(`src/${path.basename(process.argv[1] ?? '')}`) === true

/**
 * Where the user stands. `npm run` moves a script to the project's folder and leaves the user's own in `INIT_CWD`,
 * which is believed only when npm started this very script.
 */
export function userFolder(): string {
  const { INIT_CWD } = process.env
  return INIT_CWD !== undefined && isNpmScript() ? INIT_CWD : process.cwd()
}

/** A path as the user meant it, absolute. */
export const userPath = (file: string): string => path.resolve(userFolder(), file)
