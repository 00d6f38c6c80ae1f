/** Targets that try to leave the storage, and things in it that are no files. A secret lies on every side. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exchangeRaw, field, getHead, type RawReply, request } from '../helpers/http.ts'
import { startTestNode, type TestNode } from '../helpers/node.ts'
import {
  numberedRecords,
  temporaryFolder,
  writeReplica,
  writeReplicaWithManifest,
} from '../helpers/storage.ts'

const RECORDS = numberedRecords(100)
const TEXT = RECORDS.toString()
const SECRET = 'not to be served'

/** A node whose storage lies between things that are none of its business. */
async function startAmongSecrets(): Promise<TestNode> {
  const outside = temporaryFolder()
  const root = path.join(outside, 'storage')
  writeReplicaWithManifest(root, 'demo.mp4', RECORDS)
  writeReplica(root, 'folder/inside.mp4', RECORDS)
  for (const name of [
    'secret.mp4',
    'storage-private/secret.mp4',
    'storage/.env',
    'storage/.hidden/secret.mp4',
  ]) {
    writeReplica(outside, name, SECRET)
  }
  for (const name of ['storage/.incoming/demo.mp4', 'storage/folder/.secret.mp4', 'storage/a\\b.mp4']) {
    writeReplica(outside, name, SECRET)
  }
  return startTestNode({ root })
}

/** The words of a refusal are the same whatever was asked for, and nothing in it leads elsewhere. */
function expectRefusal(reply: RawReply, status: number): void {
  const words: Readonly<Record<number, string>> = {
    400: '400 Bad Request: the request could not be understood\n',
    404: '404 Not Found: there is no such file on this node\n',
  }
  expect({ status: reply.status, text: reply.text }).toEqual({ status, text: words[status] })
  expect(field(reply, 'Content-Type')).toBe('text/plain; charset=utf-8')
  expect(field(reply, 'Location')).toBeUndefined()
  for (const name of ['ETag', 'Last-Modified', 'Accept-Ranges', 'Repr-Digest']) {
    expect(field(reply, name)).toBeUndefined()
  }
}

