/** Single keys from a terminal, and what the demo does with them. */

/** What Ctrl+C and Ctrl+D send while a terminal hands over every key, and the key that means the same. */
const END_KEYS = new Set(['\u0003', '\u0004', 'q', 'Q'])

/** Keys go by number, and a keyboard has nine. */
const MAX_KEY_NODES = 9

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

/** What the keys move. */
export interface Controls {
  /** in the order of their keys */
  readonly nodes: readonly {
    readonly name: string
    readonly isRunning: boolean
    start(): Promise<void>
    kill(): Promise<void>
  }[]
  /** must not reject */
  readonly pick: () => Promise<void>
  readonly say: (line: string) => void
}

/**
 * Obeys keys. A kill waits for nothing but what the same node is doing: in front of a class it has to come when
 * the key goes down, whatever a pick is still waiting for.
 */
export class Keys {
  readonly #controls: Controls
  readonly #busy = new Map<number, Promise<void>>()
  #isPicking = false
  /** why keys are not obeyed yet; `undefined`: they are */
  notYet: string | undefined

  constructor(controls: Controls) {
    this.#controls = controls
  }

  /** `Keys: 1-3 kill or start a node, …`. */
  get line(): string {
    const count = Math.min(MAX_KEY_NODES, this.#controls.nodes.length)
    return `Keys: ${count > 1 ? `1-${count}` : '1'} kill or start a node, p pick again, ? help, q end`
  }

  press(key: string): void {
    const { nodes, say } = this.#controls
    const index = /^[1-9]$/.test(key) ? Number(key) - 1 : -1
    if (key === '?' || key === 'h') say(this.#help())
    else if (index >= nodes.length) say(`There is no node ${key}; ? shows the keys`)
    else if (index === -1 && key !== 'p') return
    else if (this.notYet !== undefined) say(`Not yet: ${this.notYet}`)
    else if (key === 'p') this.#pick()
    else this.#toggle(index)
  }

  /** One key after the other for each node: pressed twice while it starts, it is started and then killed. */
  #toggle(index: number): void {
    const node = this.#controls.nodes[index]
    if (node === undefined) return
    const before = this.#busy.get(index) ?? Promise.resolve()
    const after = before.then(async () => {
      if (node.isRunning) return node.kill()
      this.#controls.say(`${node.name} is being started`)
      await node
        .start()
        .catch((error: Error) => this.#controls.say(`${node.name} did not start: ${error.message}`))
    })
    this.#busy.set(index, after)
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
      '  p  pick again',
      '  ?  this help',
      '  q  end everything (or Ctrl+C)',
    ].join('\n')
  }
}
