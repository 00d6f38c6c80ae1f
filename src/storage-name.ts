/**
 * Names of files in a storage folder: `talk.mp4`, `week 1/talk.mp4`. One rule for all who make or read
 * them, so that what `replicate` writes is what a node can serve, on every operating system.
 */

/** First segments that mean something else in a node's HTTP interface. */
export const RESERVED_SEGMENTS: ReadonlySet<string> = new Set(['health', 'watch', '_'])

/** Control characters of ASCII and Latin-1, and the two line ends of Unicode: they can forge a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is its purpose
export const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/** Names that Windows gives to devices, with any ending. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i

/**
 * Says what is wrong with a storage name, or `undefined`: then it can only ever name something inside
 * the storage folder. Pure. Segments are divided by `/`.
 */
export function storageNameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (CONTROL_CHARACTERS.test(name)) return 'it has control characters'
  if (/[\\:]/.test(name)) return 'it has a backslash or a colon'
  if (!name.isWellFormed()) return 'it is not well-formed Unicode'
  const segments = name.split('/')
  for (const segment of segments) {
    if (segment === '') return 'it has an empty part'
    if (segment.startsWith('.')) return 'a part of it starts with a dot'
    if (/[. ]$/.test(segment)) return 'a part of it ends with a dot or a space'
    if (DEVICE_NAME.test(segment)) return 'it is a device name on Windows'
  }
  if (RESERVED_SEGMENTS.has(segments[0] ?? '')) return `"${segments[0]}" is a reserved name`
  return undefined
}
