/** The page is not built by anything, so what it must say twice is compared here. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { joinScripts } from '../../src/node/join-scripts.ts'
import { FIRST_SCRIPT, isJoined, makeWatchPage } from '../../src/node/watch-page.ts'
import { MARKS } from '../../src/player/room/marks/node-marks.js'

const SRC = path.resolve('src')
const HTML = readFileSync(path.join(SRC, 'player/watch.html'), 'utf8')
const CSS = readFileSync(path.join(SRC, 'player/watch.css'), 'utf8')

const SCRIPTS: Record<string, string> = {}
for (const room of ['player', 'verdict', 'lab', 'swarm', 'version', 'words'])
  for (const name of readdirSync(path.join(SRC, room), { encoding: 'utf8', recursive: true }))
    if (name.endsWith('.js'))
      SCRIPTS[`${room}/${name.replaceAll(path.sep, '/')}`] = readFileSync(path.join(SRC, room, name), 'utf8')

test('the page names two scripts: the one that the node puts into it, and all others in one text', () => {
  const named = [...HTML.matchAll(/<script type="module"[^>]*>/g)].map(([tag]) => tag)
  expect(named).toEqual([
    `<script type="module" async src="/_/${FIRST_SCRIPT}">`,
    '<script type="module" src="/_/player/page/page.js">',
  ])
  const { html } = makeWatchPage(HTML, 'say()', { nodes: [] })
  expect(html).toContain("<script>'use strict'\n{\nsay()\n}\n</script>")
  expect(html).toContain('id="node-list">{"nodes":[]}</script>')
  expect(isJoined('player/page/page.js')).toBe(true)
  const joined = joinScripts('player/page/page.js', new Map(Object.entries(SCRIPTS)))
  for (const name of [
    'player/page/early.js',
    'player/playing/player.js',
    'player/playing/switching-player.js',
    'player/room/control-room.js',
    'swarm/swarm.js',
  ])
    expect(joined?.text.split(`joinedScripts['${name}'] ??= (`).length).toBe(2)
  expect(joined?.text).not.toMatch(/(?:await |\()import\('\.[^']*'\)(?!\.)|^import\b/m)
})

test('nothing in the page is run or styled in place but what its policy names', () => {
  const page = HTML.replace('<script type="application/json"', '')
  expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/)
})

test('a page whose scripts do not come says so by itself, after a while, and what to do', () => {
  const [, notice = ''] = /<div id="notice"[^>]*>(.*)<\/div>/.exec(HTML) ?? []
  const [, text = ''] = /<p class="later">([^<]+)<\/p>/.exec(notice) ?? []
  for (const words of [/slow/, /no longer there: start it again and reload.*another node/, /too old/])
    expect(text).toMatch(words)
  const [, delaySeconds] = /\.later \{\s*animation: later 1ms (\d+)s backwards;\s*\}/.exec(CSS) ?? []
  expect(Number(delaySeconds)).toBeGreaterThanOrEqual(3) // no word of trouble while all is well
  expect(CSS).toMatch(/@keyframes later \{\s*from \{\s*visibility: hidden;\s*\}\s*\}/)
})

test('what only some files or states make true is not said by a page without its style', () => {
  expect(HTML).toMatch(/<p class="sound-only" hidden>/)
})

test('every look of a node has its colour for light and for dark', () => {
  const looks = [
    ...CSS.matchAll(/^\.look-(\d+) \{\s*--node: light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);?\s*\}/gm),
  ]
  expect(looks.map(([, look]) => Number(look))).toEqual(Array.from({ length: MARKS }, (_, look) => look))
})

test.for([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
])('colour %d can be read on a card, and a letter on it (WCAG AA)', (look) => {
  const [, light = '', dark = ''] =
    new RegExp(`\\.look-${look} \\{\\s*--node: light-dark\\((\\S+), (\\S+)\\)`).exec(CSS) ?? []
  expect(contrast(light, '#ffffff')).toBeGreaterThanOrEqual(4.5) // the card, and the letter
  expect(contrast(dark, '#161e2a')).toBeGreaterThanOrEqual(4.5) // the card
  expect(contrast(dark, '#0d131c')).toBeGreaterThanOrEqual(4.5) // the letter
})

/** @see WCAG 2.2, "contrast ratio" and "relative luminance" */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
