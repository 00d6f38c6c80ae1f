import { expect, test } from 'vitest'
import { screenLines } from './screen.ts'

test.for<[what: string, written: string, lines: string[]]>([
  ['lines', 'one\r\ntwo\r\n', ['one', 'two', '']],
  ['a line painted over', 'half\rwhole', ['whole']],
  ['a longer line painted over by a shorter one', 'longer\rab', ['abnger']],
  ['a rest that is wiped away', 'longer\rab\u001b[K', ['ab']],
  ['a spinner that npx takes away', '⠙\u001b[1G\u001b[0Kdone', ['done']],
  ['lines painted over from above', 'a\n1\n2\n\u001b[2A\r\u001b[Jx\n', ['a', 'x', '']],
  ['colours, which nobody reads', '\u001b[1mbold\u001b[0m plain', ['bold plain']],
  ['hidden text', '\u001b]9;ready\u0007seen', ['seen']],
  ['spaces at the end', 'word   ', ['word']],
])('a terminal shows %s as a person sees it', ([, written, lines]) => {
  expect(screenLines(written)).toEqual(lines)
})
