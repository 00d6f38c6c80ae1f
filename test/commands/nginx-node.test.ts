/** A real nginx, configured with the lines of the README, as a fourth node. Skipped where it is not installed. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  freePorts,
  makeProject,
  PROJECT_FOLDER,
  RunningCommand,
  runCommand,
  startCommand,
  type TestProject,
  temporaryFolder,
  until,
} from '../helpers/command.ts'
import { request } from '../helpers/http.ts'
import { isListening } from '../helpers/processes.ts'
import { randomBytesOf } from '../helpers/random.ts'

const HAS_NGINX = spawnSync('nginx', ['-v']).status === 0

/** The block that the README shows, for other ports and another folder. */
function readmeBlock(port: number, root: string, pagePorts: readonly number[]): string {
  const readme = readFileSync(path.join(PROJECT_FOLDER, 'README.md'), 'utf8')
  const block = /^```nginx\n(.*?)^```$/ms.exec(readme)?.[1] ?? ''
  const replacements: [shown: string, here: string][] = [
    ['listen 8004;', `listen 127.0.0.1:${port};`],
    ['root /srv/videos;', `root ${root};`],
    ['800[1-3]', `(${pagePorts.join('|')})`],
  ]
  return replacements.reduce((text, [shown, here]) => {
    expect(text.split(shown)).toHaveLength(2) // once
    return text.replace(shown, () => here)
  }, block)
}

interface NginxClass {
  readonly project: TestProject
  readonly nginx: { readonly name: 'nginx'; readonly port: number; readonly url: string }
  readonly bytes: Buffer
  /** the folder that nginx serves */
  readonly served: string
}

/** Three nodes of ours, of which the first runs, and nginx as the fourth. */
async function startClass(): Promise<NginxClass> {
  const project = await makeProject({ latenciesMs: [100, 0, 0] })
  const [port = 0] = await freePorts(1)
  const folder = temporaryFolder()
  const served = path.join(folder, 'videos')
  mkdirSync(served)
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251))
  bytes.write('\0\0\0\0moov') // with nothing wrong that `replicate` would tell of
  writeFileSync(path.join(served, 'demo.mp4'), bytes)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${path.join(folder, kind)};`)
    .join(' ')
  const config = path.join(folder, 'nginx.conf')
  const pagePorts = project.nodes.map(({ port }) => port)
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${path.join(folder, 'pid')}; error_log stderr;
events {}
http { access_log off; ${temporary} types { video/mp4 mp4; } default_type text/plain;
${readmeBlock(port, served, pagePorts)}}
`,
  )
  const server = new RunningCommand(['nginx', '-p', folder, '-e', 'stderr', '-c', config])
  await until('nginx listens', () => {
    expect(server.child.exitCode, server.stderr).toBeNull()
    return isListening(port)
  })
  const nginx = { name: 'nginx', port, url: `http://127.0.0.1:${port}` } as const
  const list = JSON.parse(readFileSync(project.config, 'utf8')) as { nodes: object[] }
  writeFileSync(
    project.config,
    JSON.stringify({ nodes: [...list.nodes, { name: nginx.name, url: nginx.url }] }),
  )
  const [first] = project.nodes
  await startCommand('start-node', [first.name, '--config', project.config]).waitForLine(/serves/)
  return { project, nginx, bytes, served }
}

describe.skipIf(!HAS_NGINX)('nginx as a fourth node (skipped where it is not installed)', () => {
  test('is skipped by replicate and found by pick-node, unverified', async () => {
    const { project, nginx, served } = await startClass()
    const source = path.join(temporaryFolder(), 'demo.mp4')
    copyFileSync(path.join(served, 'demo.mp4'), source)
    const replicated = await runCommand('replicate', [source, '--config', project.config])
    expect({ code: replicated.code, stderr: replicated.stderr }).toEqual({ code: 0, stderr: '' })
    expect(replicated.stdout).toMatch(/^nginx {2}skipped: http:/m)

    const pick = await runCommand('pick-node', ['demo.mp4', '--no-open', '--config', project.config])
    expect({ code: pick.code, stderr: pick.stderr }).toEqual({ code: 0, stderr: '' })
    expect(pick.stdout).toMatch(new RegExp(`^nginx +${nginx.url} +up +[0-9.]+ +yes, unverified$`, 'm'))
    expect(pick.stdout).toMatch(/^node1 .* yes +←$/m)
    expect(pick.stdout).toContain('node1 is the fastest whose copy of demo.mp4 can be checked: ')
  })

  test('is chosen when it alone has the video, with the page of a node of ours', async () => {
    const { project, nginx } = await startClass()
    const { code, stdout } = await runCommand('pick-node', ['demo.mp4', '--json', '--config', project.config])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      chosen: 'nginx',
      url: `${nginx.url}/demo.mp4`,
      watchUrl: `${project.nodes[0].url}/watch/demo.mp4`,
    })
  })

  test('brings a part of what pull reads from all nodes, verified', async () => {
    const { project, served } = await startClass()
    const video = randomBytesOf(8 * 2 ** 20, 1)
    const source = path.join(temporaryFolder(), 'long.mp4')
    writeFileSync(source, video)
    writeFileSync(path.join(served, 'long.mp4'), video)
    await runCommand('replicate', [source, '--config', project.config])
    const out = path.join(temporaryFolder(), 'out.mp4')
    const args = ['long.mp4', '--out', out, '--json', '--config', project.config]
    const { code, stdout } = await runCommand('pull', args)
    expect(code).toBe(0)
    expect(readFileSync(out).equals(video)).toBe(true)
    const { nodes, verified } = JSON.parse(stdout) as {
      verified: boolean
      nodes: { name: string; chunks: number }[]
    }
    expect(verified).toBe(true)
    expect(nodes.find(({ name }) => name === 'nginx')?.chunks).toBeGreaterThan(0)
  })

  test.for<[what: string, originOf: (port: number) => string, mayRead: boolean]>([
    ['a page of a node', (port) => `http://127.0.0.1:${port}`, true],
    ['the same page as localhost', (port) => `http://localhost:${port}`, true],
    ['no page of another port', () => 'http://127.0.0.1:1', false],
    ['no page of another site', (port) => `http://127.0.0.1.evil.example:${port}`, false],
    ['no page that only begins as that of a node', (port) => `http://127.0.0.1:${port}.evil.example`, false],
  ])('is read, in ranges and with its health, by %s', async ([, originOf, mayRead]) => {
    const { project, nginx, bytes } = await startClass()
    const origin = originOf(project.nodes[1].port)
    const range = await request(nginx, '/demo.mp4', { headers: { origin, range: 'bytes=1000-1999' } })
    expect(range.status).toBe(206)
    expect(range.body.equals(bytes.subarray(1000, 2000))).toBe(true)
    expect(range.headers['content-range']).toBe('bytes 1000-1999/100000')
    const missing = await request(nginx, '/none.mp4', { headers: { origin } })
    const health = await request(nginx, '/health', { headers: { origin } })
    const preflight = await request(nginx, '/demo.mp4', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' },
    })
    const replies = [range, missing, health, preflight]
    expect(replies.map(({ status }) => status)).toEqual([206, 404, 200, 204])
    for (const { headers } of replies) {
      expect(headers['access-control-allow-origin']).toBe(mayRead ? origin : undefined)
      expect(headers['vary']).toBe('Origin')
      const exposed = headers['access-control-expose-headers']?.split(', ')
      expect(exposed).toEqual(expect.arrayContaining(['Content-Range', 'Content-Length', 'ETag']))
    }
    expect(preflight.headers['access-control-allow-headers']?.toLowerCase()).toContain('range')
  })
})
