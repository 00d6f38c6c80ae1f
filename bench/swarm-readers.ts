/** Those who read the file: the swarm in a process of its own, and aria2c. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithUs, LOADER } from '../test/helpers/child.ts'
import { downloadWithAria2, metalinkOf } from './aria2.ts'
import type { Reading } from './swarm-reader.ts'
import { NAME, type Site } from './swarm-site.ts'

const READER = fileURLToPath(new URL('swarm-reader.ts', import.meta.url))

/** Reads the file; calls back when the time begins to count. */
export type Read = (
  site: Site,
  nodes: readonly { readonly name: string; readonly url: string }[],
  onStarted: () => void,
) => Promise<Pick<Reading, 'seconds'> & Partial<Reading>>

/** The swarm: in order, in any order, or as `pull` does it. */
export function readWithSwarm(mode: 'stream' | 'bulk' | 'pull'): Read {
  return async (site, nodes, onStarted) => {
    const addresses = nodes.map(({ name, url }) => ({ name, url, healthUrl: `${url}/health` }))
    const args = [READER, JSON.stringify(addresses), NAME, mode, site.output]
    const child = endWithUs(
      spawn(process.execPath, [...LOADER, ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    )
    return new Promise((resolve, reject) => {
      child.on('message', (message: 'started' | Reading) => {
        if (message === 'started') onStarted()
        else resolve(message)
      })
      child.once('exit', (code) => reject(new Error(`The swarm's reader ended with ${code}`)))
    })
  }
}

/** aria2c, with the Metalink file of a node where there is one. */
export const readWithAria2: Read = async (site, nodes, onStarted) => {
  const urls = nodes.map(({ url }) => `${url}/${NAME}`)
  const metalinkFile = path.join(site.folder, `${NAME}.meta4`)
  writeFileSync(metalinkFile, (await askForMetalink(urls)) ?? metalinkOf(site.manifest, urls))
  const seconds = await downloadWithAria2(metalinkFile, path.dirname(site.output), onStarted)
  return { seconds }
}

/** The Metalink file that a node makes itself, if it does, and knows these nodes. */
async function askForMetalink(urls: readonly string[]): Promise<string | undefined> {
  const reply = await fetch(`${urls[0]}.meta4`)
  const text = await reply.text()
  return reply.ok && urls.every((url) => text.includes(url)) ? text : undefined
}