describe('a target', () => {
  test.for<[threat: string, target: string, status: 400 | 404]>([
    ['1: plain dots', '/../secret.mp4', 400],
    ['1: dots further in', '/folder/../../secret.mp4', 400],
    ['1: dots that stay inside', '/folder/../demo.mp4', 400],
    ['1: dots at the end', '/folder/..', 400],
    ['1: escaped dots', '/%2e%2e/secret.mp4', 400],
    ['1: half escaped dots', '/.%2E/secret.mp4', 400],
    ['1: an escaped slash', '/..%2fsecret.mp4', 400],
    ['1: all escaped', '/%2e%2e%2fsecret.mp4', 400],
    ['1: an escaped backslash', '/..%5csecret.mp4', 400],
    ['1: twice escaped', '/%252e%252e/secret.mp4', 404],
    ['1: twice escaped slash', '/..%252fsecret.mp4', 404],
    ['1: three times escaped', '/%25252e%25252e%25252fsecret.mp4', 404],
    ['1: dots that survive naive stripping', '/....//secret.mp4', 404],
    ['1: dots around dots', '/..././secret.mp4', 404],
    ['1: overlong UTF-8 dots', '/%c0%ae%c0%ae/secret.mp4', 400],
    ['1: overlong UTF-8 slash', '/..%c0%afsecret.mp4', 400],
    ['1: %u escapes', '/%u002e%u002e/secret.mp4', 400],
    ['1: full-width dots', '/%EF%BC%8E%EF%BC%8E/secret.mp4', 404],
    ['1: full-width slash', '/..%EF%BC%8Fsecret.mp4', 404],
    ['1: absolute form', 'http://127.0.0.1/../secret.mp4', 400],
    ['1: absolute form, escaped', 'http://127.0.0.1/%2e%2e/secret.mp4', 400],
    ['1: dots as a parameter', '/..;/secret.mp4', 404],
    ['1: dots in a manifest', '/_/manifest/../../secret', 400],
    ['1: escaped dots in a manifest', '/_/manifest/%2e%2e/%2e%2e/secret', 400],
    ['1: NUL', '/demo.mp4%00', 400],
    ['1: NUL before an ending', '/demo.mp4%00.txt', 400],
    ['2: a sibling with the same beginning', '/../storage-private/secret.mp4', 400],
    ['2: without a slash', '/..-private/secret.mp4', 404],
    ['3: an escaped slash between parts', '/folder%2Finside.mp4', 400],
    ['3: two slashes', '//demo.mp4', 404],
    ['3: two slashes further in', '/folder//inside.mp4', 404],
    ['3: a dot to skip', '/./demo.mp4', 404],
    ['3: a dot behind a dot-name', '/.env/.', 404],
    ['3: a slash behind a file', '/demo.mp4/', 404],
    ['3: a slash and a dot behind a file', '/demo.mp4/.', 404],
    ['3: health with a slash', '/health/', 404],
    ['3: health behind two slashes', '//health', 404],
    ['3: an absolute path', '//etc/passwd', 404],
    ['4: a backslash', '/folder\\inside.mp4', 400],
    ['4: an escaped backslash as a name', '/a%5Cb.mp4', 400],
    ['4: a drive', '/C:/Windows/win.ini', 404],
    ['4: a stream', '/demo.mp4::$DATA', 404],
    ['4: a device', '/NUL', 404],
    ['4: a device with an ending', '/folder/com1.mp4', 404],
    ['4: a trailing dot', '/demo.mp4.', 404],
    ['4: a trailing space', '/demo.mp4%20', 404],
    ['6: a dot-file', '/.env', 404],
    ['6: an escaped dot-file', '/%2eenv', 404],
    ['6: a file in a dot-folder', '/.hidden/secret.mp4', 404],
    ['6: a dot-file in a folder', '/folder/.secret.mp4', 404],
    ['6: a file that is being written', '/.incoming/demo.mp4', 404],
    ['6: a manifest as a file', '/.manifests/demo.mp4.json', 404],
    ['6: a manifest of a dot-file', '/_/manifest/.env', 404],
    ['7: a folder', '/folder', 404],
    ['7: a folder with a slash', '/folder/', 404],
    ['8: a newline', '/demo%0a.mp4', 400],
    ['8: a field of its own', '/demo%0d%0aX-Evil:1.mp4', 400],
    ['8: a control character of Latin-1', '/demo%C2%85.mp4', 400],
    ['8: a line end of Unicode', '/demo%E2%80%A8.mp4', 400],
    ['8: a bad escape', '/%zz.mp4', 400],
    ['8: half an escape', '/demo.mp4%', 400],
    ['8: half a character', '/%F0%9F%8E.mp4', 400],
    ['8: half a surrogate pair', '/%ED%A0%80.mp4', 400],
    ['8: a very long name', `/${'a'.repeat(256)}`, 404],
    ['8: a very long path', `/${'a/'.repeat(5000)}a`, 404],
    ['8: a file as a folder', '/demo.mp4/more.mp4', 404],
    ['10: two slashes alone', '//', 404],
    ['10: three slashes', '///', 404],
    ['10: a broken authority', 'http://[', 400],
    ['10: an empty authority', 'http:///demo.mp4', 400],
    ['10: a user name', 'http://user@127.0.0.1/demo.mp4', 400],
    ['10: another scheme', 'ftp://127.0.0.1/demo.mp4', 400],
    ['10: a scheme that a node does not speak', 'https://127.0.0.1/demo.mp4', 400],
    ['10: no slash', 'demo.mp4', 400],
    ['10: an authority alone', '127.0.0.1:80', 400],
    ['10: a star', '*', 400],
    ['10: a fragment', '/demo.mp4#t=3', 400],
    ['28: a redirect to another site', '//evil.example/%2e%2e', 400],
    ['28: a folder on another site', '//evil.example/folder/', 404],
    ['28: a backslash to another site', '/\\evil.example/folder', 400],
    ['3, a reserved name: watch', '/watch', 404],
    ['3, the watch page of a hidden file', '/watch/.hidden.mp4', 404],
    ['3, a reserved name: the player', '/_/player/index.js', 404],
    ['3, a reserved name: the manifest of nothing', '/_/manifest/', 404],
    ['3, a reserved name: their folder', '/_', 404],
    ['13: a property of every object', '/__proto__', 404],
    ['13: a function of every object', '/constructor', 404],
    ['26: markup', '/%3Cscript%3Ealert(1)%3C%2fscript%3E', 400],
    ['26: markup without a slash', '/%3Cimg%20src=x%20onerror=alert(1)%3E', 404],
  ])('of threat %s is refused in fixed words', async ([, target, status]) => {
    const node = await startAmongSecrets()
    expectRefusal(await exchangeRaw(node, getHead(target)), status)
    expect(await request(node, '/demo.mp4')).toMatchObject({ status: 200, text: TEXT })
  })
})

