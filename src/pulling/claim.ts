/**
 * A part file is one process's own: two that write to one file make a third of it. Who holds it says so in a file
 * beside it, and goes on saying so; what a killed process has left is free at once.
 */
import { readFileSync, rmSync } from 'node:fs'
import { open, readFile, rename, rm, utimes } from 'node:fs/promises'
import { ageOf, LOCK_SUFFIX } from '../locks/lock.ts'
import { isGone, thisWriter, WRITER_PATTERN } from '../locks/writer.ts'
import { nameBeside } from './place.ts'

/** Who holds a file says so again and again, so that others see it who cannot ask for its process. */
const SIGN_EVERY_MS = 2000
/** Without a sign for so long he is taken for gone; to be sure, what he may still write to is not used again. */
const SILENT_MS = 30_000

const HOLDER = new RegExp(`^${WRITER_PATTERN}$`)

/** Somebody else is writing this file. */
export class ClaimedError extends Error {
  override name = 'ClaimedError'
  readonly pid: number

  constructor(pid: number) {
    super(`Process ${pid} is writing it`)
    this.pid = pid
  }
}

/** The right to write one file, until it is given up or this process ends. */
export class Claim {
  readonly #lock: string
  readonly #timer: NodeJS.Timeout
  /** the one before is not certainly gone, and may go on writing to the file that he had open */
  readonly isDoubtful: boolean

  private constructor(lock: string, isDoubtful: boolean) {
    this.#lock = lock
    this.isDoubtful = isDoubtful
    this.#timer = setInterval(() => {
      const now = new Date()
      utimes(lock, now, now).catch(() => {}) // it is gone, or the disk is: writing will tell
    }, SIGN_EVERY_MS).unref()
  }

  /**
   * Takes a file for this process.
   * @throws ClaimedError when somebody else has it
   * @throws the system's error
   */
  static async take(file: string): Promise<Claim> {
    const lock = nameBeside(file, LOCK_SUFFIX)
    let isDoubtful = false
    while (!(await make(lock))) {
      const holder = await holderOf(lock)
      if (holder === undefined) continue // it has just been given up
      if (!holder.isGone && !holder.isSilent) throw new ClaimedError(holder.pid)
      isDoubtful ||= !holder.isGone
      await breakLock(lock)
    }
    return new Claim(lock, isDoubtful)
  }

  /** Gives it up. Never throws. */
  release(): void {
    clearInterval(this.#timer)
    try {
      if (readFileSync(this.#lock, 'utf8') === thisWriter()) rmSync(this.#lock, { force: true })
    } catch {
      // somebody has taken it over or away
    }
  }
}

interface Holder {
  readonly pid: number
  readonly isGone: boolean
  readonly isSilent: boolean
}

async function holderOf(lock: string): Promise<Holder | undefined> {
  const text = await readFile(lock, 'utf8').catch(() => '')
  const ageMs = await ageOf(lock)
  if (ageMs === undefined) return undefined
  const [, pid = '0', world = ''] = HOLDER.exec(text) ?? []
  const isOwn = text === thisWriter() // of this very process, for another download
  const isSilent = Math.abs(ageMs) > SILENT_MS // a clock that was set back must not hold it for ever
  return { pid: Number(pid), isGone: !isOwn && Number(pid) > 0 && isGone(Number(pid), world), isSilent }
}

async function make(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx')
    await handle.writeFile(thisWriter()).finally(() => handle.close())
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** First out of the way in one step: of several who break it one succeeds, and the others look again. */
async function breakLock(lock: string): Promise<void> {
  const broken = nameBeside(lock, `.${thisWriter()}`)
  await rename(lock, broken).catch(() => {})
  await rm(broken, { force: true })
}
