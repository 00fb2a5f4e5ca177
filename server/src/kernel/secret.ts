/**
 * A value that must not be read by accident. Printing it, putting it into a sentence, into JSON or through
 * `util.inspect` shows `[secret]`; only `reveal()` gives it, and every call of it can be found by its name.
 */
const SHOWN = '[secret]'

export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return SHOWN
  }

  toJSON(): string {
    return SHOWN
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN
  }
}
