/** Mutants of a node and of the rules it goes by. */
import { mutantsOf } from './mutant.ts'

export const NODE_MUTANTS = [
  ...mutantsOf(
    'src/range.ts',
    ['test/range.test.ts'],
    ['return lengthBytes === 0 ?', 'return lengthBytes < 0 ?'],
    ["if (last !== '' && isSmaller(last, first)) return 'invalid'", ''],
    ['if (start > lastByte) return', 'if (start > sizeBytes) return'],
    ['if (askedBytes > sizeBytes) return WHOLE', ''],
    ['range.start > previous.end + 1', 'range.start > previous.end'],
    ['joined.length > MAX_RANGES', 'joined.length > 10 * MAX_RANGES'],
    ['a.length <= 15 && b.length <= 15', 'a.length <= 150 && b.length <= 150'],
  ),
  ...mutantsOf(
    'src/node/preconditions.ts',
    ['test/node/preconditions.test.ts'],
    ['nowMs - lastModified >= 1000', 'nowMs - lastModified >= 0'],
    ['a === b && !isWeak(a)', 'a === b'],
    ['Math.floor(timeMs / 1000) * 1000', 'timeMs'],
    ["if (list === '*') return true", "if (list === '*') return false"],
  ),
  ...mutantsOf(
    'src/node/http-date.ts',
    ['test/node/http-date.test.ts'],
    ['if (date.getUTCDate() !== day) return undefined', ''],
    ['year >= 0 && year <= 9999', 'year >= 0'],
    ['now.getUTCFullYear() + 50', 'now.getUTCFullYear() + 100'],
  ),
  ...mutantsOf(
    'src/node/reply.ts',
    ['test/node/reply.test.ts'],
    ['lastModifiedMs <= nowMs ? lastModifiedMs : nowMs - 1000', 'lastModifiedMs'],
    ["method === 'GET' && ifRangeHolds", 'ifRangeHolds'],
    ['fields.ifRange === undefined ? all : required', 'all'],
  ),
  ...mutantsOf(
    'src/node/impairments.ts',
    ['test/node/impairments.test.ts'],
    ['void inFront.then(leave)', 'leave()'],
    ['(isBusy ? freeAtMs : nowMs) + sizeBytes', 'freeAtMs + sizeBytes'],
  ),
  ...mutantsOf(
    'src/node/storage.ts',
    ['test/node/storage.test.ts'],
    [' && file.isCurrent()', ''],
    ['    this.#realRoot = realRoot\n    return OpenFile', '    return OpenFile'],
  ),
  ...mutantsOf(
    'src/node/storage.ts',
    ['test/node/paths.test.ts'],
    ["(segment) => !segment.startsWith('.')", "(segment) => segment !== '..'"],
  ),
  ...mutantsOf(
    'src/node/storage.ts',
    ['test/node/pages.test.ts'],
    ['if (storageNameProblem(name) !== undefined) continue', ''],
  ),
  // The files of these tests are large: each edit names the test that is to notice it.
  {
    file: 'src/node/open-file.ts',
    old: 'return this.#samples.length > 0',
    new: 'return false',
    tests: ['test/node/changes.test.ts'],
    title: 'gets a second name',
  },
  {
    file: 'src/node/open-file.ts',
    old: ' || !found.subarray(0, bytesRead).equals(bytes)',
    new: '',
    tests: ['test/node/changes.test.ts'],
    title: 'gets its old time back',
  },
  {
    file: 'src/node/open-file.ts',
    old: 'now.size !== this.#stats.size || now.mtimeNs !== this.#stats.mtimeNs',
    new: 'now.size !== this.#stats.size',
    tests: ['test/node/changes.test.ts'],
    title: 'written anew with the old bytes',
  },
  {
    file: 'src/node/replica.ts',
    old: 'if (!this.#file.isCurrent()) return false',
    new: '',
    tests: ['test/node/changes.test.ts'],
    title: 'gets 404 as soon as',
  },
  ...mutantsOf(
    'src/storage-name.ts',
    ['test/storage-name.test.ts'],
    ["if (segment.startsWith('.')) return 'a part of it starts with a dot'", ''],
    ["RESERVED_SEGMENTS.has(segments[0] ?? '')", 'RESERVED_SEGMENTS.has(name)'],
  ),
  ...mutantsOf(
    'src/lookalike.ts',
    ['test/lookalike.test.ts'],
    ['entries.includes(segment) ? segment : ', ''],
  ),
  ...mutantsOf(
    'src/node/watch-page.ts',
    ['test/node/watch-page.test.ts'],
    ['JSON.stringify(nodes)', 'files'],
  ),
]
