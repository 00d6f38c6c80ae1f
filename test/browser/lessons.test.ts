/** Lessons, in real browsers: bets, the playing, the verdict; and nothing is left broken, whoever goes away. */
import { expect, onTestFinished, test } from 'vitest'
import { killNodes, makeProject, startCommand } from '../helpers/command.ts'
import { isListening } from '../helpers/processes.ts'
import type { Browser } from './browser.ts'
import { describeInBrowsers } from './browsers.ts'
import { openWatchWorld, SAMPLE } from './watch-world.ts'

interface Shown {
  readonly question: string
  readonly status: string
  readonly canPlay: boolean
  readonly verdict: string
  readonly right: string
  readonly steps: readonly string[]
}

const look = (browser: Browser) =>
  browser.run<Shown>(
    `const text = (selector) => document.querySelector(selector)?.textContent ?? ''
    return {
      question: text('#lesson-question'),
      status: text('#lesson-status'),
      canPlay: document.querySelector('#lesson-run')?.hidden === false,
      verdict: text('#lesson-verdict'),
      right: document.querySelector('#lesson-choices .right')?.firstChild.textContent ?? '',
      steps: [...document.querySelectorAll('#lesson-steps li')].map((step) => step.textContent),
    }`,
  )

const click = (browser: Browser, selector: string) =>
  browser.run(`document.querySelector(arguments[0]).click()`, selector)

const until = <Key extends keyof Shown>(browser: Browser, key: Key, timeout = 40_000) =>
  expect.poll(async () => (await look(browser))[key], { timeout, interval: 250 })

const faultsOf = async (url: string): Promise<string[]> =>
  Object.keys(((await (await fetch(`${url}/_/lab`)).json()) as { faults: object }).faults)

describeInBrowsers((kind) => {
  test('a class bets, a node hangs, and the verdict stands beside the bets', async () => {
    const { browser, urls, watch } = await openWatchWorld(kind)
    await watch(0, '#lesson=hang')
    await until(browser, 'canPlay').toBe(true)
    expect((await look(browser)).question).toContain('What does the viewer see?')
    for (const choice of [1, 1, 2]) await click(browser, `#lesson-choices li:nth-child(${choice}) button`)
    await click(browser, '#lesson-run')
    await until(browser, 'steps').toContainEqual(expect.stringMatching(/^\d\.\d s: node1 hangs$/))
    expect(await faultsOf(urls[0])).toEqual(['hang'])
    // On a machine that has too much to do a picture may stand by itself: then it is played again.
    for (let again = 0; again < 2; again++) {
      await until(browser, 'verdict').not.toBe('')
      if ((await look(browser)).verdict.startsWith('As expected: yes')) break
      await click(browser, '#lesson-run')
      await until(browser, 'status').toContain('Look at the picture')
    }
    await until(browser, 'verdict').toMatch(
      /^As expected: yesRight is “Nothing”: 2 of 3 bets.stalls: 0, expected none/,
    )
    expect((await look(browser)).right).toBe('Nothing')
    expect(await faultsOf(urls[0])).toEqual([])
  }, 240_000)

  test('who pauses the video learns that it proves nothing; a lesson that is stopped has no verdict', async () => {
    const { browser, urls, watch } = await openWatchWorld(kind)
    await watch(1, '#lesson=stall-mid-chunk')
    await until(browser, 'canPlay').toBe(true)
    await click(browser, '#lesson-run')
    await until(browser, 'steps').toContainEqual(expect.stringMatching(/node1 stalls after 100000 bytes$/))
    await click(browser, '#lesson-stop')
    await until(browser, 'status').toBe('Stopped: no verdict.')
    await expect.poll(() => faultsOf(urls[0])).toEqual([])
    await click(browser, '#lesson-run')
    await until(browser, 'status').toContain('Look at the picture')
    await until(browser, 'steps').toContainEqual(
      expect.stringMatching(/\d s: node1 stalls after 100000 bytes$/),
    )
    await browser.run(`document.querySelector('video').pause()`)
    await until(browser, 'verdict').toContain('As expected: not known')
    expect((await look(browser)).verdict).toContain('the video was paused')
    expect((await look(browser)).right).toBe('')
  })

  test('a lesson that kills a node starts it again, also when nobody is there any more', async () => {
    const project = await makeProject({ latenciesMs: [50, 150, 300] })
    const { config, nodes } = project
    const demo = startCommand('demo', [SAMPLE, '--no-open', '--config', config])
    await demo.waitForLine(/Ctrl\+C ends everything/)
    const [{ url, port }] = nodes
    onTestFinished(() => killNodes(project))
    const browser = await kind.open()
    onTestFinished(() => browser.close())
    await browser.goTo(`${url}/watch/demo.mp4#lesson=kill-one`)
    await until(browser, 'canPlay').toBe(true)
    await click(browser, '#lesson-run')
    await until(browser, 'steps').toContainEqual(expect.stringMatching(/node1 is killed$/))
    await expect.poll(() => isListening(port)).toBe(false)
    await browser.goTo('about:blank')
    await expect.poll(() => isListening(port), { timeout: 40_000 }).toBe(true) // when the lesson would be over
    expect(demo.stdout).toContain('node1 is being started')
  })

  test('where labs are closed, it is said what is missing', async () => {
    const { config, nodes } = await makeProject({ latenciesMs: [0, 0, 0] })
    for (const { name } of nodes)
      await startCommand('start-node', [name, '--config', config]).waitForLine(/ serves /)
    await startCommand('replicate', [SAMPLE, '--config', config]).ended
    const browser = await kind.open()
    onTestFinished(() => browser.close())
    await browser.goTo(`${nodes[1].url}/watch/demo.mp4#lesson=hang`)
    await until(browser, 'status').toContain(
      'node1, node2 and node3 cannot be broken from here: that takes npm start',
    )
    expect((await look(browser)).canPlay).toBe(false)
  })
})
