/**
 * A part file is one process's own: two that write to one file make a third of it. Who holds it says so in a file
 * beside it, and goes on saying so; what a killed process has left is free at once.
 */
import { readFileSync, rmSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { breakLock, holderOf, LOCK_SUFFIX, makeLock } from '../locks/lock-file.ts'
import { thisWriter } from '../locks/writer.ts'
import { nameBeside } from './place.ts'

/**
 * Who holds a file says so again and again, so that others see it who cannot ask for its process. Who is silent is
 * taken for gone; to be sure, what he may still write to is not used again.
 */
const SIGN_EVERY_MS = 2000

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
    while (!(await makeLock(lock))) {
      const holder = await holderOf(lock)
      if (holder === undefined) continue // it has just been given up
      if (!holder.isGone && !holder.isSilent) throw new ClaimedError(holder.pid)
      isDoubtful ||= !holder.isGone
      await breakLock(lock, nameBeside(lock, `.${thisWriter()}`))
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
