/** The page that describes a node, in real browsers: what it shows is what the node answers. */
import { expect, test } from 'vitest'
import type { Browser } from './browser.ts'
import { describeInBrowsers } from './browsers.ts'
import { openWatchWorld } from './watch-world.ts'

/** Fills the form of a path, presses *Try*, and waits for the answer as the page shows it. */
const tryPath = (
  browser: Browser,
  path: string,
  method = 'GET',
  fields: Readonly<Record<string, string>> = {},
) =>
  browser.run<string>(
    `const [path, method, fields] = arguments
    const find = () => [...document.querySelectorAll('section')].find((section) => section.querySelector('h2').textContent === path)
    while (find() === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
    const [form, result] = find().querySelectorAll('form, pre')
    const [select] = form.querySelectorAll('select')
    select.value = method
    select.dispatchEvent(new Event('change'))
    for (const label of form.querySelectorAll('label')) {
      const value = fields[label.firstChild.textContent]
      if (value !== undefined) label.querySelector('input, select, textarea').value = value
    }
    form.requestSubmit()
    while (result.textContent === '' || result.textContent === 'Asked …') await new Promise((resolve) => setTimeout(resolve, 20))
    return result.textContent`,
    path,
    method,
    fields,
  )

describeInBrowsers((kind) => {
  test('each path can be tried, and the lab set and healed', async () => {
    const { browser, urls } = await openWatchWorld(kind)
    const [url] = urls
    const described = (await (await fetch(`${url}/_/openapi.json`)).json()) as { paths: object }
    await browser.goTo(`${url}/_/api`)
    expect(await tryPath(browser, '/health')).toMatch(/^200 OK\n.*\n\n\{.*"status": ?"ok"/s)
    expect(
      await browser.run(`return [...document.querySelectorAll('h2')].map((path) => path.textContent)`),
    ).toEqual(Object.keys(described.paths))
    const shown = (label: string) =>
      `return [...document.querySelectorAll('label')].filter((label) => label.firstChild.textContent === '${label}' && label.checkVisibility()).length`
    expect(await browser.run(shown('document'))).toBe(0) // nothing is sent with a GET
    expect(await browser.run(shown('Range'))).toBe(1)
    const part = await tryPath(browser, '/{video}', 'GET', { Range: 'bytes=0-99' })
    expect(part).toMatch(/^206 Partial Content\n.*content-range: bytes 0-99\/.*\n\n100 bytes$/s)
    const beyond = await tryPath(browser, '/{video}', 'GET', { Range: 'bytes=99999999-' })
    expect(beyond).toMatch(/^416 Range Not Satisfiable\n/)

    const document = JSON.stringify({ faults: { status: { code: 503 } } })
    expect(await tryPath(browser, '/_/lab', 'PUT', { document })).toMatch(/^200 OK\n/)
    expect((await fetch(`${url}/health`)).status).toBe(503)
    expect(await tryPath(browser, '/_/lab', 'PUT', { document: '{"faults":{"hangs":true}}' })).toMatch(
      /^400 /,
    )
    expect(await tryPath(browser, '/_/lab', 'DELETE')).toMatch(/^200 OK\n/)
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })
})
