/** As much of a W3C WebDriver client as the tests need: chromedriver answers plain HTTP with JSON. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** How to get what these tests need. */
export const INSTALL_HINT =
  'install Debian packages chromium and chromium-driver (apt-get install chromium chromium-driver)'

/** Is there a browser that can be driven? */
export function hasBrowser(): boolean {
  try {
    execFileSync('chromedriver', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const CHROMIUM_FLAGS = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
]

/** One browser window. Close it with {@link Browser.close}. */
export class Browser {
  readonly #driver: ChildProcess
  readonly #session: string
  readonly #profile: string

  private constructor(driver: ChildProcess, session: string, profile: string) {
    this.#driver = driver
    this.#session = session
    this.#profile = profile
  }

  static async open(width = 1280, height = 800, flags: readonly string[] = []): Promise<Browser> {
    const { driver, port } = await startDriver()
    const profile = mkdtempSync(path.join(tmpdir(), 'browser-test-'))
    // A browser that is run as root has no sandbox to use.
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const args = [
      ...CHROMIUM_FLAGS,
      ...flags,
      ...sandbox,
      `--window-size=${width},${height}`,
      `--user-data-dir=${profile}`,
    ]
    const capabilities = { alwaysMatch: { browserName: 'chrome', 'goog:chromeOptions': { args } } }
    const { sessionId } = await post<{ sessionId: string }>(`http://127.0.0.1:${port}/session`, {
      capabilities,
    })
    return new Browser(driver, `http://127.0.0.1:${port}/session/${sessionId}`, profile)
  }

  async goTo(url: string): Promise<void> {
    await post(`${this.#session}/url`, { url })
  }

  /** Runs a function body in the page; a promise that it returns is waited for. */
  async run<T>(script: string, ...args: unknown[]): Promise<T> {
    return post<T>(`${this.#session}/execute/sync`, { script, args })
  }

  async reload(): Promise<void> {
    await post(`${this.#session}/refresh`, {})
  }

  /** Opens a further tab and goes on in it. @returns its handle, for {@link switchTo} */
  async openTab(): Promise<string> {
    const { handle } = await post<{ handle: string }>(`${this.#session}/window/new`, { type: 'tab' })
    await this.switchTo(handle)
    return handle
  }

  /** The tab that we are in. */
  async tab(): Promise<string> {
    const response = await fetch(`${this.#session}/window`)
    return ((await response.json()) as { value: string }).value
  }

  async switchTo(tab: string): Promise<void> {
    await post(`${this.#session}/window`, { handle: tab })
  }

  /** Sends a command of the Chrome DevTools Protocol to the tab. */
  async devTools<T>(cmd: string, params: object = {}): Promise<T> {
    return post<T>(`${this.#session}/goog/cdp/execute`, { cmd, params })
  }

  /** A PNG of the window. */
  async screenshot(): Promise<Buffer> {
    const response = await fetch(`${this.#session}/screenshot`)
    const { value } = (await response.json()) as { value: string }
    return Buffer.from(value, 'base64')
  }

  async close(): Promise<void> {
    await fetch(this.#session, { method: 'DELETE' })
    this.#driver.kill()
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function post<T>(url: string, body: unknown): Promise<T> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } }
  if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`)
  return value
}

/** How often a driver is started before its silence counts as a failure. */
const DRIVER_STARTS = 5

/**
 * Starts chromedriver on a port that the system chooses. It takes an IPv4 port and then wants the same number
 * for IPv6; when that one is taken it gives up, so it is started again.
 */
async function startDriver(): Promise<{ driver: ChildProcess; port: string }> {
  for (let start = 1; ; start++) {
    const driver = spawn('chromedriver', ['--port=0'], { stdio: ['ignore', 'pipe', 'pipe'] })
    try {
      return { driver, port: await listeningPort(driver) }
    } catch (error) {
      driver.kill()
      if (start === DRIVER_STARTS) throw error
    }
  }
}

function listeningPort(driver: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    driver.once('error', reject)
    driver.once('exit', (code) =>
      reject(new Error(`chromedriver ended before it listened (${code}): ${said.trim()}`)),
    )
    for (const stream of [driver.stdout, driver.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        said += `${line}\n`
        const [, port] = /started successfully on port (\d+)/.exec(line) ?? []
        if (port !== undefined) resolve(port)
      })
    }
  })
}
