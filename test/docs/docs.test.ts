/** What the documentation names is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { NODE_RULES } from '../../src/node-list.ts'
import { PROJECT_FOLDER } from '../helpers/command.ts'

const read = (file: string): string => readFileSync(path.join(PROJECT_FOLDER, file), 'utf8')
const README = read('README.md')
const CONTRIBUTING = read('CONTRIBUTING.md')

/** Paths below these are made by commands, or stand for a name. */
const MADE = /^node\d+\/|NAME|node_modules/
const FOLDERS = /(?:src|test|bench|media|\.ci)\/[\w./-]*\w\/?/g

describe('every file that is named exists', () => {
  test.for([
    ['README.md', README],
    ['CONTRIBUTING.md', CONTRIBUTING],
  ])('in %s', ([, text = '']) => {
    const named = [...new Set(text.match(FOLDERS))].filter((name) => !MADE.test(name))
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !existsSync(path.join(PROJECT_FOLDER, name)))).toEqual([])
  })

  test('a file that a line names after another one stands in the same folder', () => {
    const folders = ['src/swarm', 'src/player', 'src/node']
    const bare = [...CONTRIBUTING.matchAll(/`([a-z-]+\.(?:js|ts))`/g)].map(([, name = '']) => name)
    const found = (name: string) =>
      folders.some((folder) => existsSync(path.join(PROJECT_FOLDER, folder, name)))
    expect(bare.length).toBeGreaterThan(0)
    expect(bare.filter((name) => !found(name))).toEqual([])
  })
})

describe('the rooms of the house', () => {
  const table = CONTRIBUTING.slice(CONTRIBUTING.indexOf('| room |'))
  const named = [...table.slice(0, table.indexOf('\n\n')).matchAll(/^\| `src\/([\w/-]+)\/`/gm)].map(
    ([, room = '']) => room,
  )
  const files = readdirSync(path.join(PROJECT_FOLDER, 'src'), { encoding: 'utf8', recursive: true })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => /\.(?:ts|js|cjs)$/.test(file))
  const roomOf = (file: string): string => path.posix.dirname(file)
  /** The two floors that are no rooms: commands and pure modules, and where the page begins. */
  const FLOORS = ['.', 'player']

  test('every one is named, and no other', () => {
    const rooms = new Set(files.map(roomOf))
    for (const floor of FLOORS) rooms.delete(floor)
    expect(named.toSorted()).toEqual([...rooms].toSorted())
  })

  test('imports run down the table', () => {
    const upwards: string[] = []
    let arrows = 0
    for (const file of files) {
      const specifiers = read(path.join('src', file)).matchAll(/(?:from |import\()'(\.[^']+)'/g)
      for (const [, specifier = ''] of specifiers) {
        const target = path.posix.join(roomOf(file), specifier)
        const [from, to] = [roomOf(file), roomOf(target)]
        if (from === to || FLOORS.includes(from) || FLOORS.includes(to)) continue
        arrows++
        if (named.indexOf(from) > named.indexOf(to)) upwards.push(`${file} imports ${target}`)
      }
    }
    expect(arrows).toBeGreaterThan(100)
    expect(upwards).toEqual([])
  })

  test('in the browser nothing is imported that it cannot get', () => {
    const BROWSER = ['player', 'verdict', 'lab', 'swarm', 'version', 'words']
    const isBrowsers = (file: string): boolean => BROWSER.includes(file.split('/')[0] ?? '')
    const outside = files.filter(isBrowsers).flatMap((file) =>
      [...read(path.join('src', file)).matchAll(/(?:from |import\()'([^']+)'/g)]
        .map(([, specifier = '']) =>
          specifier.startsWith('.') ? path.posix.join(roomOf(file), specifier) : specifier,
        )
        .filter((target) => !isBrowsers(target))
        .map((target) => `${file} imports ${target}`),
    )
    expect(outside).toEqual([])
  })
})

test('every script that is named exists, and every command is an npm script', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = [...`${README}${CONTRIBUTING}`.matchAll(/npm run (?:-s )?([a-z-]+)/g)].map(
    ([, name = '']) => name,
  )
  expect(named.length).toBeGreaterThan(5)
  expect([...new Set(named)].filter((name) => scripts[name] === undefined)).toEqual([])
  const commands = readdirSync(path.join(PROJECT_FOLDER, 'src')).filter((file) =>
    read(path.join('src', file.endsWith('.ts') ? file : 'range.ts')).includes('await runCommand('),
  )
  const started = Object.values(scripts).join('\n')
  expect(commands.filter((file) => !started.includes(`src/${file}`))).toEqual([])
})

test('the README has a row for every field of the node list', () => {
  const table = README.slice(README.indexOf('| field |'))
  const fields = [...table.slice(0, table.indexOf('\n\n')).matchAll(/^\| `(\w+)` \|/gm)].map(
    ([, name]) => name,
  )
  expect(fields.toSorted()).toEqual([...Object.keys(NODE_RULES), 'url', 'healthPath'].toSorted())
})

test('lessons are numbered in order, and each has a question, a prediction and an exercise', () => {
  const lessons = README.slice(README.indexOf('## Lessons'), README.indexOf('## Node list'))
    .split(/^### /m)
    .slice(1)
  expect(lessons.map((lesson) => Number.parseInt(lesson, 10))).toEqual(lessons.map((_, index) => index + 1))
  for (const lesson of lessons)
    for (const part of ['**Question.**', '**Predict.**', '**Try.**']) expect(lesson).toContain(part)
})
