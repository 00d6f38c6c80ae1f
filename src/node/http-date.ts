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

/** Writes a time (ms since 1970) as the date that HTTP sends; the milliseconds are dropped. Pure. */
export const formatHttpDate = (timeMs: number): string => new Date(timeMs).toUTCString()

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
  const { dayName = '', day, month = '', hour, minute, second } = parts
  const year = fullYear(parts['year'] ?? '', nowMs)
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second)]
  if (h > 23 || m > 59 || s > 60) return undefined // 60 is a leap second
  const date = new Date(0)
  date.setUTCFullYear(year, MONTHS.indexOf(month), d)
  if (date.getUTCDate() !== d || !dayName.startsWith(DAYS[date.getUTCDay()] ?? '?')) return undefined
  return date.setUTCHours(h, m, Math.min(s, 59))
}

function fullYear(digits: string, nowMs: number): number {
  if (digits.length === 4) return Number(digits)
  const thisYear = new Date(nowMs).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + Number(digits)
  return year > thisYear + 50 ? year - 100 : year
}
