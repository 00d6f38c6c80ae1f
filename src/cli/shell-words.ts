/** Words as somebody pastes them into a shell. Pure. */

/**
 * One word, quoted where the shell would make something else of it.
 *
 * Single quotes keep everything in `sh`, `bash` and `zsh`. On Windows nobody knows whether it will be `cmd` or
 * PowerShell, so a word must mean the same in both: double quotes keep spaces and `&`, and a word with what either
 * of them still reads inside has no such form.
 * @returns `undefined` when there is none
 */
export function shellWord(text: string, platform: NodeJS.Platform): string | undefined {
  if (text.includes('\0')) return undefined
  if (platform === 'win32') {
    if (/^(?:[\w./:-]|\\)+$/.test(text)) return text
    return text === '' || WINDOWS_READS.test(text) ? undefined : `"${text}"`
  }
  if (/[\n\r]/.test(text)) return undefined // a line end runs what stands before it, in some terminals
  if (/^[\w@%+:,./-][\w@%+:,./=-]*$/.test(text)) return text
  return `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * What `cmd` or PowerShell reads inside double quotes, curly ones being quotes for PowerShell; and a backslash at
 * the end, which would keep the quote open.
 */
const WINDOWS_READS = /["“”„%!$`\r\n]|\\$/
