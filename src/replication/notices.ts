/** What `replicate` has to say beside how it went: it copies what it is given, and tells what will come of it. */
import type { MediaFinding } from '../media-check/finding.ts'
import type { FileVersion } from '../version/versions.js'

export type Notice =
  /** the source is no video that plays as it is */
  | { readonly kind: 'media'; readonly finding: MediaFinding }
  /** nodes have a file whose name looks the same and is another */
  | { readonly kind: 'lookalike'; readonly nodes: readonly string[] }
  /** readers get another version; `ours` as it lies on the disks, `undefined` when another run has replaced it */
  | { readonly kind: 'overtaken'; readonly by: FileVersion; readonly ours: FileVersion | undefined }
