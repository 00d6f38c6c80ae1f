/** As much of a W3C WebDriver client as the tests need: a driver answers plain HTTP with JSON. */
import { type Browser, clickAt, type InputActions, MIDDLE_OF, MS_PER_SCRIPT, pressOf } from './browser.ts'

/** A window of a browser that has a driver. */
export class WebDriverBrowser implements Browser {
  readonly #session: string
  readonly #onClose: () => Promise<void>

  /**
   * @param session its URL
   * @param onClose ends the driver
   */
  constructor(session: string, onClose: () => Promise<void>) {
    this.#session = session
    this.#onClose = onClose
  }

  async goTo(url: string): Promise<void> {
    await this.post('/url', { url })
  }

  async run<T>(script: string, ...args: readonly unknown[]): Promise<T> {
    return this.post<T>('/execute/sync', { script, args })
  }

  async click(selector: string): Promise<void> {
    const { x, y } = await this.run<{ x: number; y: number }>(MIDDLE_OF, selector)
    await this.#act(clickAt(x, y))
  }

  async press(key: string): Promise<void> {
    await this.#act(pressOf(key))
  }

  async reload(): Promise<void> {
    await this.post('/refresh', {})
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.from(await this.get<string>('/screenshot'), 'base64')
  }

  async close(): Promise<void> {
    await fetch(this.#session, { method: 'DELETE' })
    await this.#onClose()
  }

  async resize({ width, height }: { readonly width: number; readonly height: number }): Promise<void> {
    await this.post('/window/rect', { width, height })
  }

  protected post<T>(path: string, body: unknown): Promise<T> {
    return answerOf(fetch(this.#session + path, { method: 'POST', body: JSON.stringify(body) }))
  }

  protected get<T>(path: string): Promise<T> {
    return answerOf(fetch(this.#session + path))
  }

  async #act(actions: InputActions): Promise<void> {
    await this.post('/actions', { actions })
  }
}

/**
 * Begins a session.
 * @param driver its URL
 * @param capabilities of the one browser that it drives
 * @returns the URL of the session
 */
export async function beginSession(driver: string, capabilities: object): Promise<string> {
  const alwaysMatch = { ...capabilities, timeouts: { script: MS_PER_SCRIPT } }
  const body = JSON.stringify({ capabilities: { alwaysMatch } })
  const { sessionId } = await answerOf<{ sessionId: string }>(
    fetch(`${driver}/session`, { method: 'POST', body }),
  )
  return `${driver}/session/${sessionId}`
}

async function answerOf<T>(asked: Promise<Response>): Promise<T> {
  const response = await asked
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } }
  if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`)
  return value
}
