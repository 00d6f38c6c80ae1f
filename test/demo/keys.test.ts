/** What the keys of `npm start` do, and when: nodes and picks that the test finishes. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { Keys } from '../../src/demo/keys.ts'

/** Lets promises that are already fulfilled have their say. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

class Node {
  readonly name: string
  isRunning = true
  readonly done: string[] = []
  /** ends the start that is under way */
  finishStart = (): void => {}
  failStart = (_: Error): void => {}

  constructor(name: string) {
    this.name = name
  }

  start(): Promise<void> {
    this.done.push('start')
    this.isRunning = true
    return new Promise((resolve, reject) => {
      this.finishStart = resolve
      this.failStart = reject
    })
  }

  async kill(): Promise<void> {
    this.done.push('kill')
    this.isRunning = false
  }
}

function makeKeys(count = 3) {
  const nodes = Array.from({ length: count }, (_, index) => new Node(`node${index + 1}`))
  const said: string[] = []
  const picks: (() => void)[] = []
  const pick = (): Promise<void> => new Promise((resolve) => picks.push(resolve))
  const broken: string[] = []
  const keys = new Keys({
    nodes,
    pick,
    toggle: async (index, breaking) => void broken.push(`${breaking} ${index + 1}`),
    heal: async () => void broken.push('heal'),
    say: (line) => said.push(line),
  })
  return { keys, nodes, said, picks, broken }
}

test('a kill does not wait for a pick', async () => {
  const { keys, nodes, picks } = makeKeys()
  keys.press('p')
  keys.press('1')
  await settle()
  expect(nodes[0]?.done).toEqual(['kill'])
  expect(picks).toHaveLength(1)
})

test('a letter and a number make a node hang or slow, and 0 heals all', () => {
  const { keys, nodes, said, broken } = makeKeys()
  for (const key of 'h2s30') keys.press(key)
  expect(broken).toEqual(['hang 2', 'slow 3', 'heal'])
  expect(said).toEqual([
    'Which node is to hang, or no longer? Its number',
    'Which node is to be slow, or no longer? Its number',
  ])
  expect(nodes.flatMap(({ done }) => done)).toEqual([])
})

test('a letter counts for the next key alone', async () => {
  const { keys, nodes, broken } = makeKeys()
  for (const key of 'hx1') keys.press(key)
  await settle()
  expect([broken, nodes[0]?.done]).toEqual([[], ['kill']])
})

test('nor for the start of another node', async () => {
  const { keys, nodes } = makeKeys()
  keys.press('1')
  await settle()
  keys.press('1')
  keys.press('2')
  await settle()
  expect(nodes[0]?.done).toEqual(['kill', 'start'])
  expect(nodes[1]?.done).toEqual(['kill'])
})

test('a node that is being started is killed when it has been', async () => {
  const { keys, nodes, said } = makeKeys()
  const [node] = nodes
  keys.press('1')
  await settle()
  keys.press('1')
  keys.press('1')
  await settle()
  expect(node?.done).toEqual(['kill', 'start'])
  expect(said).toEqual(['node1 is being started'])
  node?.finishStart()
  await settle()
  expect(node?.done).toEqual(['kill', 'start', 'kill'])
})

test('why a node did not start is said once, and its key goes on working', async () => {
  const { keys, nodes, said } = makeKeys()
  const [node] = nodes
  if (node === undefined) throw new Error('There is a node')
  node.isRunning = false
  keys.press('1')
  await settle()
  node.isRunning = false
  node.failStart(new Error('port 8001 is taken'))
  await settle()
  expect(said).toEqual(['node1 is being started', 'node1 did not start: port 8001 is taken'])
  keys.press('1')
  await settle()
  expect(node.done).toEqual(['start', 'start'])
})

test('a second pick says that one is under way, and the next one picks', async () => {
  const { keys, said, picks } = makeKeys()
  keys.press('p')
  keys.press('p')
  expect(said).toEqual(['A pick is under way'])
  picks[0]?.()
  await settle()
  keys.press('p')
  expect(picks).toHaveLength(2)
})

test('the first pick is one, too, and a kill does not wait for it', async () => {
  const { keys, nodes, said, picks } = makeKeys()
  let finish = (_: string): void => {}
  const shown = new Promise<string>((resolve) => {
    finish = resolve
  })
  const first = keys.whilePicking(() => shown)
  keys.press('p')
  keys.press('2')
  await settle()
  expect([said, picks, nodes[1]?.done]).toEqual([['A pick is under way'], [], ['kill']])
  finish('shown')
  expect(await first).toBe('shown')
  keys.press('p')
  expect(picks).toHaveLength(1)
})

test.for([['1'], ['p']])('%s, pressed too early, says why it does nothing', async ([key = '']) => {
  const { keys, nodes, said, picks } = makeKeys()
  keys.notYet = 'the nodes are being started'
  keys.press(key)
  await settle()
  expect(said).toEqual(['Not yet: the nodes are being started'])
  expect([...(nodes[0]?.done ?? []), ...picks]).toEqual([])
})

test('the help is there at any time, with a line for each key', () => {
  const { keys, said } = makeKeys(2)
  keys.notYet = 'the nodes are being started'
  keys.press('?')
  expect(said.join('\n').split('\n')).toHaveLength(8)
})

test('a number without a node says so, other keys say nothing', () => {
  const { keys, said } = makeKeys(2)
  keys.press('3')
  for (const key of ['x', ' ', '\r', 'é']) keys.press(key)
  expect(said).toEqual(['There is no node 3; ? shows the keys'])
})

test.for<[count: number, numbers: string]>([
  [1, '1 '],
  [2, '1-2 '],
  [9, '1-9 '],
  [20, '1-9 '],
])('with %i nodes the line names the keys %s, in one line of a small terminal', ([count, numbers]) => {
  const { line } = makeKeys(count).keys
  expect(line).toContain(`Keys: ${numbers}kill or start, `)
  expect(line.length).toBeLessThan(80)
})

test('a page starts a node as its key does, in turn, and none that runs', async () => {
  const { keys, nodes, said } = makeKeys()
  keys.press('2')
  keys.start('node2', 0)
  keys.start('node2', 0)
  keys.start('node9', 0)
  await settle()
  expect(nodes[1]?.done).toEqual(['kill', 'start'])
  nodes[1]?.finishStart()
  await settle()
  expect(nodes[1]?.done).toEqual(['kill', 'start'])
  expect(said).toEqual(['node2 is being started', 'node2 runs already'])
})

test('a page may order a start for later, which comes though nobody is there by then, and only if it is needed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { keys, nodes, said } = makeKeys()
  const pass = async (ms: number): Promise<void> => {
    vi.advanceTimersByTime(ms)
    await settle()
  }
  const crash = (index: number): void => void Object.assign(nodes[index] ?? {}, { isRunning: false })
  keys.start('node1', 10_000)
  keys.start('node1', 25_000) // the later order stands
  keys.start('node2', 25_000)
  crash(0)
  await pass(24_000)
  expect(nodes[0]?.done).toEqual([])
  await pass(1_000)
  expect(nodes.map(({ done }) => done)).toEqual([['start'], [], []])
  expect(said).toEqual(['node1 is being started'])

  keys.start('node2', 5_000)
  keys.press('2') // who kills it by hand wants it dead
  await pass(5_000)
  expect(nodes[1]?.done).toEqual(['kill'])

  keys.start('node3', 5_000)
  crash(2)
  keys.close()
  keys.start('node3', 0)
  keys.start('node3', 1)
  await pass(5_000)
  expect(nodes[2]?.done).toEqual([])
})
