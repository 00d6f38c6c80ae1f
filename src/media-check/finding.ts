/** What can be wrong with a file that is to be played. */

/** Reads bytes of the file: as many as asked, or fewer where it ends. */
export type ReadAt = (position: number, length: number) => Promise<Uint8Array>

/** What is wrong with it. `found`, `format`: words for it. */
export type MediaFinding =
  | { readonly kind: 'empty' }
  | { readonly kind: 'no media'; readonly found: string }
  /** most browsers do not play it */
  | { readonly kind: 'other format'; readonly format: string }
  /** `playsBeginning`: what there is can be played */
  | { readonly kind: 'cut'; readonly missingBytes: number; readonly playsBeginning: boolean }
  /** an MP4 without its `moov` box */
  | { readonly kind: 'no index' }
  /** nothing wrong, but the end is needed before the first picture */
  | { readonly kind: 'index at end' }
