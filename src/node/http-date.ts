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
  const digits = parts['year'] ?? ''
  if (digits.length === 4) return timeOf(Number(digits), parts)
  const thisCentury = Math.floor(new Date(nowMs).getUTCFullYear() / 100) * 100
  const latest = new Date(nowMs).setUTCFullYear(new Date(nowMs).getUTCFullYear() + 50)
  for (const century of [thisCentury + 100, thisCentury, thisCentury - 100]) {
    const time = timeOf(century + Number(digits), parts, false)
    if (time !== undefined && time <= latest) return timeOf(century + Number(digits), parts)
  }
  return undefined
}

/** The time that the parts of a date name, or `undefined` when there is no such day, hour or day name. */
function timeOf(year: number, parts: Record<string, string>, checksDayName = true): number | undefined {
  const { dayName = '', month = '' } = parts
  const [day = 0, hour = 0, minute = 0, second = 0] = ['day', 'hour', 'minute', 'second'].map((part) =>
    Number(parts[part]),
  )
  if (hour > 23 || minute > 59 || second > 60) return undefined // 60 is a leap second
  const date = new Date(0)
  date.setUTCFullYear(year, MONTHS.indexOf(month), day)
  if (date.getUTCDate() !== day) return undefined
  if (checksDayName && !dayName.startsWith(DAYS[date.getUTCDay()] ?? '?')) return undefined
  return date.setUTCHours(hour, minute, Math.min(second, 59))
}
