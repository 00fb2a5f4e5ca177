/**
 * What a screen remembers of the event stream. The cursor is the last number seen and only moves forward. The log keeps
 * the newest events, because an answer that was asked before an event may arrive after it: whoever stores an answer
 * replays the events that are younger than it. When the log no longer reaches back that far it says so.
 */
export const LOG_SIZE_MAX = 500

interface Numbered {
  number: number
}

export class EventLog<E extends Numbered> {
  private events: E[] = []
  /** Every event above this number is in the log. */
  private floor: number | null = null
  private last: number | null = null

  cursor(): number | null {
    return this.last
  }

  /** The number of the first answer: from here on the stream is asked. A lower one never takes the cursor back. */
  begin(number: number): void {
    if (this.last !== null && this.last >= number) return
    this.last = number
    this.floor = number
    this.events = []
  }

  /** True when the event is new and is to be applied. */
  add(event: E): boolean {
    if (this.last !== null && event.number <= this.last) return false
    this.floor ??= event.number - 1
    this.last = event.number
    this.events.push(event)
    if (this.events.length > LOG_SIZE_MAX) {
      const dropped = this.events.shift()
      if (dropped) this.floor = dropped.number
    }
    return true
  }

  /** Events that this reader may not see still move the cursor on. */
  skipTo(number: number): void {
    if (this.last !== null && number > this.last) this.last = number
  }

  /** The events younger than an answer, oldest first; null when some of them are no longer here: ask again. */
  after(number: number): readonly E[] | null {
    if (this.floor !== null && number < this.floor) return null
    return this.events.filter((event) => event.number > number)
  }

  /** The server said that too much happened: lists are read afresh, nothing older is replayed. */
  reset(number: number): void {
    this.events = []
    this.floor = number
    this.last = number
  }
}
