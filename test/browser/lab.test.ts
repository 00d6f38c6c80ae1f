/** Faults by click, in real browsers; and pages that have no business with a node. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Browser } from './browser.ts'
import { describeInBrowsers } from './browsers.ts'
import { openWatchWorld } from './watch-world.ts'

/** What the card of a node shows of its lab, and what the story says of the labs, newest first. */
const look = (browser: Browser, name: string) =>
  browser.run<{ line: string; story: string[] }>(
    `const card = [...document.querySelectorAll('.card')].find((card) => card.querySelector('h3').textContent === arguments[0])
    const line = card.querySelector('.lab-line')
    const story = [...document.querySelectorAll('#story li')].map((line) => line.textContent).filter((text) => text.includes('The lab'))
    return { line: line === null || line.hidden ? '' : line.textContent, story }`,
    name,
  )

const click = (browser: Browser, selector: string, text = '') =>
  browser.run(
    `const find = () => [...document.querySelectorAll(arguments[0])].find((button) => !button.hidden && button.textContent.includes(arguments[1]))
    while (find() === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
    find().click()`,
    selector,
    text,
  )

const faultsOf = async (url: string): Promise<string[]> =>
  Object.keys(((await (await fetch(`${url}/_/lab`)).json()) as { faults: object }).faults)

describeInBrowsers((kind) => {
  test('a node is broken by two clicks while the video plays, and healed by a key', async () => {
    const { browser, urls, watch, playTo } = await openWatchWorld(kind)
    await watch(0, '#look-ahead=5')
    await playTo(1)
    await click(browser, '[aria-label="Break node2"]')
    await click(browser, '#lab-presets button', 'hang')
    await expect.poll(() => faultsOf(urls[1])).toEqual(['hang'])
    await expect.poll(async () => (await look(browser, 'node2')).line).toMatch(/^The lab: hangs, \d+ hits?$/)
    expect((await look(browser, 'node2')).story).toEqual([
      expect.stringContaining('The lab says: node2 hangs.'),
    ])
    expect((await look(browser, 'node1')).line).toBe('')
    const { seconds } = await playTo(9)
    await browser.run(`document.dispatchEvent(new KeyboardEvent('keydown', { key: 'h', bubbles: true }))`)
    await expect.poll(() => faultsOf(urls[1])).toEqual([])
    await expect.poll(async () => (await look(browser, 'node2')).line).toBe('')
    expect((await look(browser, 'node2')).story[0]).toContain('The lab says: node2 is healed.')
    expect(await playTo(seconds + 3)).toMatchObject({ source: 'swarm', starvings: [], errors: 0 })
  })

  test('a page of somebody else on this machine changes nothing, and reads nothing', async () => {
    const { browser, urls } = await openWatchWorld(kind)
    const server = createServer((_, response) =>
      response
        .setHeader('Content-Type', 'text/html')
        .end('<!doctype html><title>Foreign</title><iframe name="frame"></iframe>'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    await browser.goTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const { token } = (await (await fetch(`${urls[0]}/_/lab`)).json()) as { token: string }
    const outcomes = await browser.run<string[]>(
      `const [url, token] = arguments
      const body = JSON.stringify({ faults: { hang: true } })
      const json = { 'Content-Type': 'application/json', 'X-Lab-Token': token }
      const outcome = (asked) => asked.then((response) => response.type + ' ' + response.status, () => 'failed')
      const outcomes = [
        await outcome(fetch(url)),
        await outcome(fetch(url, { method: 'PUT', headers: json, body })),
        await outcome(fetch(url, { method: 'DELETE', headers: json })),
        await outcome(fetch(url, { method: 'POST', mode: 'no-cors', body })),
        await outcome(fetch(url, { mode: 'no-cors' })),
      ]
      navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' }))
      const form = document.body.appendChild(document.createElement('form'))
      Object.assign(form, { method: 'post', action: url, target: 'frame', enctype: 'text/plain' })
      form.submit()
      await new Promise((resolve) => setTimeout(resolve, 500))
      return outcomes`,
      `${urls[0]}/_/lab`,
      token, // even if it knew
    )
    expect(outcomes.slice(0, 3)).toEqual(['failed', 'failed', 'failed'])
    for (const outcome of outcomes.slice(3)) expect(['failed', 'opaque 0']).toContain(outcome) // browsers differ
    expect(await faultsOf(urls[0])).toEqual([])
  })
})
