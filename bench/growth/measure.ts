/** `npm run bench -- growth`: how costs grow. `GROWTH_PARTS=nodes,sizes,viewers,videos` measures only these. */
import path from 'node:path'
import { NODE_DEFAULTS } from '../../src/node-list.ts'
import { DemoSite } from '../demo-site.ts'
import type { Told } from '../watch-site.ts'
import { measureNodes } from './nodes.ts'
import { measureSizes } from './sizes.ts'
import { measureVideos } from './videos.ts'
import { measureViewers } from './viewers.ts'

const isWanted = (part: string): boolean => process.env['GROWTH_PARTS']?.split(',').includes(part) ?? true

/** Measures; takes some ten minutes. @param folder an empty one, with 30 GB of room on a disk without sparse files */
export async function* measureGrowth(folder: string): AsyncGenerator<Told> {
  if (isWanted('videos')) yield measureVideos(folder)
  if (isWanted('viewers')) yield measureViewers(await DemoSite.make(path.join(folder, 'viewers')))
  if (isWanted('nodes'))
    yield measureNodes(folder, (count) => DemoSite.make(path.join(folder, `demo ${count}`), listOf(count)))
  if (isWanted('sizes')) yield measureSizes(folder)
}

/** As many nodes, which have what three have. */
const listOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ ...NODE_DEFAULTS, name: `node${index + 1}`, port: 0, root: '' },
    ...{ latencyMs: Math.round((300 * (index + 1)) / count), bandwidthKbps: Math.round(9_000 / count) },
  }))
