/** The watch page of the lessons, in Chromium where there is one. Elsewhere only its address is opened. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Browser, whyMissing } from '../browser/browser.ts'
import { CHROMIUM } from '../browser/chromium.ts'
import { isIn } from './compare.ts'
import type { PageStep } from './read-lessons.ts'

const LOOK_MS = 200

export class WatchedPage {
  #browser: Browser | undefined
  readonly #hasBrowser = whyMissing(CHROMIUM) === undefined
  /** what nobody looked at */
  unseen = 0

  /**
   * @param openedUrl what the commands have opened since the last time
   * @throws Error saying what the page does not do
   */
  async take(step: PageStep, openedUrl: () => string | undefined, patienceMs: number): Promise<void> {
    if (step.kind === 'opens' || step.kind === 'open') {
      const url =
        step.kind === 'open'
          ? step.url
          : await within(patienceMs, 'a command to open a page', async () => openedUrl())
      return this.#open(url)
    }
    if (!this.#hasBrowser || this.#browser === undefined) {
      this.unseen++
      return
    }
    const browser = this.#browser
    switch (step.kind) {
      case 'reload':
        return browser.reload()
      case 'leave':
        return browser.goTo('about:blank')
      case 'seek':
        return browser.run(`document.querySelector('video').currentTime = arguments[0]`, step.seconds)
      case 'shows': {
        const { text, allowances } = step
        await within(
          patienceMs,
          `the page to show “${text}”`,
          async () => isIn(text, await this.text(), allowances) || undefined,
        ).catch(async (error: Error) => {
          throw new Error(`${error.message}; its story is:\n${await this.#story()}`)
        })
        return
      }
      case 'choose': {
        const isThere = await browser.run<boolean>(
          `const label = [...document.querySelectorAll('label')].find((one) => one.textContent.trim() === arguments[0])
          label?.click()
          return label !== undefined`,
          step.text,
        )
        if (!isThere) throw new Error(`the page has no choice “${step.text}”`)
        return
      }
      case 'plays': {
        const seconds = await this.#seconds()
        await within(
          patienceMs,
          `the video to play ${step.seconds} s`,
          async () => (await this.#seconds()) >= seconds + step.seconds || undefined,
        )
      }
    }
  }

  /** All that the page shows in words. */
  async text(): Promise<string> {
    return (await this.#browser?.run<string>('return document.body.innerText')) ?? ''
  }

  get isSeen(): boolean {
    return this.#browser !== undefined
  }

  async close(): Promise<void> {
    await this.#browser?.close()
  }

  async #open(url: string): Promise<void> {
    const response = await fetch(url)
    if (response.status !== 200) throw new Error(`${url} answers ${response.status}`)
    await response.body?.cancel()
    if (!this.#hasBrowser) return
    this.#browser ??= await CHROMIUM.open()
    await this.#browser.goTo('about:blank') // the same address with other choices would not load it
    await this.#browser.goTo(url)
  }

  #seconds(): Promise<number> {
    return (
      this.#browser?.run<number>(`return document.querySelector('video')?.currentTime ?? 0`) ??
      Promise.resolve(0)
    )
  }

  async #story(): Promise<string> {
    return (
      (await this.#browser?.run<string>(`return document.querySelector('#story')?.innerText ?? ''`)) ?? ''
    )
  }
}

async function within<T>(patienceMs: number, what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const startMs = performance.now(); ; await delay(LOOK_MS)) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() - startMs > patienceMs) throw new Error(`waited ${patienceMs / 1000} s for ${what}`)
  }
}
