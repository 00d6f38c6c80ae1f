/** Figures in words, the same on a terminal and on a page. Pure. */
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** `999 bytes`, `6.7 MB`: decimal units, at most one digit behind the point. */
export function formatBytes(sizeBytes: number): string {
  if (sizeBytes === 1) return '1 byte'
  let value = sizeBytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** `1 request`, `2 requests`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
