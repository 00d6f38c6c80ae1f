/** HTTP-dates: the three forms of RFC 9110 §5.6.7, and nothing that only looks like one. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const LONG_DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const TIME = '(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})'
const MONTH = `(?<month>${MONTHS.join('|')})`
/** `Sun, 06 Nov 1994 08:49:37 GMT`, the form that is sent. */
const IMF_FIXDATE = new RegExp(
  `^(?<dayName>${DAYS.join('|')}), (?<day>[0-9]{2}) ${MONTH} (?<year>[0-9]{4}) ${TIME} GMT$`,
)
/** `Sunday, 06-Nov-94 08:49:37 GMT`, obsolete. */
const RFC850_DATE = new RegExp(
  `^(?<dayName>${LONG_DAYS.join('|')}), (?<day>[0-9]{2})-${MONTH}-(?<year>[0-9]{2}) ${TIME} GMT$`,
)
/** `Sun Nov  6 08:49:37 1994`, obsolete. */
const ASCTIME_DATE = new RegExp(
  `^(?<dayName>${DAYS.join('|')}) ${MONTH} (?<day>[0-9]{2}| [0-9]) ${TIME} (?<year>[0-9]{4})$`,
)

/**
 * Writes a time (ms since 1970) as the date that HTTP sends; the milliseconds are dropped. Pure.
 * @returns `undefined` for what has no year of four digits: files may have any time at all
 */
export function formatHttpDate(timeMs: number): string | undefined {
  const date = new Date(timeMs)
  const year = date.getUTCFullYear() // NaN for what is no date
  return year >= 0 && year <= 9999 ? date.toUTCString() : undefined
}

/** The same as ISO 8601 has it, to the millisecond. Pure. */
export const formatIsoDate = (timeMs: number): string | undefined =>
  formatHttpDate(timeMs) === undefined ? undefined : new Date(timeMs).toISOString()

/**
 * Reads an HTTP-date. Pure; never throws. Case and spaces count; a day that does not exist is no date.
 * @param value the field value
 * @param nowMs decides the century of a two-digit year: the last one not over 50 years ahead (§5.6.7)
 * @returns ms since 1970, a whole number of seconds; `undefined` when it is no HTTP-date
 */
export function parseHttpDate(value: string, nowMs: number = Date.now()): number | undefined {
  const match = IMF_FIXDATE.exec(value) ?? RFC850_DATE.exec(value) ?? ASCTIME_DATE.exec(value)
  const parts = match?.groups
  if (!parts) return undefined
  const digits = parts['year'] ?? ''
  if (digits.length === 4) return timeOf(Number(digits), parts)
  const now = new Date(nowMs)
  const latest = new Date(nowMs).setUTCFullYear(now.getUTCFullYear() + 50)
  const century = now.getUTCFullYear() - (now.getUTCFullYear() % 100)
  const year = [century + 100, century, century - 100]
    .map((start) => start + Number(digits))
    .find((candidate) => (timeOf(candidate, { ...parts, dayName: '' }) ?? Infinity) <= latest)
  return year === undefined ? undefined : timeOf(year, parts)
}

/** The time that the parts of a date name; `undefined` when there is none, or it fell on another day. */
function timeOf(year: number, parts: Record<string, string>): number | undefined {
  const { dayName = '', month = '' } = parts
  const [day = 0, hour = 0, minute = 0, second = 0] = ['day', 'hour', 'minute', 'second'].map((part) =>
    Number(parts[part]),
  )
  if (hour > 23 || minute > 59 || second > 60) return undefined // 60 is a leap second
  const date = new Date(0)
  date.setUTCFullYear(year, MONTHS.indexOf(month), day)
  if (date.getUTCDate() !== day) return undefined
  const weekday = DAYS[date.getUTCDay()] ?? ''
  if (dayName !== '' && !dayName.startsWith(weekday)) return undefined
  return date.setUTCHours(hour, minute, Math.min(second, 59))
}
