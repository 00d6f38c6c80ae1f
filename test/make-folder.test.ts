import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../src/make-folder.ts'
import { temporaryFolder } from './helpers/storage.ts'

test('a folder is made with those above it, and may be there already', async () => {
  const folder = path.join(temporaryFolder(), 'a', 'b', 'c')
  await makeFolder(folder)
  await makeFolder(folder)
  expect(existsSync(folder)).toBe(true)
})

test('a link to a folder is one', async () => {
  const folder = temporaryFolder()
  symlinkSync(temporaryFolder(), path.join(folder, 'link'))
  await makeFolder(path.join(folder, 'link', 'inside'))
})

test.for<[what: string, make: (folder: string) => string, why: string]>([
  [
    'a file stands there',
    (folder) => {
      writeFileSync(path.join(folder, 'file'), '')
      return path.join(folder, 'file')
    },
    'file is a file, not a folder',
  ],
  [
    'a link leads nowhere',
    (folder) => {
      symlinkSync('gone', path.join(folder, 'link'))
      return path.join(folder, 'link')
    },
    'link is a link that leads nowhere',
  ],
])('%s: that is said', async ([, make, why]) => {
  await expect(makeFolder(make(temporaryFolder()))).rejects.toThrow(why)
})

test.runIf(existsSync('/proc/self'))(
  'a folder that the system makes for nobody is refused, at once',
  async () => {
    await expect(makeFolder('/proc/none/storage')).rejects.toThrow('no folder can be made in /proc')
  },
)
