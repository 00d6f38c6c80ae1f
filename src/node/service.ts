/** What a running node consists of. */
import type { NodeConfig } from '../node-list.ts'
import type { Directory } from './directory.ts'
import type { Lab } from './lab/lab.ts'
import type { PageFiles } from './page-files.ts'
import type { Storage } from './storage.ts'

/** What every answer of a node is made from. */
export interface Service {
  readonly node: NodeConfig
  /** the node list, for the pages that read from all of them */
  readonly directory: Directory
  readonly pageFiles: PageFiles
  readonly storage: Storage
  /** what is done to the node on purpose */
  readonly lab: Lab
  readonly totals: { requests: number; bytes: number }
  /** the node is being stopped, and cuts what is under way */
  isClosing: boolean
}
