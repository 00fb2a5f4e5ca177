/** Reads server-sent events out of a byte stream: whole frames only, whatever pieces the network cuts them into. */

export interface Frame {
  event: string
  data: string
}

/** A frame larger than this is no message of ours; the stream is given up rather than the browser's memory. */
const FRAME_CHARACTERS_MAX = 1_000_000

function frameOf(block: string): Frame | null {
  let event = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value] = /^(event|data): ?(.*)$/.exec(line) ?? []
    if (field === 'event') event = value as string
    else if (field === 'data') data.push(value as string)
  }
  return data.length > 0 || event !== 'message' ? { event, data: data.join('\n') } : null
}

/** Calls `onFrame` for every frame and `onSign` for every sign of life, until the stream ends or breaks (it throws). */
export async function readFrames(
  body: ReadableStream<Uint8Array>,
  onFrame: (frame: Frame) => void,
  onSign: () => void,
): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onSign()
    rest = (rest + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n')
    const blocks = rest.split('\n\n')
    rest = blocks.pop() as string
    if (rest.length > FRAME_CHARACTERS_MAX) throw new RangeError('the frame is too large')
    for (const block of blocks) {
      const frame = frameOf(block)
      if (frame) onFrame(frame)
    }
  }
}
