/** Mutants of the impairments, of the sample video, and of what checks the lessons. */
import { mutantsOf } from './mutant.ts'

export const LESSON_MUTANTS = [
  ...mutantsOf(
    'test/lessons/compare.ts',
    ['test/lessons/compare.test.ts'],
    ['Number(found[index + 1]) >= min &&', 'true &&'],
    ['if (isWhole && !maySkip && at < actual.length)', 'if (false)'],
  ),
  ...mutantsOf(
    'test/lessons/read-lessons.ts',
    ['test/lessons/read-lessons.test.ts'],
    ['if (problem !== undefined) throw new LessonError', 'if (false) throw new LessonError'],
  ),
  ...mutantsOf(
    'test/lessons/screen.ts',
    ['test/lessons/screen.test.ts'],
    ["    else if (letter === 'G') column = Number(amount || 1) - 1\n", ''],
  ),
  ...mutantsOf(
    'src/impairments.ts',
    ['test/impairments.test.ts'],
    ["say: (ms) => (ms === 0 ? '' : ", "say: (ms) => (ms < 0 ? '' : "],
  ),
  ...mutantsOf(
    'src/impairments.ts',
    ['test/node/pages.test.ts'],
    ['eachImpairment((name) => node[name])', '({ ...node })'],
  ),
  ...mutantsOf(
    'media/turn-over.ts',
    ['test/media/turn-over.test.ts'],
    [
      'header.setInt32(at + 24, isUpright ? widthOf(header) : 0)',
      'header.setInt32(at + 24, widthOf(header))',
    ],
  ),
]
