/** Server-sent events, cut at every possible place, give the same frames. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Frame, FrameReader } from './sse.ts'

const STREAM = [
  ': hello\n\n',
  'event: desk\nid: 7\ndata: {"a":"বাংলা"}\n\n',
  'event: desk\r\nid: 8\r\ndata: one\r\ndata: two\r\n\r\n',
  'event: ready\ndata: {}\n\n',
].join('')

const WANTED: Frame[] = [
  { event: 'comment', data: 'hello', id: null },
  { event: 'desk', data: '{"a":"বাংলা"}', id: '7' },
  { event: 'desk', data: 'one\ntwo', id: '8' },
  { event: 'ready', data: '{}', id: null },
]

test('a whole stream gives its frames', () => {
  assert.deepEqual(new FrameReader().push(STREAM), WANTED)
})

test('wherever the bytes are cut, the frames are the same', () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const reader = new FrameReader()
    const frames = [...reader.push(STREAM.slice(0, cut)), ...reader.push(STREAM.slice(cut))]
    assert.deepEqual(frames, WANTED, `cut at ${cut}`)
  }
})

test('an unfinished frame is not given out', () => {
  assert.deepEqual(new FrameReader().push('event: desk\ndata: {}\n'), [])
})
