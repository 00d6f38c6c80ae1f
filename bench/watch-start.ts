/** The start of the watch page on the project's own nodes: how soon there is a picture, and what is wasted until then. */
import { type DemoSite, PHONE, SAMPLE, SOUND } from './demo-site.ts'
import { spread } from './ratio.ts'
import { describeLoad, msRow, openPage, type Told, withBrowser, withNodes } from './watch-site.ts'

const RUNS = 5
/** The watch page may need so much longer than the plain file. */
const MAX_LATER_MS = 200
/** A start is so many rounds to a node at most, and a little. */
const MAX_ROUNDS = 3
const FAR_MS = 900
const MAX_BESIDE_ROUNDS_MS = 300
const MAX_WASTE_PERCENT = 5
/** What belongs to the beginning has come by then. */
const BEGINNING_SECONDS = 5

/** Measures; takes some three minutes. @param signal ends it early */
export async function* measureStarts(site: DemoSite, signal: AbortSignal): AsyncGenerator<Told> {
  const nearby = await withNodes(await site.startNodes(), async ([first]) => {
    const watched: number[] = []
    const plain: number[] = []
    for (let run = 0; run < RUNS; run++) {
      signal.throwIfAborted()
      watched.push(await firstPicture(`${first?.url}/watch/${SAMPLE}`))
      plain.push(await firstPicture(`${first?.url}/${SAMPLE}`))
    }
    return { watched, plain }
  })
  const far = await withNodes(await site.startNodes({ latencyMs: FAR_MS }), async ([first]) => {
    const watched: number[] = []
    for (let run = 0; run < RUNS; run++) {
      signal.throwIfAborted()
      watched.push(await firstPicture(`${first?.url}/watch/${SAMPLE}`))
    }
    return watched
  })
  const later = spread(nearby.watched).median - spread(nearby.plain).median
  const limitMs = MAX_ROUNDS * FAR_MS + MAX_BESIDE_ROUNDS_MS
  yield {
    rows: [
      ['navigation to first frame, fresh profile', 'min', 'median', 'max', 'target'],
      msRow('plain <video>', nearby.plain),
      msRow('watch page', nearby.watched, `≤ ${MAX_LATER_MS} ms later (${later.toFixed(0)} ms)`),
      msRow(
        `watch page, all nodes at ${FAR_MS} ms`,
        far,
        `≤ ${limitMs} ms: ${MAX_ROUNDS} rounds and a little`,
      ),
    ],
    note: `${RUNS} runs; the nodes of nodes.json; ${describeLoad()}.`,
  }

  const wasted = await withNodes(await site.startNodes(), async ([first]) => {
    const shares = new Map<string, number[]>([SOUND, PHONE, SAMPLE].map((name) => [name, []]))
    for (let run = 0; run < RUNS; run++)
      for (const [name, percents] of shares) {
        signal.throwIfAborted()
        percents.push(await wastedPercent(`${first?.url}/watch/${name}`))
      }
    return shares
  })
  yield {
    rows: [
      ['wasted in the first seconds', 'min', 'median', 'max', 'target'],
      ...[...wasted].map(([name, percents]) => {
        const { min, median, max } = spread(percents)
        const shown = [min, median, max].map((percent) => `${percent.toFixed(1)} %`)
        return [name, ...shown, `≤ ${MAX_WASTE_PERCENT} %`]
      }),
    ],
    note: `${RUNS} runs, with a fresh profile each; when ${BEGINNING_SECONDS} s have been played; ${describeLoad()}.`,
  }
}

const firstPicture = (url: string): Promise<number> => withBrowser((browser) => openPage(browser, url))

/** What the page itself says that it has wasted. */
const wastedPercent = (url: string): Promise<number> =>
  withBrowser(async (browser) => {
    await browser.goTo(url)
    const words = await browser.run<string>(
      `const video = document.querySelector('video')
      while (!(video.currentTime > arguments[0])) await new Promise((resolve) => setTimeout(resolve, 50))
      const figure = [...document.querySelectorAll('#figures div')].find(({ innerText }) => innerText.startsWith('wasted'))
      return figure.querySelector('.value').innerText`,
      BEGINNING_SECONDS,
    )
    return Number.parseFloat(words.replace('under ', ''))
  })
