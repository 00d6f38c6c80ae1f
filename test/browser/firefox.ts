/**
 * Firefox, which speaks WebDriver BiDi by itself: JSON over a WebSocket.
 * @see https://w3c.github.io/webdriver-bidi/
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import {
  type Browser,
  type BrowserKind,
  clickAt,
  type InputActions,
  MIDDLE_OF,
  pressOf,
  WINDOW,
} from './browser.ts'
import { makeProfile, startProgram } from './program.ts'
import { TextSocket } from './web-socket.ts'

/** A browser that plays without a click and speaks to nobody but our nodes. */
const PREFERENCES: Readonly<Record<string, boolean | number | string>> = {
  'media.autoplay.default': 0,
  'app.update.auto': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'extensions.update.enabled': false,
  'services.settings.server': 'data:,',
  'browser.safebrowsing.provider.mozilla.updateURL': '',
}

/** Commands and their answers, which have the command's number. */
class BidiConnection {
  #socket: TextSocket | undefined
  #lastId = 0
  readonly #waiting = new Map<number, (message: BidiMessage) => void>()

  async open(url: string): Promise<void> {
    const onText = (text: string): void => {
      const message = JSON.parse(text) as BidiMessage
      if (message.id !== undefined) this.#waiting.get(message.id)?.(message)
    }
    this.#socket = await TextSocket.open(url, onText, () => {
      for (const answer of this.#waiting.values()) answer({ error: 'closed', message: 'Firefox has ended' })
    })
  }

  send<T>(method: string, params: object): Promise<T> {
    const id = ++this.#lastId
    this.#socket?.send(JSON.stringify({ id, method, params }))
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ error, message, result }) => {
        this.#waiting.delete(id)
        if (error === undefined) resolve(result as T)
        else reject(new Error(`WebDriver BiDi: ${method}: ${error}: ${message}`))
      })
    })
  }

  close(): void {
    this.#socket?.close()
  }
}

interface BidiMessage {
  readonly id?: number
  readonly result?: unknown
  readonly error?: string
  readonly message?: string
}

/** What a script came to: text that we have asked for, or what it threw. */
type ScriptResult =
  | { readonly type: 'success'; readonly result: { readonly value: string } }
  | { readonly type: 'exception'; readonly exceptionDetails: { readonly text: string } }

class FirefoxBrowser implements Browser {
  readonly #connection: BidiConnection
  readonly #context: string
  readonly #onClose: () => Promise<void>

  constructor(connection: BidiConnection, context: string, onClose: () => Promise<void>) {
    this.#connection = connection
    this.#context = context
    this.#onClose = onClose
  }

  async goTo(url: string): Promise<void> {
    await this.#send('browsingContext.navigate', { url, wait: 'complete' })
  }

  /** BiDi has a notation of its own for values; as JSON in a text they are the same in every browser. */
  async run<T>(script: string, ...args: readonly unknown[]): Promise<T> {
    const answer = await this.#connection.send<ScriptResult>('script.callFunction', {
      functionDeclaration: `async (args) =>
        JSON.stringify((await (async function () { ${script} }).apply(null, JSON.parse(args))) ?? null)`,
      arguments: [{ type: 'string', value: JSON.stringify(args) }],
      target: { context: this.#context },
      awaitPromise: true,
    })
    if (answer.type === 'exception') throw new Error(`In the page: ${answer.exceptionDetails.text}`)
    return JSON.parse(answer.result.value) as T
  }

  async click(selector: string): Promise<void> {
    const { x, y } = await this.run<{ x: number; y: number }>(MIDDLE_OF, selector)
    await this.#act(clickAt(x, y))
  }

  async press(key: string): Promise<void> {
    await this.#act(pressOf(key))
  }

  async reload(): Promise<void> {
    await this.#send('browsingContext.reload', { wait: 'complete' })
  }

  async screenshot(): Promise<Buffer> {
    const { data } = await this.#send<{ data: string }>('browsingContext.captureScreenshot', {})
    return Buffer.from(data, 'base64')
  }

  close(): Promise<void> {
    this.#connection.close()
    return this.#onClose()
  }

  async #act(actions: InputActions): Promise<void> {
    await this.#send('input.performActions', { actions })
  }

  #send<T>(method: string, params: object): Promise<T> {
    return this.#connection.send<T>(method, { context: this.#context, ...params })
  }
}

export const FIREFOX: BrowserKind = {
  name: 'Firefox',
  programs: ['firefox-esr'],
  debianPackages: ['firefox-esr'],
  async open() {
    const profile = makeProfile()
    const lines = Object.entries(PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    )
    writeFileSync(path.join(profile.folder, 'user.js'), lines.join(''))
    const { width, height } = WINDOW
    const size = ['--width', String(width), '--height', String(height)]
    const args = ['--headless', '--remote-debugging-port', '0', '--profile', profile.folder, ...size]
    const firefox = await startProgram('firefox-esr', args, /WebDriver BiDi listening on (ws:\S+)/)
    const connection = new BidiConnection()
    await connection.open(`${firefox.said}/session`)
    await connection.send('session.new', { capabilities: {} })
    const { contexts } = await connection.send<{ contexts: readonly { context: string }[] }>(
      'browsingContext.getTree',
      {},
    )
    const [first] = contexts
    if (first === undefined) throw new Error('Firefox has no window')
    await connection.send('browsingContext.setViewport', { context: first.context, viewport: WINDOW })
    return new FirefoxBrowser(connection, first.context, async () => {
      await firefox.end()
      profile.remove()
    })
  },
}
