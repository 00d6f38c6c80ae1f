/** The drivers themselves: what a test may rely on is the same in every browser. */
import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../helpers/command.ts'
import { describeInBrowsers } from './browsers.ts'

const PAGE = `<!doctype html><meta charset="utf-8"><title>A page</title><button>Press</button><p></p><script>
  let presses = 0
  document.querySelector('button').onclick = () => { document.querySelector('p').textContent = ++presses + ' ä 雪' }
  addEventListener('keydown', ({ key }) => { document.title += ' ' + key })
</script>`

async function servePage(): Promise<string> {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(PAGE))
  const port = await listen(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${port}/`
}

describeInBrowsers(
  (kind) => {
    test('a script has arguments and a result, a click and a key arrive, a reload begins anew', async () => {
      const url = await servePage()
      const browser = await kind.open()
      onTestFinished(() => browser.close())
      await browser.goTo(url)
      expect(await browser.run('return [...arguments, location.href]', 'ä', { b: [1, null] })).toEqual([
        'ä',
        { b: [1, null] },
        url,
      ])
      const long = 'x'.repeat(100_000)
      expect(
        await browser.run('return new Promise((resolve) => setTimeout(resolve, 20, arguments[0]))', long),
      ).toBe(long)
      await expect(browser.run(`throw new Error('as told')`)).rejects.toThrow('as told')
      await browser.click('button')
      await browser.press('k')
      const seen = () => browser.run(`return [document.querySelector('p').textContent, document.title]`)
      await expect.poll(seen).toEqual(['1 ä 雪', 'A page k'])
      expect(await browser.run('return innerWidth')).toBeGreaterThan(1100)
      expect((await browser.screenshot()).subarray(1, 4).toString()).toBe('PNG')
      await browser.reload()
      expect(await seen()).toEqual(['', 'A page'])
    })
  },
  { isEach: true },
)
