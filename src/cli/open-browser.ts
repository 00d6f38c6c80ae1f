/** Opens a URL in the user's browser. No shell ever sees the URL: it is an argument of its own. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/** A program with its arguments. */
export type Command = readonly [program: string, ...args: string[]]

/** A program that has not failed after this long has found a browser, or is one. */
const FAILS_WITHIN_MS = 1_000

/**
 * The ways to open a URL on this system, best first. Pure but for looking whether `$BROWSER` is a file.
 * `$BROWSER` may be a program, a program with arguments, and several with colons between them; `%s`
 * stands for the URL.
 * @param isWsl Windows is behind this Linux
 */
export function browserCommands(
  url: string,
  platform: NodeJS.Platform,
  browser: string | undefined,
  isWsl: boolean,
): Command[] {
  const chosen = (browser ?? '').trim()
  if (chosen !== '') return readBrowserVariable(chosen, platform).map((words) => withUrl(words, url))
  const windows: Command = ['rundll32.exe', 'url.dll,FileProtocolHandler', url] // what `start` does, without cmd
  switch (platform) {
    case 'darwin':
      return [['open', url]]
    case 'win32':
      return [windows]
    default:
      return isWsl ? [['wslview', url], windows, ['xdg-open', url]] : [['xdg-open', url]]
  }
}

function readBrowserVariable(value: string, platform: NodeJS.Platform): string[][] {
  if (existsSync(value)) return [[value]] // a path, which may have spaces
  const commands = platform === 'win32' ? [value] : value.split(':')
  return commands.map((command) => command.split(' ').filter(Boolean)).filter((words) => words.length > 0)
}

function withUrl([program = '', ...args]: string[], url: string): Command {
  const filled = args.map((argument) => argument.replaceAll('%s', () => url))
  return args.some((argument) => argument.includes('%s')) ? [program, ...filled] : [program, ...args, url]
}

/**
 * Opens a URL in the user's browser.
 * @returns whether a browser was found; that there is none is not an error
 */
export async function openBrowser(url: string): Promise<boolean> {
  const { BROWSER, WSL_DISTRO_NAME } = process.env
  for (const command of browserCommands(url, process.platform, BROWSER, WSL_DISTRO_NAME !== undefined)) {
    if (await runs(command)) return true
  }
  return false
}

function runs([program, ...args]: Command): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true, windowsHide: true })
    const timer = setTimeout(() => resolve(true), FAILS_WITHIN_MS)
    const settle = (works: boolean): void => {
      clearTimeout(timer)
      resolve(works)
    }
    child.once('error', () => settle(false))
    child.once('exit', (code) => settle(code === 0))
    child.unref() // the browser outlives us
  })
}