describe('an absolute-form target', () => {
  test.for<[target: string]>([
    ['http://127.0.0.1/demo.mp4'],
    ['http://localhost:8001/demo.mp4?query'],
    ['HTTP://[::1]:80/demo.mp4'],
    ['http://127.0.0.1/%64emo.mp4'],
  ])('is understood: %s (RFC 9112 §3.2.2)', async ([target]) => {
    const node = await startAmongSecrets()
    expect(await exchangeRaw(node, getHead(target))).toMatchObject({ status: 200, text: TEXT })
  })

  test('without a path is the page of the node (RFC 9110 §4.2.3)', async () => {
    const node = await startAmongSecrets()
    const reply = await exchangeRaw(node, getHead('http://127.0.0.1'))
    expect([reply.status, field(reply, 'Content-Type')]).toEqual([200, 'text/html; charset=utf-8'])
  })
})

describe('a symbolic link', () => {
  test.for<[rule: string, link: string, to: string, target: string, status: 200 | 404]>([
    ['to a file inside', 'link.mp4', 'demo.mp4', '/link.mp4', 200],
    ['to a file inside, by its full path', 'link.mp4', '$ROOT/demo.mp4', '/link.mp4', 200],
    ['to a folder inside', 'link', 'folder', '/link/inside.mp4', 200],
    ['that leaves and comes back', 'link.mp4', '../storage/demo.mp4', '/link.mp4', 200],
    ['to a file outside', 'link.mp4', '../secret.mp4', '/link.mp4', 404],
    ['to a file outside, by its full path', 'link.mp4', '$ROOT/../secret.mp4', '/link.mp4', 404],
    ['to a folder outside', 'link', '..', '/link/secret.mp4', 404],
    ['to a sibling with the same beginning', 'link', '../storage-private', '/link/secret.mp4', 404],
    ['to outside, deeper in', 'folder/link', '../..', '/folder/link/secret.mp4', 404],
    ['to the root of the system', 'link', '/', '/link/etc/passwd', 404],
    ['to a dot-file', 'link.mp4', '.env', '/link.mp4', 404],
    ['to a dot-folder', 'link', '.hidden', '/link/secret.mp4', 404],
    ['to the manifests', 'link', '.manifests', '/link/demo.mp4.json', 404],
    ['to the storage itself, and down to a dot-name', 'link', '.', '/link/.env', 404],
    ['to nothing', 'link.mp4', 'nothing.mp4', '/link.mp4', 404],
    ['to itself', 'link.mp4', 'link.mp4', '/link.mp4', 404],
    ['to itself, as a folder', 'link', 'link', '/link/inside.mp4', 404],
    ['to a process of the system', 'link.mp4', '/proc/self/environ', '/link.mp4', 404],
    ['to a device', 'link.mp4', '/dev/zero', '/link.mp4', 404],
  ])('%s (threat 5)', async ([, link, to, target, status]) => {
    const node = await startAmongSecrets()
    symlinkSync(to.replace('$ROOT', node.root), path.join(node.root, link))
    const reply = await exchangeRaw(node, getHead(target))
    if (status === 404) expectRefusal(reply, 404)
    else expect(reply).toMatchObject({ status, text: TEXT })
    const page = await request(node, '/')
    expect(page.status).toBe(200)
    if (status === 404) expect(page.body.toString()).not.toContain('link')
  })

  test('may be the way to the storage itself', async () => {
    const folder = temporaryFolder()
    writeReplica(folder, 'real/demo.mp4', RECORDS)
    symlinkSync('real', path.join(folder, 'storage'))
    const node = await startTestNode({ root: path.join(folder, 'storage') })
    expect(await request(node, '/demo.mp4')).toMatchObject({ status: 200, text: TEXT })
  })

  test('in place of a manifest tells nothing of what lies outside', async () => {
    const node = await startAmongSecrets()
    const outside = path.join(node.root, '..')
    const { sha256 } = writeReplicaWithManifest(outside, 'folder/inside.mp4', RECORDS)
    mkdirSync(path.join(node.root, '.manifests/folder'))
    symlinkSync(
      path.join(outside, '.manifests/folder/inside.mp4.json'),
      path.join(node.root, '.manifests/folder/inside.mp4.json'),
    )
    expect((await request(node, '/folder/inside.mp4')).headers.etag).not.toContain(sha256)
    expect(await request(node, '/_/manifest/folder/inside.mp4')).toMatchObject({ status: 404 })
  })

  /** Makes a name lead to one place and the other in turn, as fast as another process can. */
  const FLIP = `
    const { symlinkSync, renameSync } = require('node:fs')
    const [name, ...places] = process.argv.slice(1)
    for (let turn = 0; ; turn++) {
      symlinkSync(places[turn % 2], name + '.next')
      renameSync(name + '.next', name)
      if (turn === 1) process.stdout.write('flipping')
    }`

  test.for<[what: string, link: string, inside: string, outside: string, target: string]>([
    ['a file', 'link.mp4', 'demo.mp4', '../secret.mp4', '/link.mp4'],
    ['a folder', 'link', 'folder', '../elsewhere', '/link/inside.mp4'],
  ])('that flips between %s inside and outside never gives a byte of the outside (threat 5)', async ([
    ,
    link,
    inside,
    outside,
    target,
  ]) => {
    const node = await startAmongSecrets()
    writeReplica(node.root, '../elsewhere/inside.mp4', SECRET)
    const flipper = spawn(process.execPath, ['-e', FLIP, path.join(node.root, link), inside, outside], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void flipper.kill('SIGKILL'))
    await new Promise((resolve) => flipper.stdout.once('data', resolve))

    const seen = new Map<number, number>()
    for (let round = 0; round < 50; round++) {
      for (const { status, text } of await Promise.all(
        Array.from({ length: 20 }, () => request(node, target)),
      )) {
        seen.set(status, (seen.get(status) ?? 0) + 1)
        expect(text).not.toContain(SECRET)
        if (status === 200) expect(text).toBe(TEXT)
      }
    }
    expect([...seen.keys()].sort()).toEqual([200, 404]) // both places were met
  })
})

