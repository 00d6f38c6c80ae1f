/**
 * Storage folders with what a node may not read, as the user that a node runs as: root may read everything, so
 * there another user runs it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { commandLine, makeProject, type TestProject } from '../helpers/command.ts'

const NOBODY = 65_534
const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/** A node as a user who is not root, on any free port, and all that it says. */
async function startAsNobody(project: TestProject, ...args: string[]) {
  const [program, ...words] = commandLine('start-node', [
    ...['node1', '--port', '0', '--config', project.config],
    ...args,
  ])
  const child = spawn(program, words, {
    ...asNobody,
    cwd: '/',
    env: { PATH: process.env['PATH'], HOME: '/' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => {
      said.stdout += text
      if (said.stdout.includes('\n')) resolve()
    })
    child.stderr.on('data', (text) => {
      said.stderr += text
    })
    void ended.then(() => resolve())
  })
  return { said, ended, url: /http:\/\/\S+?(?=\/ )/.exec(said.stdout)?.[0] ?? '' }
}

/** A project that everybody may enter. */
async function makeOpenProject(): Promise<TestProject> {
  const project = await makeProject()
  for (let folder = project.folder; folder.includes('dsm-test-'); folder = path.dirname(folder))
    chmodSync(folder, 0o755)
  return project
}

test('one folder and one file that may not be read are left out and told once; the rest is served', async () => {
  const project = await makeOpenProject()
  const [{ root }] = project.nodes
  for (const name of ['lost+found', '.manifests', 'week 1']) mkdirSync(path.join(root, name))
  for (const name of ['talk.mp4', 'secret.mp4', 'lost+found/x.mp4', 'week 1/intro.mp4'])
    writeFileSync(path.join(root, name), `bytes of ${name}`)
  writeFileSync(path.join(root, '.manifests', 'talk.mp4.json'), '{}')
  symlinkSync('lost+found/x.mp4', path.join(root, 'link.mp4'))
  for (const name of ['lost+found', 'secret.mp4', '.manifests']) chmodSync(path.join(root, name), 0)
  onTestFinished(() => chmodSync(path.join(root, 'lost+found'), 0o700))
  const node = await startAsNobody(project)
  expect(node.said.stdout).toMatch(/^node1 http:\S+ serves .*: talk\.mp4, week 1\/intro\.mp4\n/)
  for (const place of ['/', '/_/videos', '/', '/_/videos']) {
    const response = await fetch(node.url + place)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('talk.mp4')
  }
  expect(await (await fetch(`${node.url}/talk.mp4`)).text()).toBe('bytes of talk.mp4')
  expect((await fetch(`${node.url}/secret.mp4`)).status).toBe(404)
  const why = 'this user may not do that; check the permissions'
  expect(node.said.stderr.trim().split('\n').sort()).toEqual([
    `node1: link.mp4 cannot be read, so it is left out: ${why}`,
    `node1: lost+found cannot be read, so it is left out: ${why}`,
    `node1: secret.mp4 cannot be read, so it is left out: ${why}`,
    `node1: the manifest of talk.mp4 cannot be read, so nobody can verify the bytes: ${why}`,
    `node1: the manifest of week 1/intro.mp4 cannot be read, so nobody can verify the bytes: ${why}`,
  ])
})

test('a storage folder of which nothing may be seen ends the start with an error', async () => {
  const project = await makeOpenProject()
  const [{ root }] = project.nodes
  chmodSync(root, 0o311) // may be entered, may not be listed
  onTestFinished(() => chmodSync(root, 0o755))
  if (process.getuid?.() === 0) chownSync(root, 0, 0)
  const node = await startAsNobody(project)
  expect(await node.ended).toBe(1)
  expect(node.said.stdout).toBe('')
  expect(node.said.stderr).toMatch(
    /^error: Cannot start node1: .* cannot be its storage folder: this user may not do that; check the permissions\n$/,
  )
})

test('replicate replaces a replica that it may not read', async () => {
  const project = await makeOpenProject()
  const [{ root }] = project.nodes
  const bytes = Buffer.from('\0\0\0\0moov and what is in it')
  const source = path.join(project.folder, 'talk.mp4')
  writeFileSync(source, bytes)
  const replica = path.join(root, 'talk.mp4')
  writeFileSync(replica, bytes)
  chmodSync(replica, 0)
  if (process.getuid?.() === 0) for (const place of [root, replica]) chownSync(place, NOBODY, NOBODY)
  const [program, ...words] = commandLine('replicate', [source, '--to', 'node1', '--config', project.config])
  const ended = spawnSync(program, words, { ...asNobody, cwd: '/', encoding: 'utf8' })
  expect({ code: ended.status, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
  expect(ended.stdout).toMatch(/^node1 +replicated /)
  expect(readFileSync(replica).equals(bytes)).toBe(true)
})
