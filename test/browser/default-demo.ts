/** The demo as the project's node list has it, on free ports, and what its page says of trouble. */
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { ownNodes, readNodeList } from '../../src/node-list.ts'
import { replicate } from '../../src/replication/replicate.ts'
import { makeProject, startCommand, type TestProject } from '../helpers/command.ts'
import type { Browser } from './browser.ts'
import { SAMPLE } from './watch-world.ts'

const LOOK_MS = 500

/** Starts it. It lasts for one test. @returns the address of its page */
export async function startDefaultDemo(): Promise<string> {
  const { config, nodes } = await makeProject()
  const listed = ownNodes(readNodeList()).map((node, index) => {
    const { port, root } = nodes[index as keyof TestProject['nodes'] & number] ?? node
    return { ...node, port, root }
  })
  writeFileSync(config, JSON.stringify({ nodes: listed }))
  await replicate({ file: SAMPLE, name: 'demo.mp4', nodes: listed })
  for (const { name } of listed) {
    const node = startCommand('start-node', [name, '--config', config])
    await node.waitForLine(/ serves /)
  }
  return `${nodes[0].url}/watch/demo.mp4`
}

/** Opens the page, and lets it play over and over. */
export async function watchLooped(browser: Browser, url: string): Promise<void> {
  await browser.goTo(url)
  await browser.run(`const video = document.querySelector('video')
    video.loop = true
    while (video.currentTime < 1) await new Promise((resolve) => setTimeout(resolve, 50))`)
}

/** What the page shows. */
export interface Shown {
  readonly seconds: number
  /** lines of the story, states of cards and facts that are marked as trouble */
  readonly trouble: readonly string[]
  /** over the video; '' when there is none */
  readonly notice: string
  readonly figures: string
}

export const readPage = (browser: Browser): Promise<Shown> =>
  browser.run(`
    const notice = document.querySelector('#notice')
    const marked = '[data-tone=bad] .text, :is([data-tone=bad], [data-tone=unsure]) .state, #facts [data-tone=unsure]'
    return {
      seconds: document.querySelector('video').currentTime,
      trouble: [...document.querySelectorAll(marked)].map(({ innerText }) => innerText),
      notice: notice.hidden ? '' : notice.innerText,
      figures: document.querySelector('#figures').innerText.replaceAll('\\n', ' '),
    }`)

/** Looks at the page again and again. @returns every word of trouble that it has said */
export async function listen(browser: Browser, seconds: number): Promise<string[]> {
  const said = new Set<string>()
  for (const untilMs = performance.now() + seconds * 1000; performance.now() < untilMs; ) {
    const { trouble, notice } = await readPage(browser)
    for (const words of trouble) said.add(words)
    if (notice !== '') said.add(`the notice: ${notice}`)
    await delay(LOOK_MS)
  }
  return [...said]
}
