/** A storage folder as a node sees it, while it changes between two looks. */
import { mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { OpenFile } from '../../src/node/open-file.ts'
import { Storage } from '../../src/node/storage.ts'
import { temporaryFolder, writeReplicaWithManifest } from '../helpers/storage.ts'

const [OLD, NEW] = [Buffer.alloc(1000, 'old'), Buffer.alloc(1000, 'new')]

test('a manifest that came after the file was opened is not taken for that of the open one', async () => {
  const root = temporaryFolder()
  const old = writeReplicaWithManifest(root, 'talk.mp4', OLD)
  const next = path.join(root, 'next')
  mkdirSync(next)
  // Of the same size and time: nothing but the name tells that it is another file.
  writeReplicaWithManifest(next, 'talk.mp4', NEW)
  const storage = await Storage.open(root)
  const open = OpenFile.open.bind(OpenFile)
  vi.spyOn(OpenFile, 'open').mockImplementationOnce(async (...args) => {
    const opened = await open(...args)
    for (const name of ['talk.mp4', '.manifests/talk.mp4.json'])
      renameSync(path.join(next, name), path.join(root, name))
    return opened
  })
  const replica = await storage.openReplica('talk.mp4')
  const bytes = Buffer.alloc(1000)
  await replica?.read(bytes, 0)
  replica?.release()
  expect(bytes.equals(OLD)).toBe(true)
  expect([old.sha256, undefined]).toContain(replica?.facts.sha256)
})
