import { expect, test } from 'vitest'
import { type ByteRange, MAX_RANGES, parseRange, type RangeResult } from '../src/range.ts'
import { seededRandom } from './helpers/random.ts'

const WHOLE: RangeResult = { kind: 'whole' }
const UNSATISFIABLE: RangeResult = { kind: 'unsatisfiable' }
const parts = (...pairs: [start: number, end: number][]): RangeResult => ({
  kind: 'parts',
  ranges: pairs.map(([start, end]) => ({ start, end })),
})

/** Every second byte, so that nothing can be joined. */
const separate = (count: number): string =>
  `bytes=${Array.from({ length: count }, (_, index) => `${2 * index}-${2 * index}`).join(',')}`

const HUGE = 2 ** 40

test.for<[section: string, rule: string, header: string | undefined, size: number, expected: RangeResult]>([
  ['§14.1.2', 'both ends are inclusive', 'bytes=0-0', 100, parts([0, 0])],
  ['§14.1.2', 'the first 500 bytes', 'bytes=0-499', 10_000, parts([0, 499])],
  ['§14.1.2', 'the second 500 bytes', 'bytes=500-999', 10_000, parts([500, 999])],
  ['§14.1.2', 'an open range goes on to the last byte', 'bytes=9500-', 10_000, parts([9500, 9999])],
  ['§14.1.2', 'a suffix counts from the end', 'bytes=-500', 10_000, parts([9500, 9999])],
  ['§14.1.2', 'the first and the last byte', 'bytes=0-0,-1', 10_000, parts([0, 0], [9999, 9999])],
  ['§14.1.2', 'an overlong suffix is the whole file', 'bytes=-101', 100, parts([0, 99])],
  ['§14.1.2', 'a suffix as long as the file is all of it', 'bytes=-100', 100, parts([0, 99])],
  ['§14.1.2', 'a last position behind the end is clamped', 'bytes=90-100', 100, parts([90, 99])],
  ['§14.1.2', 'the last byte can be asked for alone', 'bytes=99-', 100, parts([99, 99])],
  ['§14.1.2', 'a range may name all bytes', 'bytes=0-', 100, parts([0, 99])],
  ['§14.1.2', 'a file of one byte has a last byte', 'bytes=-1', 1, parts([0, 0])],
  ['§14.1.2', 'leading zeros change nothing', 'bytes=000-0009', 100, parts([0, 9])],
  ['§14.1.2', 'a number past 2^53 is still only clamped', `bytes=5-${2n ** 53n + 1n}`, 100, parts([5, 99])],
  ['§14.1.2', 'a number past 2^64 is still only clamped', `bytes=5-${2n ** 64n}`, 100, parts([5, 99])],
  ['§14.1.2', '400 digits are still only clamped', `bytes=5-${'9'.repeat(400)}`, 100, parts([5, 99])],
  ['§14.1.2', 'a suffix of 400 digits is the whole file', `bytes=-${'9'.repeat(400)}`, 100, parts([0, 99])],
  ['§14.1.2', '400 zeros are a zero', `bytes=${'0'.repeat(400)}-${'0'.repeat(400)}9`, 100, parts([0, 9])],
  [
    '§14.1.2',
    'positions in a large file are exact',
    `bytes=${HUGE - 3}-${HUGE - 2}`,
    HUGE,
    parts([HUGE - 3, HUGE - 2]),
  ],

  ['§14.1', 'the unit may be in any case', 'ByTeS=1-2', 100, parts([1, 2])],
  ['§14.2', 'another unit is ignored', 'lines=1-2', 100, WHOLE],
  ['§14.2', 'a unit that only begins like bytes is ignored', 'bytesx=1-2', 100, WHOLE],
  ['§14.2', 'no field asks for the whole file', undefined, 100, WHOLE],

  ['§14.1.1', 'a last position before the first is invalid', 'bytes=5-4', 100, WHOLE],
  ['§14.1.1', '… also behind the end of the file', 'bytes=500-400', 100, WHOLE],
  ['§14.1.1', '… also where doubles cannot tell', `bytes=${2n ** 53n + 1n}-${2n ** 53n}`, 100, WHOLE],
  ['§14.1.1', '… and it spoils the whole field', 'bytes=0-1,5-4', 100, WHOLE],
  ['§14.1.1', 'leading zeros do not make a number longer', 'bytes=0000000000000000001-2', 100, parts([1, 2])],
  ['§14.1.1', 'a hyphen alone is invalid', 'bytes=-', 100, WHOLE],
  ['§14.1.1', 'a number alone is invalid', 'bytes=5', 100, WHOLE],
  ['§14.1.1', 'three numbers are invalid', 'bytes=1-2-3', 100, WHOLE],
  ['§14.1.1', 'a minus sign is no digit', 'bytes=--5', 100, WHOLE],
  ['§14.1.1', 'a plus sign is no digit', 'bytes=+1-2', 100, WHOLE],
  ['§14.1.1', 'a fraction is no number of bytes', 'bytes=1.0-2', 100, WHOLE],
  ['§14.1.1', 'an exponent is no number of bytes', 'bytes=1e1-20', 100, WHOLE],
  ['§14.1.1', 'hexadecimal is no number of bytes', 'bytes=0x1-2', 100, WHOLE],
  ['§14.1.1', 'digits are those of ASCII', 'bytes=١-٢', 100, WHOLE],
  ['§14.1.1', 'an unknown kind of range spoils the field', 'bytes=0-1,abc', 100, WHOLE],
  ['§14.1.1', 'there has to be a range', 'bytes=', 100, WHOLE],
  ['§14.1.1', 'there has to be an equals sign', 'bytes 0-1', 100, WHOLE],
  ['§14.1.1', 'the unit has no space behind it', 'bytes =0-1', 100, WHOLE],
  ['§14.1.1', 'a range has no space within', 'bytes=0 -1', 100, WHOLE],
  ['§14.1.1', '… on neither side of its hyphen', 'bytes=0- 1', 100, WHOLE],
  ['§14.1.1', 'ranges are divided by commas', 'bytes=0-1 4-5', 100, WHOLE],
  ['§14.1.1', '… and not by semicolons', 'bytes=0-1;4-5', 100, WHOLE],
  ['§14.1.1', 'a second field line brings its own unit and is invalid', 'bytes=0-1, bytes=4-5', 100, WHOLE],

  ['§5.6.1', 'a comma may have white space around it', 'bytes=0-1 ,\t4-5', 100, parts([0, 1], [4, 5])],
  ['§5.6.1', 'no white space stands before the first element', 'bytes= 0-1', 100, WHOLE],
  ['§5.6.1.2', 'an empty element means nothing', 'bytes=,0-1,,4-5,', 100, parts([0, 1], [4, 5])],
  ['§5.6.1.2', '… with white space too', 'bytes= , 0-1, \t, 4-5 ,', 100, parts([0, 1], [4, 5])],
  ['§5.6.1.2', 'empty elements alone are no range', 'bytes=, ,', 100, WHOLE],
  ['§5.6.3', 'a no-break space is no white space', 'bytes=0-1,\u00a04-5', 100, WHOLE],
  ['§5.6.3', 'a line feed is no white space', 'bytes=0-1,\n4-5', 100, WHOLE],
  ['§5.5', 'nothing hides behind a line feed', 'bytes=0-1\n', 100, WHOLE],

  ['§15.5.17', 'a range behind the end cannot be met', 'bytes=100-', 100, UNSATISFIABLE],
  ['§15.5.17', '… with a last position as well', 'bytes=100-200', 100, UNSATISFIABLE],
  ['§15.5.17', '… nor 400 digits behind it', `bytes=${'9'.repeat(400)}-`, 100, UNSATISFIABLE],
  ['§15.5.17', '… nor several', 'bytes=100-,200-300', 100, UNSATISFIABLE],
  ['§14.1.2', 'a suffix of no bytes cannot be met', 'bytes=-0', 100, UNSATISFIABLE],
  ['§14.1.2', '… however it is written', 'bytes=-000', 100, UNSATISFIABLE],
  ['§14.1.2', 'one range that can be met is enough', 'bytes=100-,5-6,-0', 100, parts([5, 6])],
  ['our choice', 'an empty file has nothing to choose from', 'bytes=0-', 0, WHOLE],
  ['our choice', '… not even a suffix', 'bytes=-1', 0, WHOLE],

  ['§15.3.7.2', 'the order asked for is the order sent', 'bytes=50-59,0-9', 100, parts([50, 59], [0, 9])],
  ['§15.3.7.2', 'overlapping ranges are joined', 'bytes=0-9,5-19', 100, parts([0, 19])],
  ['§15.3.7.2', 'touching ranges are joined', 'bytes=0-9,10-19', 100, parts([0, 19])],
  ['§15.3.7.2', 'a gap of one byte keeps ranges apart', 'bytes=0-9,11-19', 100, parts([0, 9], [11, 19])],
  ['§15.3.7.2', 'a range within another disappears', 'bytes=0-19,5-6', 100, parts([0, 19])],
  ['§15.3.7.2', 'a late range joins two early ones', 'bytes=20-29,0-9,10-19', 100, parts([0, 29])],
  [
    '§15.3.7.2',
    'a joined range stands where its first member stood',
    'bytes=60-69,80-89,0-9,70-72',
    100,
    parts([60, 72], [80, 89], [0, 9]),
  ],
  ['§15.3.7.2', 'two halves are the whole, and still a range', 'bytes=50-99,0-49', 100, parts([0, 99])],
  ['§14.2', 'more bytes than the file has: the whole file', 'bytes=0-59,40-99', 100, WHOLE],
  ['§14.2', 'the same bytes over and over: the whole file', `bytes=${'0-,'.repeat(1000)}0-`, 100, WHOLE],
  ['§14.2', 'small ranges may overlap often', `bytes=${'0-0,'.repeat(99)}0-0`, 100, parts([0, 0])],
  ['§14.2', 'one separate range too many: the whole file', separate(MAX_RANGES + 1), 100, WHOLE],
])('RFC 9110 %s: %s', ([, , header, size, expected]) => {
  expect(parseRange(header, size)).toEqual(expected)
})

