/** Single keys from a terminal, and what the demo does with them. */
import type { Breaking } from './breaking.ts'

/** What Ctrl+C and Ctrl+D send while a terminal hands over every key, and the key that means the same. */
const END_KEYS = new Set(['\u0003', '\u0004', 'q', 'Q'])

/** Keys go by number, and a keyboard has nine. */
const MAX_KEY_NODES = 9
/** Stand before the number of a node. */
const PREFIXES: Readonly<Record<string, Breaking>> = { h: 'hang', s: 'slow' }
const HEAL_KEY = '0'

/** Is there a terminal, whose keys we get? */
export const hasKeys = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true

/**
 * Hands over each key at once until `end` aborts, which a key for the end does by itself.
 * @returns false where there is no terminal, and so no keys
 */
export function readKeys(onKey: (key: string) => void, end: AbortController): boolean {
  if (!hasKeys()) return false
  const { stdin } = process
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.on('data', (keys: string) => {
    if (keys.startsWith('\u001b')) return // an arrow or a function key, which is no key of ours
    for (const key of keys) {
      if (END_KEYS.has(key)) end.abort()
      if (!end.signal.aborted) onKey(key)
    }
  })
  end.signal.addEventListener('abort', () => stdin.setRawMode(false))
  return true
}

/** What is killed and started. */
interface DemoNode {
  readonly name: string
  readonly isRunning: boolean
  start(): Promise<void>
  kill(): Promise<void>
}

/** What the keys move. */
export interface Controls {
  /** in the order of their keys */
  readonly nodes: readonly DemoNode[]
  /** must not reject */
  readonly pick: () => Promise<void>
  /** makes a node hang or go slow, or takes that back; must not reject @param index of the node */
  readonly toggle: (index: number, breaking: Breaking) => Promise<void>
  /** ends all faults of all nodes; must not reject */
  readonly heal: () => Promise<void>
  readonly say: (line: string) => void
}

/**
 * Obeys keys. A kill waits for nothing but what the same node is doing: in front of a class it has to come when
 * the key goes down, whatever a pick is still waiting for.
 */
export class Keys {
  readonly #controls: Controls
  readonly #busy = new Map<number, Promise<void>>()
  /** of nodes that are to be started later */
  readonly #starts = new Map<number, NodeJS.Timeout>()
  #isClosed = false
  #isPicking = false
  /** what the number that comes next is to do */
  #prefix: Breaking | undefined
  /** why keys are not obeyed yet; `undefined`: they are */
  notYet: string | undefined

  constructor(controls: Controls) {
    this.#controls = controls
  }

  /** `Keys: 1-3 kill or start a node, …`. */
  get line(): string {
    const count = Math.min(MAX_KEY_NODES, this.#controls.nodes.length)
    const last = count > 1 ? `1-${count}` : '1'
    return `Keys: ${last} kill or start, h${count} hang, s${count} slow, 0 heal, p pick, ? help, q end`
  }

  press(key: string): void {
    const { nodes, say } = this.#controls
    const index = /^[1-9]$/.test(key) ? Number(key) - 1 : -1
    const breaking = this.#prefix
    this.#prefix = undefined
    if (key === '?') say(this.#help())
    else if (index >= nodes.length) say(`There is no node ${key}; ? shows the keys`)
    else if (index === -1 && key !== 'p' && key !== HEAL_KEY && !(key in PREFIXES)) return
    else if (this.notYet !== undefined) say(`Not yet: ${this.notYet}`)
    else if (key === 'p') this.#pick()
    else if (key === HEAL_KEY) void this.#controls.heal()
    else if (index === -1) this.#ask(key)
    else if (breaking !== undefined) void this.#controls.toggle(index, breaking)
    else this.#toggle(index)
  }

  /** Which node? The next key says. */
  #ask(key: string): void {
    this.#prefix = PREFIXES[key]
    this.#controls.say(
      `Which node is to ${this.#prefix === 'hang' ? 'hang' : 'be slow'}, or no longer? Its number`,
    )
  }

  /**
   * A page asks for it, by way of a node that lives.
   * @param afterMs not before, and then only if it is not there: the page may be gone by then, and all nodes with it
   */
  start(name: string, afterMs: number): void {
    if (this.#isClosed) return
    const { nodes, say } = this.#controls
    const index = nodes.findIndex((node) => node.name === name)
    if (afterMs === 0) {
      this.#inTurn(index, async (node) => (node.isRunning ? say(`${name} runs already`) : this.#start(node)))
      return
    }
    clearTimeout(this.#starts.get(index))
    const timer = setTimeout(
      () => this.#inTurn(index, async (node) => (node.isRunning ? undefined : this.#start(node))),
      afterMs,
    )
    this.#starts.set(index, timer)
  }

  /** Nothing is started any more, whoever orders it. */
  close(): void {
    this.#isClosed = true
    for (const timer of this.#starts.values()) clearTimeout(timer)
  }

  /** Pressed twice while it starts, it is started and then killed. */
  #toggle(index: number): void {
    clearTimeout(this.#starts.get(index)) // who kills it by hand wants it dead
    this.#inTurn(index, (node) => (node.isRunning ? node.kill() : this.#start(node)))
  }

  /** One after the other for each node. */
  #inTurn(index: number, act: (node: DemoNode) => Promise<void>): void {
    const node = this.#controls.nodes[index]
    if (node === undefined) return
    const before = this.#busy.get(index) ?? Promise.resolve()
    this.#busy.set(
      index,
      before.then(() => act(node)),
    )
  }

  async #start(node: DemoNode): Promise<void> {
    const { say } = this.#controls
    say(`${node.name} is being started`)
    await node.start().catch((error: Error) => say(`${node.name} did not start: ${error.message}`))
  }

  #pick(): void {
    if (this.#isPicking) this.#controls.say('A pick is under way')
    else void this.whilePicking(this.#controls.pick)
  }

  /** Runs a pick, the first one too, so that another one does not begin beside it. */
  async whilePicking<T>(pick: () => Promise<T>): Promise<T> {
    this.#isPicking = true
    try {
      return await pick()
    } finally {
      this.#isPicking = false
    }
  }

  #help(): string {
    return [
      ...this.#controls.nodes
        .slice(0, MAX_KEY_NODES)
        .map(({ name }, index) => `  ${index + 1}  kill ${name} with SIGKILL, or start it again`),
      '  h  and a number: that node hangs, or goes on',
      '  s  and a number: that node has an uplink of 500 kbit/s, or its own again',
      '  0  heal all nodes',
      '  p  pick again',
      '  ?  this help',
      '  q  end everything (or Ctrl+C)',
    ].join('\n')
  }
}
