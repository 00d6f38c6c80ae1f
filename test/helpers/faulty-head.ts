/** The head of a reply, and what a fault makes of it. Pure. */
import type { Fault } from './fault.ts'

const FOREIGN_ETAG = `"${'f'.repeat(64)}"`

/** Fields of a reply, with the names as this project's nodes write them. */
export class Head {
  /** names and values in turn */
  readonly fields: readonly string[]

  constructor(fields: readonly string[]) {
    this.fields = fields
  }

  /** @returns the field's value, empty when there is none */
  get(name: string): string {
    const at = this.fields.indexOf(name)
    return at === -1 ? '' : (this.fields[at + 1] ?? '')
  }

  /** What is sent in its place. */
  under(fault: Fault): Head {
    switch (fault.kind) {
      case 'status': {
        const { retryAfterSeconds } = fault
        const retry = retryAfterSeconds === undefined ? [] : ['Retry-After', String(retryAfterSeconds)]
        return new Head([...this.#crossOrigin, ...retry, 'Content-Length', '0'])
      }
      case 'wrong range':
        return this.#with('Content-Range', (range) =>
          range.replace(/\d+/, (first) => String(Number(first) + 1)),
        )
      case 'other size':
        return this.#with('Content-Range', (range) =>
          range.replace(/\d+$/, (size) => String(Number(size) + 1)),
        )
      case 'other version':
        return this.#with('ETag', () => FOREIGN_ETAG)
      case 'short':
        return this.#with('Content-Length', (length) => String(Math.floor(Number(length) / 2)))
      default:
        return this
    }
  }

  #with(name: string, to: (value: string) => string): Head {
    const at = this.fields.indexOf(name)
    return at === -1 ? this : new Head(this.fields.with(at + 1, to(this.get(name))))
  }

  /** A browser must be allowed to see the status. */
  get #crossOrigin(): string[] {
    return this.fields.flatMap((name, index) =>
      index % 2 === 0 && name.startsWith('Access-Control-') ? [name, this.fields[index + 1] ?? ''] : [],
    )
  }
}
