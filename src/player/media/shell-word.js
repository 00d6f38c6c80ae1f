// @ts-check
/** File names as somebody pastes them into a shell, on a machine of which the page knows nothing. Pure. */

/**
 * A file of the folder where the shell is, as one word of a command. `sh` and its kin read back the name, whatever it
 * is; `cmd` and PowerShell do where one form can be right for all.
 * @param {string} name without control characters
 */
export function shellFile(name) {
  // A dash would make it an option; what stands before a colon, for ffmpeg, a way to get at it, as in `http:`.
  const path = /^-|:/.test(name) ? `./${name}` : name
  if (/^[\w.+/-]+$/.test(path)) return path
  return READ_INSIDE.test(path) ? `'${path.replaceAll("'", `'\\''`)}'` : `"${path}"`
}

/** What one of the shells reads inside double quotes; curly ones are quotes for PowerShell. */
const READ_INSIDE = /["“”„$`\\!%]/
