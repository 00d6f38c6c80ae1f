import { describe, expect, test } from 'vitest'
import { joinScripts } from '../../src/node/join-scripts.ts'
import { PageFiles } from '../../src/node/page-files.ts'
import { FIRST_SCRIPT, isJoined, WORKER_FILE } from '../../src/node/watch-page.ts'

const join = (scripts: Record<string, string>): string | undefined =>
  joinScripts('a/first.js', new Map(Object.entries(scripts)))?.text

/** What a joined script calls back with. */
function run(text: string | undefined): unknown[] {
  const said: unknown[] = []
  const world = { joinedScripts: undefined }
  new Function('say', 'globalThis', `with (globalThis) { ${text ?? 'say("not joined")'} }`)(
    (what: unknown) => said.push(what),
    world,
  )
  return said
}

test('a script that imports nothing stays as it is', () => {
  expect(join({ 'a/first.js': 'say(1)\n' })).toBe('say(1)\n')
})

test('a script has what it imports, whatever the imported script imports itself', () => {
  const text = join({
    'a/first.js': "import { one, two as deux } from '../b/numbers.js'\nsay(one)\nsay(deux())\n",
    'b/numbers.js':
      "import {\n  half,\n} from './half.js'\nexport const one = 2 * half\nexport function two() {\n  return 2\n}\n",
    'b/half.js': 'export const half = 0.5\n',
  })
  expect(run(text)).toEqual([1, 2])
})

test('names of one script do not meet those of another, and each runs once', () => {
  const text = join({
    'a/first.js':
      "import { f } from './f.js'\nimport { g } from './g.js'\nconst secret = 0\nsay([f(), g(), secret])\n",
    'a/f.js': "import { g } from './g.js'\nconst secret = 1\nexport const f = () => [secret, g()]\n",
    'a/g.js':
      "say('g runs')\nconst secret = 2\nexport class Unused {}\nexport async function h() {}\nexport const g = () => secret\n",
  })
  expect(run(text)).toEqual(['g runs', [[1, 2], 2, 0]])
})

test('a comment that stands before code on its line, or behind it, takes no code with it', () => {
  const text = join({
    'a/first.js': "import { x } from './x.js'\n/** one */ say(x)\nsay(2) // two\n/* three\n*/\nsay(3)\n",
    'a/x.js': '// not sent\n/**\n * nor this\n */\nexport const x = 1 /* nor\n*/\n',
  })
  expect(run(text)).toEqual([1, 2, 3])
  expect(text).not.toMatch(/not sent|nor this|three/)
})

test('what is imported later comes at once', async () => {
  const text = join({
    'a/first.js': "say(import('./x.js'))\nsay(1)\n",
    'a/x.js': "say('x runs')\nexport const x = 1\n",
  })
  const said = run(text)
  expect(await Promise.all(said)).toEqual(['x runs', { x: 1 }, 1])
})

test('what it exports itself it still exports', () => {
  const text = join({
    'a/first.js': "import { x } from './x.js'\nexport const y = x\n",
    'a/x.js': 'export const x = 1\n',
  })
  expect(text).toMatch(/^export const y = x$/m)
})

test.for<[what: string, scripts: Record<string, string>]>([
  ['imports one that is not there', { 'a/first.js': "import { x } from './x.js'\n" }],
  ['is not there', {}],
  [
    'imports in a circle',
    {
      'a/first.js': "import { x } from './x.js'\n",
      'a/x.js': "import { y } from './first.js'\nexport const x = 1\n",
    },
  ],
  [
    'imports all of another',
    { 'a/first.js': "import * as x from './x.js'\n", 'a/x.js': 'export const x = 1\n' },
  ],
  [
    'imports what has a default',
    { 'a/first.js': "import { x } from './x.js'\n", 'a/x.js': 'export const x = 1\nexport default x\n' },
  ],
  [
    'imports what passes on',
    { 'a/first.js': "import { x } from './x.js'\n", 'a/x.js': "export { x } from './y.js'\n" },
  ],
])('a script that %s is not joined', ([, scripts]) => {
  expect(join(scripts)).toBeUndefined()
})

describe('the files that a page loads before all others', () => {
  test.for([
    FIRST_SCRIPT,
    WORKER_FILE,
    'player/page/page.js',
  ])('%s comes with all that it imports', async (name) => {
    const files = await PageFiles.open()
    const text = (await files.readJoined(name))?.content ?? ''
    expect(text).not.toMatch(/^import\b/m)
    expect(isJoined(name)).toBe(true)
    expect(text).toContain((await files.read(name))?.content.trimEnd().split('\n').at(-1))
    expect(() => new Function(text.replaceAll(/^export /gm, ''))).not.toThrow()
  })
})
