/** Server-sent events, cut by the network wherever it likes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Frame, readFrames } from './frames.ts'

const STREAM =
  ': still here\n\nevent: ready\ndata: {}\n\nevent: message\ndata: {"text":"শ্রী ৳"}\n\ndata:one\ndata: two\n\n'
const FRAMES: Frame[] = [
  { event: 'ready', data: '{}' },
  { event: 'message', data: '{"text":"শ্রী ৳"}' },
  { event: 'message', data: 'one\ntwo' },
]

function streamOf(parts: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })
}

async function framesOf(text: string, cuts: number[]): Promise<Frame[]> {
  const bytes = new TextEncoder().encode(text)
  const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length]
  const parts = places.slice(1).map((place, index) => bytes.subarray(places[index], place))
  const frames: Frame[] = []
  let signs = 0
  await readFrames(
    streamOf(parts),
    (frame) => frames.push(frame),
    () => {
      signs += 1
    },
  )
  assert.equal(signs, parts.length)
  return frames
}

test('frames are the same however the bytes are cut, also inside a letter and a line ending', async () => {
  const cuts = fc.array(fc.nat(), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(cuts, fc.boolean(), async (places, isWindows) => {
      const text = isWindows ? STREAM.replaceAll('\n', '\r\n') : STREAM
      assert.deepEqual(await framesOf(text, places), FRAMES)
    }),
  )
})

test('half a frame at the end is no frame, and a frame without end is refused', async () => {
  assert.deepEqual(await framesOf('event: message\ndata: {"text":"cut', []), [])
  await assert.rejects(framesOf(`data: ${'x'.repeat(1_100_000)}`, []), RangeError)
})
