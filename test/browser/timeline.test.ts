/** The time line, in real browsers: what was done to a node, what was asked meanwhile, and the run as a file. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { LabClient } from '../../src/lab/client.js'
import { plan } from '../../src/scenario/plan.ts'
import { readSavedRun } from '../../src/scenario/scenario.ts'
import { temporaryFolder } from '../helpers/command.ts'
import type { Browser } from './browser.ts'
import { describeInBrowsers } from './browsers.ts'
import { openWatchWorld } from './watch-world.ts'

interface SavedRun {
  readonly firstPictureMs: number
  readonly bands: readonly {
    readonly lane: number
    readonly text: string
    readonly fromMs: number
    readonly toMs?: number
  }[]
  readonly bars: readonly {
    readonly lane: number
    readonly end?: string
    readonly begunMs?: number
    readonly why: string
  }[]
  readonly samples: readonly { readonly playhead: number; readonly edge: number }[]
}

/** As WebDriver names it. */
const ARROW_LEFT = '\uE012'

/** What the two buttons save, as text. */
const save = (browser: Browser) =>
  browser.run<[run: string, svg: string]>(
    `const blobs = []
    const real = URL.createObjectURL
    URL.createObjectURL = (blob) => (blobs.push(blob), real.call(URL, blob))
    document.querySelector('#timeline-save').click()
    document.querySelector('#timeline-svg').click()
    URL.createObjectURL = real
    return Promise.all(blobs.map((blob) => blob.text()))`,
  )

describeInBrowsers((kind) => {
  test('a fault stands where it was set, requests beside it, and all of it can be saved and done again', async () => {
    const { browser, urls, watch, playTo } = await openWatchWorld(kind)
    await watch(0, '#look-ahead=5')
    await playTo(1)
    await browser.run(
      `document.querySelector('#timeline').open = true; document.querySelector('#timeline').scrollIntoView()`,
    )
    const [url] = urls
    const before = await browser.run<number>('return performance.now()')
    await new LabClient(url).set({ faults: { cut: { afterBytes: 50_000, how: 'reset', forMs: 3_000 } } })
    const after = await browser.run<number>('return performance.now()')
    await playTo(9)

    await browser.run(`document.querySelector('#timeline-lanes').focus()`)
    await browser.press(ARROW_LEFT)
    const told = await browser.run(`return document.querySelector('#timeline-here').textContent`)
    expect(told).toMatch(/^Chunk \d+ of node\d, asked for at 0:\d\d\.\d .*: .+/)
    expect(await browser.run(`return document.querySelector('#timeline-pause').textContent`)).toBe('Go on')
    await browser.run(`document.querySelector('#timeline-table').open = true`)
    await expect
      .poll(() => browser.run(`return document.querySelectorAll('#timeline-rows tr').length`))
      .toBeGreaterThan(2)
    const colours = await browser.run<number>(
      `const canvas = document.querySelector('#timeline-lanes')
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      return new Set(new Uint32Array(data.buffer)).size`,
    )
    expect(colours).toBeGreaterThan(10)

    const [run, svg] = await save(browser)
    expect(svg).toMatch(/^<svg [^>]*>\n<title>demo\.mp4<\/title>/)
    expect(svg).toContain('cuts after 50000 bytes')
    const file = path.join(temporaryFolder(), 'demo.mp4.run.json')
    writeFileSync(file, run)
    const { firstPictureMs, bands, bars, samples } = JSON.parse(run) as SavedRun
    const [band] = bands
    expect(bands).toEqual([
      {
        lane: 0,
        fromMs: expect.any(Number),
        toMs: expect.any(Number),
        text: expect.stringMatching(/^cuts after 50000/),
      },
    ])
    expect(band?.fromMs).toBeGreaterThan(before - 50)
    expect(band?.fromMs).toBeLessThan(after + 50)
    expect(Math.abs((band?.toMs ?? 0) - (band?.fromMs ?? 0) - 3000)).toBeLessThan(100)
    expect(bars.filter(({ end }) => end === 'whole').length).toBeGreaterThan(2)
    expect(bars.every(({ end, begunMs }) => end !== 'whole' || begunMs !== undefined)).toBe(true)
    expect(samples.every(({ playhead, edge }) => edge >= playhead)).toBe(true)
    expect(plan(readSavedRun(file))).toEqual([
      {
        ...{
          kind: 'set',
          node: 'node1',
          impairments: {},
          atMs: Math.round((band?.fromMs ?? 0) - firstPictureMs),
        },
        faults: { cut: { afterBytes: 50_000, how: 'reset', forMs: 3_000 } },
      },
      { kind: 'heal', node: 'node1', atMs: expect.any(Number) },
    ])
  })
})
