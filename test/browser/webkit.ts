/** WebKit: MiniBrowser of WebKitGTK, on a screen that exists only in memory, driven by WebKitWebDriver. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { freePorts, until } from '../helpers/command.ts'
import { type BrowserKind, WINDOW } from './browser.ts'
import { makeProfile, startProgram } from './program.ts'
import { screenToPng } from './screen-png.ts'
import { beginSession, WebDriverBrowser } from './webdriver.ts'

/** More than the window and its own bars. */
const SCREEN = `${WINDOW.width + 200}x${WINDOW.height + 300}x24`

class WebKitBrowser extends WebDriverBrowser {
  readonly #screenFile: string

  constructor(session: string, screenFile: string, onClose: () => Promise<void>) {
    super(session, onClose)
    this.#screenFile = screenFile
  }

  /** Of the whole screen: its driver takes none where there is no graphics card. */
  override async screenshot(): Promise<Buffer> {
    return screenToPng(readFileSync(this.#screenFile))
  }
}

export const WEBKIT: BrowserKind = {
  name: 'WebKit',
  programs: ['WebKitWebDriver', 'Xvfb'],
  debianPackages: ['webkit2gtk-driver', 'xvfb', 'gstreamer1.0-libav', 'gstreamer1.0-plugins-good'],
  async open() {
    const profile = makeProfile()
    const onScreen = ['-screen', '0', SCREEN, '-fbdir', profile.folder]
    const screen = await startProgram('Xvfb', ['-displayfd', '1', ...onScreen], /^(\d+)$/)
    const [port] = await freePorts(1)
    const driver = await startProgram('WebKitWebDriver', [`--port=${port}`], undefined, {
      DISPLAY: `:${screen.said}`,
      HOME: profile.folder,
      XDG_CACHE_HOME: profile.folder,
      XDG_CONFIG_HOME: profile.folder,
      XDG_DATA_HOME: profile.folder,
      // A browser that is run as root has no sandbox to use, and there is no graphics card to share memory with.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_DISABLE_DMABUF_RENDERER: '1',
    })
    const url = `http://127.0.0.1:${port}`
    await until('the driver answers', () => answers(`${url}/status`))
    const session = await beginSession(url, {
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': { args: ['--automation', '--autoplay-policy=allow'] },
    })
    const browser = new WebKitBrowser(session, path.join(profile.folder, 'Xvfb_screen0'), async () => {
      await driver.end()
      await screen.end()
      profile.remove()
    })
    await browser.resize(WINDOW)
    return browser
  },
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
