/** A video that is replaced while it is watched: who opens the page again sees the new one, and nothing of the old. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { describeInBrowsers } from './browsers.ts'
import { openWatchWorld, SAMPLE } from './watch-world.ts'

const TURN_OVER = fileURLToPath(new URL('../../media/turn-over.ts', import.meta.url))

/** The picture at a second, as 16 × 9 points. */
const PICTURE = `
  const video = document.querySelector('video')
  video.pause()
  video.currentTime = arguments[0]
  await new Promise((resolve) => setTimeout(resolve, 100))
  while (video.seeking || video.readyState < 2) await new Promise((resolve) => setTimeout(resolve, 20))
  await new Promise((resolve) => setTimeout(resolve, 300))
  const canvas = document.createElement('canvas')
  canvas.width = 16
  canvas.height = 9
  const context = canvas.getContext('2d')
  context.drawImage(video, 0, 0, 16, 9)
  return Array.from(context.getImageData(0, 0, 16, 9).data)`

const distance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0)

describeInBrowsers(
  (kind) => {
    test('the new one is seen after a reload', async () => {
      const { browser, watch, playTo, reload, copy } = await openWatchWorld(kind)
      await watch(0)
      await playTo(12)
      const old = await browser.run<number[]>(PICTURE, 5)

      const folder = mkdtempSync(path.join(tmpdir(), 'replaced-test-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      const turned = path.join(folder, 'turned.mp4')
      execFileSync(process.execPath, ['--import', 'tsx', TURN_OVER, SAMPLE, turned])
      await copy(turned, 'demo.mp4')
      await reload()
      await playTo(1)
      const now = await browser.run<number[]>(PICTURE, 5)
      expect(distance(now, old)).toBeGreaterThan(1000)
    })
  },
  { first: 'Firefox' },
)
