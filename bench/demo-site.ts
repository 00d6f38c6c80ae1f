/** The nodes of the project's own list on free ports, and small files as a class has them. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type NodeConfig, ownNodes, readNodeList } from '../src/node-list.ts'
import { replicate } from '../src/replication/replicate.ts'
import { FaultyNode } from '../test/helpers/faulty-node.ts'
import { freePorts } from './servers.ts'

export const SAMPLE = 'demo.mp4'
export const SOUND = 'sound.mp3'
export const PHONE = 'phone.mp4'

export const SAMPLE_FILE = fileURLToPath(new URL('../media/demo.mp4', import.meta.url))

const make = (file: string, args: readonly string[]): void => {
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...args, file])
}

/** A minute of noise at 128 kbit/s. */
const makeSound = (file: string): void =>
  make(file, ['-f', 'lavfi', '-i', 'anoisesrc=duration=60:color=pink', '-c:a', 'libmp3lame', '-b:a', '128k'])

/** Half a minute that moves, with its tables at the end, as a phone writes it. */
const makePhoneVideo = (file: string): void =>
  make(file, [
    ...['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30:duration=30'],
    ...['-f', 'lavfi', '-i', 'sine=frequency=330:duration=30', '-vf', 'noise=alls=20:allf=t'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '30'],
    ...['-b:v', '1100k', '-maxrate', '1100k', '-bufsize', '1100k', '-c:a', 'aac', '-b:a', '96k'],
  ])

export class DemoSite {
  readonly #configs: readonly NodeConfig[]

  private constructor(configs: readonly NodeConfig[]) {
    this.#configs = configs
  }

  /** Makes the files and copies them to every node; the nodes are on ports that are free now. */
  static async make(
    folder: string,
    listed: readonly NodeConfig[] = ownNodes(readNodeList()),
  ): Promise<DemoSite> {
    mkdirSync(folder)
    const ports = await freePorts(listed.length)
    const configs = listed.map((node, index) => ({
      ...node,
      port: ports[index] ?? 0,
      root: path.join(folder, node.name),
    }))
    const [sound, phone] = [path.join(folder, SOUND), path.join(folder, PHONE)]
    makeSound(sound)
    makePhoneVideo(phone)
    for (const [file, name] of [
      [SAMPLE_FILE, SAMPLE],
      [sound, SOUND],
      [phone, PHONE],
    ] as const) {
      const { outcomes } = await replicate({ file, name, nodes: configs })
      if (outcomes.some(({ outcome }) => outcome.kind !== 'replicated'))
        throw new Error(`Cannot replicate ${name}`)
    }
    return new DemoSite(configs)
  }

  /** @param change of every node in the list */
  async startNodes(change: Partial<NodeConfig> = {}): Promise<FaultyNode[]> {
    const nodes = this.#configs.map((config) => ({ ...config, ...change }))
    return Promise.all(nodes.map((node) => FaultyNode.start(node, { nodes })))
  }
}