test('as many separate ranges as are allowed are all answered', () => {
  const expected = parts(
    ...Array.from({ length: 16 }, (_, index): [number, number] => [2 * index, 2 * index]),
  )
  expect(parseRange(separate(16), 100)).toEqual(expected)
})

/**
 * The oracle: reads the field character by character with BigInt positions, then marks every byte of the
 * file and reads the joined ranges off the marks.
 */
function oracle(header: string, size: number): RangeResult {
  const asked = scan(header)
  if (asked === undefined || size === 0) return WHOLE
  const fileEnd = BigInt(size)
  const met = asked.flatMap(({ from, to }) => {
    const start = from ?? (to !== undefined && to < fileEnd ? fileEnd - to : 0n)
    const stop = from === undefined || to === undefined || to >= fileEnd ? fileEnd : to + 1n
    return start < stop ? [{ start: Number(start), stop: Number(stop) }] : []
  })
  if (met.length === 0) return UNSATISFIABLE

  const marks: boolean[] = Array(size + 1).fill(false)
  let sum = 0
  for (const { start, stop } of met) {
    sum += stop - start
    for (let byte = start; byte < stop; byte++) marks[byte] = true
  }
  const ranges: ByteRange[] = []
  for (const { start } of met) {
    let [first, last] = [start, start]
    while (marks[first - 1]) first--
    while (marks[last + 1]) last++
    if (!ranges.some((known) => known.start === first)) ranges.push({ start: first, end: last })
  }
  return sum > size || ranges.length > 16 ? WHOLE : { kind: 'parts', ranges }
}

