/** Chromium, driven by chromedriver. */
import { type BrowserKind, WINDOW } from './browser.ts'
import { makeProfile, type Program, startProgram } from './program.ts'
import { beginSession, WebDriverBrowser } from './webdriver.ts'

const FLAGS = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  `--window-size=${WINDOW.width},${WINDOW.height}`,
]

/** A window of Chromium, which can do more than the others. */
export class ChromiumBrowser extends WebDriverBrowser {
  /** Opens a further tab and goes on in it. @returns its handle, for {@link switchTo} */
  async openTab(): Promise<string> {
    const { handle } = await this.post<{ handle: string }>('/window/new', { type: 'tab' })
    await this.switchTo(handle)
    return handle
  }

  /** The tab that we are in. */
  tab(): Promise<string> {
    return this.get('/window')
  }

  async switchTo(tab: string): Promise<void> {
    await this.post('/window', { handle: tab })
  }

  /** Sends a command of the Chrome DevTools Protocol to the tab. */
  devTools<T>(cmd: string, params: object = {}): Promise<T> {
    return this.post('/goog/cdp/execute', { cmd, params })
  }
}

export const CHROMIUM = {
  name: 'Chromium',
  programs: ['chromedriver'],
  debianPackages: ['chromium', 'chromium-driver'],
  async open(flags: readonly string[] = []): Promise<ChromiumBrowser> {
    const driver = await startDriver()
    const profile = makeProfile()
    // A browser that is run as root has no sandbox to use.
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const args = [...FLAGS, ...flags, ...sandbox, `--user-data-dir=${profile.folder}`]
    const session = await beginSession(`http://127.0.0.1:${driver.said}`, {
      browserName: 'chrome',
      'goog:chromeOptions': { args },
    })
    return new ChromiumBrowser(session, async () => {
      await driver.end()
      profile.remove()
    })
  },
} satisfies BrowserKind

/** How often a driver is started before its silence counts as a failure. */
const DRIVER_STARTS = 5

/**
 * Starts chromedriver on a port that the system chooses. It takes an IPv4 port and then wants the same number
 * for IPv6; when that one is taken it gives up, so it is started again.
 */
async function startDriver(): Promise<Program> {
  for (let start = 1; ; start++) {
    try {
      return await startProgram('chromedriver', ['--port=0'], /started successfully on port (\d+)/)
    } catch (error) {
      if (start === DRIVER_STARTS) throw error
    }
  }
}
