/** Printed commands: where they are pasted, they do what they say. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  adviseCopy,
  pathFor,
  printedCommand,
  type Surroundings,
  startCommand,
} from '../../src/cli/printed-command.ts'
import { makeProject, PROJECT_FOLDER, runProgram, temporaryFolder } from '../helpers/command.ts'

const HERE: Surroundings = {
  platform: 'linux',
  userFolder: '/home/me/demo',
  projectFolder: '/home/me/demo/',
  config: undefined,
}
const WINDOWS: Surroundings = {
  platform: 'win32',
  userFolder: 'C:\\Users\\me\\demo',
  projectFolder: 'C:\\Users\\me\\demo',
  config: undefined,
}

test.for<[names: string[], flags: string[], where: Partial<Surroundings>, command: string]>([
  [['node1'], [], {}, 'npm run start-node node1'],
  [['node1'], [], { userFolder: '/home/me/demo/media' }, 'npm run start-node node1'],
  [['node1'], [], { userFolder: '/home/me' }, 'npm --prefix /home/me/demo/ run start-node node1'],
  [['node1'], [], { userFolder: '/home/me/demo2' }, 'npm --prefix /home/me/demo/ run start-node node1'],
  [['node1'], ['--quiet'], {}, 'npm run start-node -- node1 --quiet'],
  [
    ['node1'],
    [],
    { config: '/home/me/demo/my class.json' },
    "npm run start-node -- node1 --config 'my class.json'",
  ],
  [['node1'], [], { config: '/srv/nodes.json' }, 'npm run start-node -- node1 --config /srv/nodes.json'],
  [['-talk.mp4'], ['--as', 'a b'], {}, "npm run start-node -- --as 'a b' -- -talk.mp4"],
  [['two\nlines'], [], {}, 'npm run start-node FILE'],
])('%j %j in %j', ([names, flags, where, command]) => {
  expect(printedCommand('start-node', names, flags, { ...HERE, ...where })).toBe(command)
})

test('on Windows, paths and quotes are those of Windows', () => {
  const config = 'C:\\Users\\me\\my lists\\a.json'
  expect(printedCommand('start-node', ['node1'], [], { ...WINDOWS, config })).toBe(
    'npm run start-node -- node1 --config "C:\\Users\\me\\my lists\\a.json"',
  )
  expect(printedCommand('start-node', ['node1'], [], { ...WINDOWS, userFolder: 'D:\\' })).toBe(
    'npm --prefix C:\\Users\\me\\demo run start-node node1',
  )
  expect(pathFor('C:\\Users\\me\\demo\\media\\a.mp4', WINDOWS)).toBe('media\\a.mp4')
})

test("somebody else's server is not advised to be started", () => {
  const foreign = { name: 'cdn', url: 'http://cdn.example', healthPath: '/' }
  expect(startCommand([foreign], HERE)).toBeUndefined()
})

test('a file that is nowhere to be seen is a placeholder, with the name that the video must have', () => {
  expect(adviseCopy('week 1/talk.mp4', { ...HERE, userFolder: '/home/me/demo/nowhere' })).toBe(
    "Copy it to every node, FILE being where you have it: npm run replicate -- FILE --as 'week 1/talk.mp4'",
  )
})

describe.skipIf(process.platform === 'win32')('pasted into sh', () => {
  /** Runs the command in an advice, as somebody in that folder does. */
  const paste = (advice: string, cwd: string) =>
    runProgram(['sh', '-c', advice.slice(advice.indexOf('npm '))], { cwd })

  const projectIn = async (cwd: string) => {
    const { config, nodes } = await makeProject({ folderName: "it's a $HOME `class`" })
    const where: Surroundings = { platform: 'linux', userFolder: cwd, projectFolder: PROJECT_FOLDER, config }
    return { where, nodes }
  }

  test.for([
    ['week 1/talk.mp4'],
    ['-it\'s `touch pwned` $(touch pwned) "!" 100 % — été.mp4'],
  ])('the advice to copy %j copies it under that name', async ([video = '']) => {
    const cwd = temporaryFolder('two words')
    const content = '\0\0\0\0moov' // with nothing wrong that `replicate` would tell of
    writeFileSync(path.join(cwd, path.posix.basename(video)), content)
    const { where, nodes } = await projectIn(cwd)
    const { code, stderr } = await paste(adviseCopy(video, where), cwd)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const { root } of nodes) expect(readFileSync(path.join(root, video), 'utf8')).toBe(content)
  })

  test('the sample is found where it lies', async () => {
    const { where, nodes } = await projectIn(PROJECT_FOLDER)
    const advice = adviseCopy('demo.mp4', where)
    expect(advice).toContain('npm run replicate -- media/demo.mp4 ')
    expect((await paste(advice, PROJECT_FOLDER)).code).toBe(0)
    expect(readFileSync(path.join(nodes[2].root, 'demo.mp4')).length).toBeGreaterThan(1_000_000)
  })

  test('every word reaches the program behind npm', async () => {
    const folder = temporaryFolder()
    const npm = path.join(folder, 'npm')
    writeFileSync(npm, '#!/bin/sh\nprintf "%s\\n" "$@"\n')
    chmodSync(npm, 0o755)
    mkdirSync(path.join(folder, 'pro ject'))
    const where = { ...HERE, userFolder: folder, projectFolder: path.join(folder, 'pro ject') }
    const command = printedCommand('replicate', ["-it's $HOME.mp4"], ['--as', '`a`!'], where)
    const { stdout } = await runProgram(['sh', '-c', command], { env: { PATH: `${folder}:/usr/bin:/bin` } })
    expect(stdout.trimEnd().split('\n')).toEqual([
      '--prefix',
      where.projectFolder,
      'run',
      'replicate',
      '--',
      '--as',
      '`a`!',
      '--',
      "-it's $HOME.mp4",
    ])
  })
})
