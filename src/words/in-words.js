// @ts-check
/** Figures and lists in words, the same on a terminal and on a page. Pure. */

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']

/**
 * `999 bytes`, `6.7 MB`: decimal units, at most one digit behind the point.
 * @param {number} sizeBytes
 */
export function formatBytes(sizeBytes) {
  if (sizeBytes === 1) return '1 byte'
  let value = sizeBytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/**
 * `180 ms`, `1.4 s`, `75 s`, `10 min`.
 * @param {number} ms
 */
export function formatMs(ms) {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  return ms < 300_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`
}

/**
 * `0.31 s`: for times that are compared with each other, always in seconds.
 * @param {number} ms
 */
export const formatSeconds = (ms) => `${(ms / 1000).toFixed(ms < 9_995 ? 2 : 1)} s`

/**
 * A place in a video, the time since the page was opened, or the time that is left: `0:07`, `1:23`, `1:02:03`.
 * @param {number} seconds anything that is no time (a duration not known yet) counts as 0
 */
export function formatClock(seconds) {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours === 0 ? `${minutes}:${two(whole % 60)}` : `${hours}:${two(minutes)}:${two(whole % 60)}`
}

/**
 * `1 chunk`, `2 chunks`.
 * @param {number} number
 * @param {string} noun
 */
export const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`

/**
 * `node1`, `node1 and node2`, `4, 5 and 6`.
 * @param {readonly (string | number)[]} items
 */
export function listWords(items) {
  const last = items.at(-1)
  if (last === undefined) return ''
  return items.length === 1 ? String(last) : `${items.slice(0, -1).join(', ')} and ${last}`
}

/**
 * The same, cut: `4, 5, 6 and 12 more`.
 * @param {readonly (string | number)[]} items
 * @param {number} most how many are named
 */
export const listSome = (items, most) =>
  items.length <= most
    ? listWords(items)
    : listWords([...items.slice(0, most), `${items.length - most} more`])

/**
 * `12 %`, `0.4 %`, `under 0.1 %`.
 * @param {number} part
 * @param {number} whole
 */
export function formatShare(part, whole) {
  if (part === 0 || whole === 0) return '0 %'
  const percent = (100 * part) / whole
  if (percent < 0.1) return 'under 0.1 %'
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`
}
