/** Single keys from a terminal. */

/** What Ctrl+C and Ctrl+D send while a terminal hands over every key. */
const END_KEYS = new Set(['\u0003', '\u0004'])

/**
 * Hands over keys one after the other, each when the one before has been obeyed, until `end` aborts.
 * @param onKey must not reject
 * @returns false where there is no terminal, and so no keys
 */
export function readKeys(onKey: (key: string) => Promise<void>, end: AbortController): boolean {
  const { stdin, stdout } = process
  if (!stdin.isTTY || !stdout.isTTY) return false
  let obeyed = Promise.resolve()
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.on('data', (keys: string) => {
    for (const key of keys) {
      if (END_KEYS.has(key)) end.abort()
      else obeyed = obeyed.then(() => (end.signal.aborted ? undefined : onKey(key)))
    }
  })
  end.signal.addEventListener('abort', () => stdin.setRawMode(false))
  return true
}
