/** How long nothing may come while something is waited for. */
export class Patience {
  readonly #ms: number
  readonly #onLost: () => void
  #timer: NodeJS.Timeout | undefined

  /** @param onLost told when it has lasted so long in one piece */
  constructor(ms: number, onLost: () => void) {
    this.#ms = ms
    this.#onLost = onLost
  }

  /** Something is waited for, from now on. */
  begin(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onLost, this.#ms)
  }

  /** Something came: if it is waited for, more is from now on. */
  renew(): void {
    if (this.#timer !== undefined) this.begin()
  }

  /** Nothing is waited for. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