/** `ranges-specifier` of §14.1.1 with the list rule of §5.6.1.2; `undefined` when it is not one. */
function scan(header: string): { from: bigint | undefined; to: bigint | undefined }[] | undefined {
  let at = 0
  const skipSpace = (): boolean => {
    const before = at
    while (header.charAt(at) === ' ' || header.charAt(at) === '\t') at++
    return at > before
  }
  const number = (): bigint | undefined => {
    let value: bigint | undefined
    for (; header.charCodeAt(at) >= 48 && header.charCodeAt(at) <= 57; at++)
      value = (value ?? 0n) * 10n + BigInt(header.charCodeAt(at) - 48)
    return value
  }

  for (const letter of 'bytes=') if (header.charAt(at++).toLowerCase() !== letter) return undefined
  const specs: { from: bigint | undefined; to: bigint | undefined }[] = []
  for (let isFirst = true; ; isFirst = false) {
    const hadSpace = skipSpace()
    if (at < header.length && header.charAt(at) !== ',') {
      if (isFirst && hadSpace) return undefined
      const from = number()
      if (header.charAt(at++) !== '-') return undefined
      const to = number()
      if (from === undefined && to === undefined) return undefined
      if (from !== undefined && to !== undefined && to < from) return undefined
      specs.push({ from, to })
      skipSpace()
    }
    if (at >= header.length) return specs.length === 0 ? undefined : specs
    if (header.charAt(at++) !== ',') return undefined
  }
}

