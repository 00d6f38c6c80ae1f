/**
 * The processes that stand between a terminal and us: `npm`, the shell that it starts, `tsx`. Killed by
 * itself, none of them takes us along, and nobody would know any more that we run.
 */
import { readFileSync } from 'node:fs'
import { isNpmScript } from './user-path.ts'

const CHECK_MS = 250
/** npm → sh → tsx → us, and npx is npm. */
const MAX_LAUNCHERS = 4
const NPM = /^(?:npm|npx) |\/npm(?:-cli\.js)? /
const LAUNCHER = /^(?:npm|npx) |^(?:\/bin\/)?sh -c |\/tsx(?:\/dist\/cli\.mjs)? /

/** Far above us: whoever started npm, a terminal, a desktop. */
const MAX_ANCESTORS = 64

/** Calls back once when a launcher is gone, or was gone before we could look. Does not keep the process alive. */
export function onLauncherGone(callback: () => void): void {
  if (hasLostNpm()) return void setImmediate(callback)
  const launchers = findLaunchers()
  if (launchers.length === 0) return
  const timer = setInterval(() => {
    if (parentsOf(process.ppid, launchers.length).join() === launchers.join()) return
    clearInterval(timer)
    callback()
  }, CHECK_MS).unref()
}

/** Did npm start this script, and is nowhere above us now? Known only where all that is above can be seen. */
function hasLostNpm(): boolean {
  const isOfNpm = process.env['npm_config_user_agent']?.startsWith('npm/') === true && isNpmScript()
  if (!isOfNpm || process.platform !== 'linux') return false
  const lines = parentsOf(process.ppid, MAX_ANCESTORS)
    .filter((pid) => pid > 0)
    .map(commandLineOf)
  return lines.every((line) => line.trim() !== '') && !lines.some((line) => NPM.test(line))
}

/** Process numbers, nearest first. Elsewhere than on Linux only the nearest, and only of `npm run`. */
function findLaunchers(): number[] {
  if (process.platform !== 'linux')
    return process.env['npm_lifecycle_event'] === undefined ? [] : [process.ppid]
  const ancestors = parentsOf(process.ppid, MAX_LAUNCHERS)
  const stranger = ancestors.findIndex((pid) => !LAUNCHER.test(commandLineOf(pid)))
  return stranger === -1 ? ancestors : ancestors.slice(0, stranger)
}

/** `pid`, its parent, and so on: `length` numbers, fewer where one is gone. */
function parentsOf(pid: number, length: number): number[] {
  const parents: number[] = []
  for (let next: number | undefined = pid; next !== undefined && parents.length < length; ) {
    parents.push(next)
    next = parents.length < length ? parentOf(next) : undefined
  }
  return parents
}

/** @see proc(5), /proc/pid/stat: the name stands in parentheses and may hold anything */
function parentOf(pid: number): number | undefined {
  const [, parent] = /.*\) \S (\d+)/s.exec(readProc(pid, 'stat')) ?? []
  return parent === undefined ? undefined : Number(parent)
}

const commandLineOf = (pid: number): string => `${readProc(pid, 'cmdline').replaceAll('\0', ' ')} `

function readProc(pid: number, file: 'stat' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return '' // gone
  }
}
