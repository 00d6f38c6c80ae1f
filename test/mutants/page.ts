/** Mutants of the page and of the picker: figures, models, sources. */
import { mutantsOf } from './mutant.ts'

export const PAGE_MUTANTS = [
  ...mutantsOf(
    'src/picking/choose.ts',
    ['test/picking/choose.test.ts'],
    ['RANK.indexOf(a.holding) - RANK.indexOf(b.holding) || ', ''],
    ['own.some(isHolder) ? own : ', ''],
    ['reply.replica?.etag === found.file.etag', 'true'],
  ),
  ...mutantsOf(
    'src/player/byte-range.js',
    ['test/player/byte-range.test.ts'],
    ['Math.max(0, sizeBytes - Number(last))', 'sizeBytes - Number(last)'],
    ["isSuffix = isValid && first === ''", 'isSuffix = isValid && Number(first) === 0'],
  ),
  ...mutantsOf(
    'src/player/stalls.js',
    ['test/player/stalls.test.ts'],
    ['if (ms < STALL_MS) return undefined', ''],
    ['if (isBlind) this.#movedAtMs = atMs', ''],
    ['isSeeking || (this.#isArriving && !hasMoved)', 'isSeeking'],
  ),
  ...mutantsOf(
    'src/player/chunk-model.js',
    ['test/player/chunk-model.test.ts'],
    ['this.#asked.delete(event.chunk) // whoever', '// whoever'],
    ['this.#rejected.add(event.chunk)', ''],
  ),
  ...mutantsOf(
    'src/player/feed-limit.js',
    ['test/player/feed-limit.test.ts'],
    ['aheadSeconds * Math.max(1, rate)', 'aheadSeconds'],
    ['step > RELIEF_STEPS ? Infinity : ', ''],
  ),
  ...mutantsOf(
    'src/player/find-moov.js',
    ['test/player/find-moov.test.ts'],
    ['head.sizeBytes > MAX_MOOV_BYTES || ', ''],
    ['if (!OTHERS.has(head.type)) return undefined', ''],
  ),
  ...mutantsOf(
    'src/player/choose-source.js',
    ['test/player/choose-source.test.ts'],
    ['if (hasError && loadedMs < restMs) return undefined', ''],
    ['Number(isPenalized(a)) - Number(isPenalized(b)) || ', ''],
  ),
  ...mutantsOf(
    'src/player/words.js',
    ['test/player/words.test.ts'],
    ['if (sizeBytes === 1) return', 'if (sizeBytes === 0) return'],
  ),
]
