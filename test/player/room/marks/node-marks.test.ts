import { expect, test } from 'vitest'
import { MARKS, markNodes } from '../../../../src/player/room/marks/node-marks.js'

test.for<[rule: string, names: string[], letters: string[]]>([
  ['the number that a name ends with', ['node1', 'node2', 'node10'], ['1', '2', '10']],
  ['that number also without letters before it', ['7', 'b 8'], ['7', '8']],
  ['the first letter where there are no numbers', ['paris', 'london'], ['P', 'L']],
  ['the first letter where two numbers are the same', ['a1', 'b1'], ['A', 'B']],
  ['the first letter of any alphabet', ['"école"', '<лес>'], ['É', 'Л']],
  ['the place in the list where nothing else differs', ['alpha', 'arch'], ['1', '2']],
  ['the place where a name has neither letter nor number', ['?', '!'], ['1', '2']],
  ['no number of more than two digits', ['node100', 'other200'], ['N', 'O']],
])('a node is marked with %s', ([, names, letters]) => {
  expect(markNodes(names).map(({ letter }) => letter)).toEqual(letters)
})

test('ten nodes have ten looks, and further ones begin again', () => {
  const marks = markNodes(Array.from({ length: 12 }, (_, index) => `node${index}`))
  expect(new Set(marks.slice(0, MARKS).map(({ look }) => look)).size).toBe(10)
  expect(marks.map(({ look }) => look)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
})

test('a mark keeps its node’s name as it is', () => {
  expect(markNodes(['<b>&"\'']).map(({ name }) => name)).toEqual(['<b>&"\''])
})
