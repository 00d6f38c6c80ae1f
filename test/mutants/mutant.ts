/** A mutant: a small edit that makes the program wrong, and the tests that must notice it. */
export interface Mutant {
  /** the file, from the project's folder */
  readonly file: string
  /** what stands there, once in the file */
  readonly old: string
  readonly new: string
  /** test files, at least one of which must fail */
  readonly tests: readonly string[]
  /** only those tests of the files whose names have this, where all of them would take long */
  readonly title?: string
}

/** Mutants of one file, for a list that can be read: old text, new text, in turn. */
export const mutantsOf = (
  file: string,
  tests: readonly string[],
  ...edits: readonly (readonly [old: string, replacement: string])[]
): Mutant[] => edits.map(([old, replacement]) => ({ file, old, new: replacement, tests }))
