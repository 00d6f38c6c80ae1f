import { expect, test } from 'vitest'
import { formatHttpDate, formatIsoDate, parseHttpDate } from '../../src/node/http-date.ts'

const NOW = Date.UTC(2026, 5, 15)
/** The example of RFC 9110 §5.6.7. */
const EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37)

test.for<[rule: string, value: string, expected: number]>([
  ['IMF-fixdate is read', 'Sun, 06 Nov 1994 08:49:37 GMT', EXAMPLE],
  ['rfc850-date is read', 'Sunday, 06-Nov-94 08:49:37 GMT', EXAMPLE],
  ['asctime-date is read', 'Sun Nov  6 08:49:37 1994', EXAMPLE],
  [
    'an asctime-date may have two digits for the day',
    'Sun Nov 13 08:49:37 1994',
    Date.UTC(1994, 10, 13, 8, 49, 37),
  ],
  ['29 February is a day in leap years', 'Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
  ['the last second of a day is a time', 'Wed, 31 Dec 2025 23:59:59 GMT', Date.UTC(2025, 11, 31, 23, 59, 59)],
  ['a leap second is a time', 'Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2016, 11, 31, 23, 59, 59)],
  ['1970 is a year like any other', 'Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['the years before 1970 count too', 'Wed, 31 Dec 1969 23:59:59 GMT', -1000],
  [
    'four digits below 100 are that year',
    'Thu, 01 Jan 0099 00:00:00 GMT',
    Date.parse('0099-01-01T00:00:00Z'),
  ],
])('RFC 9110 §5.6.7: %s', ([, value, expected]) => {
  expect(parseHttpDate(value, NOW)).toBe(expected)
})

test.for<[why: string, value: string]>([
  ['nothing', ''],
  ['a time zone in figures', 'Sun, 06 Nov 1994 08:49:37 +0000'],
  ['a time zone that is not GMT', 'Sun, 06 Nov 1994 08:49:37 UTC'],
  ['no time zone', 'Sun, 06 Nov 1994 08:49:37'],
  ['the wrong case of GMT', 'Sun, 06 Nov 1994 08:49:37 gmt'],
  ['the wrong case of a name', 'sun, 06 nov 1994 08:49:37 GMT'],
  ['the wrong day of the week', 'Mon, 06 Nov 1994 08:49:37 GMT'],
  ['no day of the week', '06 Nov 1994 08:49:37 GMT'],
  ['a long day name in the short form', 'Sunday, 06 Nov 1994 08:49:37 GMT'],
  ['a short day name in the long form', 'Sun, 06-Nov-94 08:49:37 GMT'],
  ['four digits in the long form', 'Sunday, 06-Nov-1994 08:49:37 GMT'],
  ['two digits in the short form', 'Sun, 06 Nov 94 08:49:37 GMT'],
  ['one digit for the day', 'Sun, 6 Nov 1994 08:49:37 GMT'],
  ['a day that month does not have', 'Wed, 30 Feb 1994 00:00:00 GMT'],
  ['29 February in a common year', 'Wed, 29 Feb 2023 00:00:00 GMT'],
  ['day nought', 'Mon, 00 Jan 2024 00:00:00 GMT'],
  ['hour 24', 'Sun, 06 Nov 1994 24:00:00 GMT'],
  ['minute 60', 'Sun, 06 Nov 1994 08:60:00 GMT'],
  ['second 61', 'Sun, 06 Nov 1994 08:49:61 GMT'],
  ['a fraction of a second', 'Sun, 06 Nov 1994 08:49:37.5 GMT'],
  ['two spaces', 'Sun,  06 Nov 1994 08:49:37 GMT'],
  ['space in front', ' Sun, 06 Nov 1994 08:49:37 GMT'],
  ['space behind', 'Sun, 06 Nov 1994 08:49:37 GMT '],
  ['two dates', 'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT'],
  ['GMT behind asctime', 'Sun Nov  6 08:49:37 1994 GMT'],
  ['one space before a short asctime day', 'Sun Nov 6 08:49:37 1994'],
  ['ISO 8601', '1994-11-06T08:49:37Z'],
  ['milliseconds', '784111777000'],
  ['what only JavaScript reads', 'Nov 6, 1994 08:49:37'],
  ['quotes', '"Sun, 06 Nov 1994 08:49:37 GMT"'],
])('RFC 9110 §5.6.7: %s is no HTTP-date', ([, value]) => {
  expect(parseHttpDate(value, NOW)).toBeUndefined()
})

/** Every 31st million of seconds or so: all months, days of the week and times come by. */
function* moments(fromMs: number, toMs: number, count: number): Generator<number> {
  const step = (toMs - fromMs) / count
  for (let index = 0; index < count; index++) yield Math.floor((fromMs + step * index) / 1000) * 1000
}

test('what is sent is the form that Date knows, and reads back as the same second', () => {
  for (const timeMs of moments(Date.parse('0001-01-01T00:00:00Z'), Date.UTC(9999, 11, 31), 4001)) {
    const sent = formatHttpDate(timeMs + 999) ?? ''
    expect(sent).toBe(new Date(timeMs).toUTCString())
    expect(parseHttpDate(sent, NOW)).toBe(timeMs)
  }
})

const LONG_DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
/** The two obsolete forms, made from the one that Date writes. */
function obsoleteForms(timeMs: number): { rfc850: string; asctime: string } {
  const [day = '', date = '', month = '', year = '', time = ''] = new Date(timeMs).toUTCString().split(/,? /)
  const longDay = LONG_DAYS.find((name) => name.startsWith(day))
  return {
    rfc850: `${longDay}, ${date}-${month}-${year.slice(-2)} ${time} GMT`,
    asctime: `${day} ${month} ${date.replace(/^0/, ' ')} ${time} ${year}`,
  }
}

test('an asctime-date is the same moment as the form that is sent', () => {
  for (const timeMs of moments(Date.UTC(1000, 0), Date.UTC(9999, 11, 31), 2003))
    expect(parseHttpDate(obsoleteForms(timeMs).asctime, NOW)).toBe(timeMs)
})

const YEARS_49_MS = 49 * 365.25 * 86_400_000
test.for([
  '2026-06-15',
  '2049-12-31',
  '2050-01-01',
  '1999-12-31',
  '2090-01-01',
])('RFC 9110 §5.6.7: read on %s, two digits mean a year at most 50 years away', (today) => {
  const nowMs = Date.parse(today)
  for (const timeMs of moments(nowMs - YEARS_49_MS, nowMs + YEARS_49_MS, 1009))
    expect(parseHttpDate(obsoleteForms(timeMs).rfc850, nowMs)).toBe(timeMs)
})

test('RFC 9110 §5.6.7: a two-digit year that seems more than 50 years ahead has passed', () => {
  const value = 'Friday, 31-Dec-76 00:00:00 GMT' // 2076 is 50 years and 364 days ahead
  expect(parseHttpDate(value, Date.UTC(2026, 0, 1))).toBe(Date.UTC(1976, 11, 31))
})

test.for<[what: string, timeMs: number]>([
  ['a year of five digits', Date.UTC(10_000, 0, 1)],
  ['a year before the first', Date.parse('-000001-12-31T23:59:59Z')],
  ['a time that no date can name', 9e15],
  ['the same before 1970', -9e15],
  ['no time', Number.NaN],
])('%s is not sent', ([, timeMs]) => {
  expect([formatHttpDate(timeMs), formatIsoDate(timeMs)]).toEqual([undefined, undefined])
})
