/** The page is not built by anything, so what it must say twice is compared here. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { MARKS } from '../../src/player/node-marks.js'

const SRC = path.resolve('src')
const HTML = readFileSync(path.join(SRC, 'player/watch.html'), 'utf8')
const CSS = readFileSync(path.join(SRC, 'player/watch.css'), 'utf8')

/** The files that a script imports before it runs, as paths in `src/`. */
function importsOf(file: string): string[] {
  const code = readFileSync(path.join(SRC, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '')
  return [...code.matchAll(/^(?:import|export)\b[^'"]*?['"](\.[^'"]+)['"]/gm)].map(([, name = '']) =>
    path.posix.join(path.posix.dirname(file), name),
  )
}

function withImports(...roots: string[]): Set<string> {
  const found = new Set(roots)
  for (const file of found) for (const name of importsOf(file)) found.add(name)
  return found
}

const named = (pattern: RegExp) => [...HTML.matchAll(pattern)].map(([, url = '']) => url.replace('/_/', ''))

test('every script that the page will need is named in it, and no other', () => {
  const scripts = named(/<script type="module" src="([^"]+)"/g)
  const preloads = named(/<link rel="modulepreload" href="([^"]+)"/g)
  expect(scripts).toEqual(['player/prepare-worker.js', 'player/page.js'])
  expect(preloads).toHaveLength(new Set(preloads).size)
  const needed = withImports(...scripts, 'player/player.js', 'player/control-room.js')
  expect([...scripts, ...preloads].sort()).toEqual([...needed].sort())
})

test('nothing in the page is run or styled in place: its policy forbids it', () => {
  expect(HTML).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)/)
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
