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

test('every script that is named exists, and every command is an npm script', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = [...`${README}${CONTRIBUTING}`.matchAll(/npm run (?:-s )?([a-z-]+)/g)].map(
    ([, name = '']) => name,
  )
  expect(named.length).toBeGreaterThan(5)
  expect([...new Set(named)].filter((name) => scripts[name] === undefined)).toEqual([])
  const commands = readdirSync(path.join(PROJECT_FOLDER, 'src')).filter((file) =>
    read(path.join('src', file.endsWith('.ts') ? file : 'words.ts')).includes('await runCommand('),
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