describe('what is no regular file', () => {
  const hasFifos = process.platform !== 'win32'

  test.runIf(hasFifos)('a FIFO is no file, and does not keep anybody waiting (threat 7)', async () => {
    const node = await startAmongSecrets()
    const names = Array.from({ length: 12 }, (_, index) => `fifo${index}.mp4`)
    for (const name of names) execFileSync('mkfifo', [path.join(node.root, name)])
    symlinkSync('fifo0.mp4', path.join(node.root, 'link.mp4'))
    const replies = await Promise.all(
      ['link.mp4', ...names, ...names].map((name) => exchangeRaw(node, getHead(`/${name}`))),
    )
    for (const reply of replies) expectRefusal(reply, 404)
    expect(await request(node, '/health')).toMatchObject({ status: 200 })
    expect(await request(node, '/demo.mp4')).toMatchObject({ status: 200, text: TEXT })
    expect((await request(node, '/')).text).not.toContain('fifo')
  })

  test.runIf(hasFifos)('a FIFO in place of a manifest does not keep anybody waiting', async () => {
    const node = await startAmongSecrets()
    mkdirSync(path.join(node.root, '.manifests/folder'))
    execFileSync('mkfifo', [path.join(node.root, '.manifests/folder/inside.mp4.json')])
    for (let round = 0; round < 6; round++) {
      expect(await request(node, '/folder/inside.mp4')).toMatchObject({ status: 200, text: TEXT })
    }
    expect(await request(node, '/_/manifest/folder/inside.mp4')).toMatchObject({ status: 404 })
  })

  test.runIf(hasFifos)('a socket is no file', async () => {
    const node = await startAmongSecrets()
    const server = createServer()
    // The path of a socket has to be short, so it is made elsewhere.
    const socket = path.join(temporaryFolder(), 's')
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    onTestFinished(() => void server.close())
    renameSync(socket, path.join(node.root, 'socket.mp4'))
    expectRefusal(await exchangeRaw(node, getHead('/socket.mp4')), 404)
  })

  test('a folder with the ending of a video is no file', async () => {
    const node = await startAmongSecrets()
    mkdirSync(path.join(node.root, 'folder.mp4'))
    expectRefusal(await exchangeRaw(node, getHead('/folder.mp4')), 404)
    expectRefusal(await exchangeRaw(node, getHead('/folder.mp4', 'Range: bytes=0-')), 404)
  })

  test('a name that takes turns at being a file, a folder and nothing never ends the node', async () => {
    const node = await startAmongSecrets()
    const file = path.join(node.root, 'turns.mp4')
    const statuses = new Set<number>()
    for (let round = 0; round < 60; round++) {
      const asking = Promise.all(Array.from({ length: 8 }, () => request(node, '/turns.mp4')))
      await wait(0)
      rmSync(file, { recursive: true, force: true })
      if (round % 3 === 0) {
        writeReplica(node.root, '.incoming/turns.mp4', RECORDS)
        renameSync(path.join(node.root, '.incoming/turns.mp4'), file)
      }
      if (round % 3 === 1) mkdirSync(file)
      for (const { status, text } of await asking) {
        statuses.add(status)
        if (status === 200) expect(text).toBe(TEXT)
      }
    }
    expect([...statuses].sort()).toEqual([200, 404])
    expect(await request(node, '/demo.mp4')).toMatchObject({ status: 200, text: TEXT })
  })
})
