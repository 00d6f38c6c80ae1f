/**
 * The default demo, untouched: nodes as in the project's list, the page open, nobody does anything. Nothing is wrong, so
 * no word of trouble may be said, however long it lasts. `MINUTES=10` leaves it alone for longer than a newcomer waits.
 */
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ownNodes, readNodeList } from '../../src/node-list.ts'
import { replicate } from '../../src/replication/replicate.ts'
import { makeProject, startCommand } from '../helpers/command.ts'
import type { Browser } from './browser.ts'
import { describeInBrowsers } from './browsers.ts'
import { SAMPLE } from './watch-world.ts'

const MINUTES = Number(process.env['MINUTES'] ?? 0.4)
const LOOK_MS = 500

interface Page {
  readonly seconds: number
  /** lines of the story, states of cards and facts that are marked as trouble */
  readonly trouble: readonly string[]
  /** over the video; '' when there is none */
  readonly notice: string
  readonly figures: string
}

const read = (browser: Browser): Promise<Page> =>
  browser.run(`
    const notice = document.querySelector('#notice')
    return {
      seconds: document.querySelector('video').currentTime,
      trouble: [...document.querySelectorAll('[data-tone=bad] .text, :is([data-tone=bad], [data-tone=unsure]) .state, #facts [data-tone=unsure]')]
        .map(({ innerText }) => innerText),
      notice: notice.hidden ? '' : notice.innerText,
      figures: document.querySelector('#figures').innerText.replaceAll('\\n', ' '),
    }`)

describeInBrowsers(
  (kind) => {
    test('nothing happens, and nothing is said: playing over and over, and then paused', async () => {
      const { config, nodes } = await makeProject()
      const listed = ownNodes(readNodeList()).map((node, index) => {
        const { port, root } = nodes[index as 0 | 1 | 2]
        return { ...node, port, root }
      })
      writeFileSync(config, JSON.stringify({ nodes: listed }))
      await replicate({ file: SAMPLE, name: 'demo.mp4', nodes: listed })
      for (const { name } of nodes) {
        const node = startCommand('start-node', [name, '--config', config])
        await node.waitForLine(/ serves /)
      }
      const browser = await kind.open()
      onTestFinished(() => browser.close())
      await browser.goTo(`${nodes[0].url}/watch/demo.mp4`)
      await browser.run(`const video = document.querySelector('video')
        video.loop = true
        while (video.currentTime < 1) await new Promise((resolve) => setTimeout(resolve, 50))`)

      const said = new Set<string>()
      const leaveAlone = async (minutes: number): Promise<Page> => {
        for (const untilMs = performance.now() + minutes * 60_000; performance.now() < untilMs; ) {
          const { trouble, notice } = await read(browser)
          for (const words of trouble) said.add(words)
          if (notice !== '') said.add(`the notice: ${notice}`)
          await delay(LOOK_MS)
        }
        return read(browser)
      }
      const played = await leaveAlone(MINUTES)
      await browser.run(`document.querySelector('video').pause()`)
      const paused = await leaveAlone(MINUTES / 2)

      expect([...said]).toEqual([])
      expect(played.seconds).toBeGreaterThan(0)
      expect(paused.figures).toMatch(/stalls 0 /)
      expect(paused.figures).toMatch(/failovers 0 /)
    })
  },
  (MINUTES * 1.5 + 2) * 60_000,
)
