/**
 * Reads server-sent events out of a byte stream, in any cut: `push` takes text as it comes and gives the frames that
 * are complete. Comment lines give a frame without a name, so that the reader knows the line is alive.
 */
export interface Frame {
  /** `comment` for a heartbeat. */
  event: string
  data: string
  id: string | null
}

export class FrameReader {
  private rest = ''
  private event = ''
  private data: string[] = []
  private id: string | null = null

  push(text: string): Frame[] {
    this.rest += text
    const frames: Frame[] = []
    for (;;) {
      const end = this.rest.search(/\r\n|\n|\r/)
      if (end < 0) break
      // A lone \r at the very end may be the first half of \r\n: wait for the next piece.
      if (this.rest[end] === '\r' && end === this.rest.length - 1) break
      const width = this.rest.startsWith('\r\n', end) ? 2 : 1
      const line = this.rest.slice(0, end)
      this.rest = this.rest.slice(end + width)
      const frame = this.line(line)
      if (frame) frames.push(frame)
    }
    return frames
  }

  private line(line: string): Frame | null {
    if (line === '') return this.dispatch()
    if (line.startsWith(':')) return { event: 'comment', data: line.slice(1).trim(), id: null }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.event = value
    else if (field === 'data') this.data.push(value)
    else if (field === 'id') this.id = value
    return null
  }

  private dispatch(): Frame | null {
    const isEmpty = this.data.length === 0 && this.event === ''
    const frame = { event: this.event || 'message', data: this.data.join('\n'), id: this.id }
    this.event = ''
    this.data = []
    this.id = null
    return isEmpty ? null : frame
  }
}