/** Random headers: mostly good ranges, now and then one of the oddities that clients and attackers send. */
function randomHeader(random: () => number, size: number): string {
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = (...choices: string[]): string => choices[below(choices.length)] ?? ''
  const oneIn = (n: number): boolean => below(n) === 0
  const position = (): string => {
    if (oneIn(12)) return pick('9007199254740992', '9007199254740993', '18446744073709551616', '9'.repeat(40))
    return '0'.repeat(oneIn(12) ? below(20) : 0) + String(below(oneIn(6) ? size + 20 : size))
  }
  const spec = (shortest: number): string => {
    if (oneIn(60))
      return pick('-', '5', '1-2-3', '--1', 'a-b', '1 -2', '1- 2', '0x1-2', '1-2;', '+1-', '\u0661-')
    if (oneIn(12)) return `${position()}-`
    if (oneIn(8)) return `-${position()}`
    if (oneIn(8)) return `${position()}-${position()}`
    const start = below(size + 3)
    return `${start}-${start + below(shortest)}`
  }
  const space = (): string => (oneIn(6) ? pick(' ', '\t', ' \t ', '  ') : '')
  const unit = oneIn(25) ? pick('Bytes', 'BYTES', 'byte', 'bytesx', 'items', ' bytes', 'bytes ', '') : 'bytes'
  const specs = Array.from({ length: 1 + (oneIn(3) ? below(30) : below(3)) }, () => {
    const element = oneIn(25) ? '' : spec(size > 40 ? 3 : size)
    return space() + element + space()
  })
  return `${unit}=${specs.join(',').replace(/^[ \t]+/, oneIn(3) ? '$&' : '')}`
}

test.for([1, 2, 3, 4])('random headers mean what the oracle says (seed %i)', (seed) => {
  const random = seededRandom(seed)
  const seen = { whole: 0, parts: 0, unsatisfiable: 0, several: 0, joined: 0 }
  for (let round = 0; round < 5_000; round++) {
    const size = Math.floor(random() ** 3 * 130)
    const header = randomHeader(random, size)
    const result = parseRange(header, size)
    expect({ header, size, result }).toEqual({ header, size, result: oracle(header, size) })
    seen[result.kind]++
    if (result.kind !== 'parts') continue
    if (result.ranges.length > 1) seen.several++
    if (result.ranges.length < (scan(header) ?? []).length) seen.joined++
  }
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(100) // the headers are not all alike
})

test('no string makes it throw, and every range it answers lies in the file', () => {
  const random = seededRandom(5)
  const alphabets = [
    'bytes=0123456789-, \t',
    '\u0000\u0007\r\n"\\\u007f\u0080\u00ff\u2028\ud83d\ude00',
    '0-,',
  ]
  for (let round = 0; round < 5_000; round++) {
    const alphabet = alphabets[round % alphabets.length] ?? ''
    const noise = Array.from({ length: random() * 60 }, () => alphabet.charAt(random() * alphabet.length))
    const header = (random() < 0.5 ? 'bytes=' : '') + noise.join('')
    const result = parseRange(header, 50)
    const ranges = result.kind === 'parts' ? result.ranges : [{ start: 0, end: 0 }]
    expect(ranges.length, header).toBeGreaterThan(0)
    for (const { start, end } of ranges) expect(0 <= start && start <= end && end < 50, header).toBe(true)
  }
})

const LONG = 16 * 1024
test.for<[what: string, header: string, expected: RangeResult]>([
  ['spaces', `bytes=${' '.repeat(LONG)}`, WHOLE],
  ['spaces before a range', `bytes=${' '.repeat(LONG)}0-1`, WHOLE],
  ['spaces around a comma', `bytes=0-1${' '.repeat(LONG)},${' '.repeat(LONG)}4-5`, parts([0, 1], [4, 5])],
  ['spaces within a range', `bytes=0${' '.repeat(LONG)}-1`, WHOLE],
  ['commas', `bytes=${','.repeat(LONG)}`, WHOLE],
  ['commas before a range', `bytes=${','.repeat(LONG)}0-1`, parts([0, 1])],
  ['commas and spaces', `bytes=${' ,'.repeat(LONG / 2)}0-1`, parts([0, 1])],
  ['digits', `bytes=${'1'.repeat(LONG)}`, WHOLE],
  ['digits in a first position', `bytes=${'1'.repeat(LONG)}-`, UNSATISFIABLE],
  ['digits in both positions', `bytes=${'1'.repeat(LONG)}-${'2'.repeat(LONG)}`, UNSATISFIABLE],
  ['digits in the wrong order', `bytes=${'2'.repeat(LONG)}-${'1'.repeat(LONG)}`, WHOLE],
  ['hyphens', `bytes=${'-'.repeat(LONG)}`, WHOLE],
  ['the same range', `bytes=${'0-0,'.repeat(LONG / 4)}`, WHOLE],
])('16 KB of %s are no trouble', ([, header, expected]) => {
  expect(parseRange(header, 100)).toEqual(expected)
})
