/** What a test does with a browser: one window of it, whichever browser it is. */
import { existsSync } from 'node:fs'
import path from 'node:path'

/** One browser window, with a profile of its own. Close it with {@link Browser.close}. */
export interface Browser {
  /** Resolves when the page has loaded. */
  goTo(url: string): Promise<void>
  /** Runs a function body in the page, with `arguments`; a promise that it returns is waited for. */
  run<T>(script: string, ...args: readonly unknown[]): Promise<T>
  /** Presses the mouse on the middle of an element, as a person does. */
  click(selector: string): Promise<void>
  /** Presses a key, as a person does. */
  press(key: string): Promise<void>
  reload(): Promise<void>
  /** A PNG of the window. */
  screenshot(): Promise<Buffer>
  close(): Promise<void>
}

/** A browser that this machine may have. */
export interface BrowserKind {
  readonly name: 'Chromium' | 'Firefox' | 'WebKit'
  /** what has to be there, as paths or as names of programs */
  readonly programs: readonly string[]
  readonly debianPackages: readonly string[]
  open(): Promise<Browser>
}

/**
 * What a browser lacks on this machine and how to get it, in words for a person; `undefined` when nothing.
 */
export function whyMissing({
  name,
  programs,
  debianPackages,
}: Omit<BrowserKind, 'open'>): string | undefined {
  const missing = programs.filter((program) => !isProgram(program))
  if (missing.length === 0) return undefined
  return `there is no ${name} (no ${missing.join(', no ')}): apt-get install ${debianPackages.join(' ')}`
}

const isProgram = (name: string): boolean =>
  (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, name)))

/** Every window of a test has this size. */
export const WINDOW = { width: 1280, height: 800 } as const

/** How long a script of a test may take: some wait for a second of the video. */
export const MS_PER_SCRIPT = 120_000

/** As W3C WebDriver and WebDriver BiDi know them both. */
export type InputActions = readonly object[]

/** @returns what a mouse does there */
export const clickAt = (x: number, y: number): InputActions => [
  {
    type: 'pointer',
    id: 'mouse',
    actions: [
      { type: 'pointerMove', x: Math.round(x), y: Math.round(y) },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ],
  },
]

/** @returns what a keyboard does */
export const pressOf = (key: string): InputActions => [
  {
    type: 'key',
    id: 'keyboard',
    actions: [
      { type: 'keyDown', value: key },
      { type: 'keyUp', value: key },
    ],
  },
]

/** Where the middle of an element is, in a script of the page. */
export const MIDDLE_OF = `
  const element = document.querySelector(arguments[0])
  element.scrollIntoView({ block: 'nearest' })
  const { x, y, width, height } = element.getBoundingClientRect()
  return { x: x + width / 2, y: y + height / 2 }`
