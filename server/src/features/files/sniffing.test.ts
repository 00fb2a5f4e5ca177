/** What a file is and how large an image is, told by bytes: true headers, lying ones, and any bytes at all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { imageSizeOf } from './image-size.ts'
import { isShownInline, mediaTypeOf } from './media-type.ts'
import { contentDisposition, fitFileName } from './naming.ts'
import { readRange } from './ranges.ts'

const latin = (text: string) => Buffer.from(text, 'latin1')

function png(width: number, height: number): Buffer {
  const head = latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')
  const size = Buffer.alloc(8)
  size.writeUInt32BE(width)
  size.writeUInt32BE(height, 4)
  return Buffer.concat([head, size, latin('\x08\x06\0\0\0')])
}

function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}

function exif(orientation: number, isLittle: boolean): Buffer {
  const tiff = Buffer.alloc(26)
  tiff.write(isLittle ? 'II' : 'MM', 'latin1')
  const short = (value: number, at: number) =>
    isLittle ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at)
  const long = (value: number, at: number) => (isLittle ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at))
  short(42, 2)
  long(8, 4)
  short(1, 8)
  short(0x0112, 10)
  short(3, 12)
  long(1, 14)
  short(orientation, 18)
  return segment(0xe1, Buffer.concat([latin('Exif\0\0'), tiff]))
}

function jpeg(width: number, height: number, ...before: Buffer[]): Buffer {
  const frame = Buffer.alloc(9)
  frame[0] = 8
  frame.writeUInt16BE(height, 1)
  frame.writeUInt16BE(width, 3)
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...before, segment(0xc2, frame), segment(0xda, Buffer.alloc(4))])
}

function gif(width: number, height: number): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt16LE(width)
  size.writeUInt16LE(height, 2)
  return Buffer.concat([latin('GIF89a'), size])
}

function webp(kind: string, rest: number[]): Buffer {
  return Buffer.concat([latin(`RIFF\0\0\0\0WEBP${kind}`), Buffer.from([0, 0, 0, 0, ...rest])])
}

const KNOWN: readonly [Buffer, string][] = [
  [png(1, 1), 'image/png'],
  [jpeg(1, 1), 'image/jpeg'],
  [gif(1, 1), 'image/gif'],
  [latin('GIF87a'), 'image/gif'],
  [webp('VP8X', []), 'image/webp'],
  [latin('%PDF-1.7\n'), 'application/pdf'],
  [latin('\0\0\0\x20ftypisom'), 'video/mp4'],
  [latin('\0\0\0\x20ftypmp42'), 'video/mp4'],
  [latin('\0\0\0\x20ftypM4A '), 'audio/mp4'],
  [latin('\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm'), 'video/webm'],
  [latin('ID3\x04'), 'audio/mpeg'],
  [Buffer.from([0xff, 0xfb, 0x90, 0x64]), 'audio/mpeg'],
  [latin(`OggS${'\0'.repeat(24)}OpusHead`), 'audio/ogg'],
]

/** Programs, texts, and what only begins like something else. */
const UNKNOWN: readonly Buffer[] = [
  latin('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  latin('<!doctype html><script>alert(1)</script>'),
  latin(' %PDF-1.7'),
  latin('\0\0\0\x20ftypqt  '),
  latin('\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska'),
  latin(`OggS${'\0'.repeat(24)}\x80theora`),
  Buffer.from([0xff, 0xfb, 0xf0, 0x64]),
  latin('GIF88a'),
  latin('MZ\x90\0'),
  latin('PK\x03\x04'),
  Buffer.alloc(0),
]

test('a file is what its first bytes say', () => {
  for (const [bytes, type] of KNOWN) {
    assert.equal(mediaTypeOf(bytes), type)
    assert.ok(isShownInline(type))
  }
})

test('everything else is unknown bytes, and nothing that runs is ever shown in place', () => {
  for (const bytes of UNKNOWN) assert.equal(mediaTypeOf(bytes), 'application/octet-stream', bytes.toString('latin1'))
  for (const type of [
    'text/html',
    'image/svg+xml',
    'text/javascript',
    'application/xhtml+xml',
    'application/octet-stream',
  ]) {
    assert.ok(!isShownInline(type), type)
  }
})

test('an image says its size in each of its formats', () => {
  const cases: [string, Buffer, [number, number]][] = [
    ['image/png', png(640, 480), [640, 480]],
    ['image/gif', gif(12, 34), [12, 34]],
    ['image/jpeg', jpeg(4000, 3000), [4000, 3000]],
    ['image/jpeg', jpeg(4000, 3000, segment(0xe0, Buffer.alloc(14)), Buffer.from([0xff])), [4000, 3000]],
    ['image/webp', webp('VP8X', [0, 0, 0, 0, 0x7f, 0x02, 0, 0xdf, 0x01, 0]), [640, 480]],
    ['image/webp', webp('VP8L', [0x2f, 0x7f, 0xc2, 0x77, 0x00]), [640, 480]],
    ['image/webp', webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01]), [640, 480]],
  ]
  for (const [type, bytes, [width, height]] of cases) assert.deepEqual(imageSizeOf(type, bytes), { width, height })
})

test('a photo that lies on its side is as wide as it is shown', () => {
  for (const isLittle of [true, false]) {
    for (const [orientation, size] of [
      [1, { width: 400, height: 300 }],
      [3, { width: 400, height: 300 }],
      [6, { width: 300, height: 400 }],
      [8, { width: 300, height: 400 }],
      [9, { width: 400, height: 300 }],
    ] as const) {
      assert.deepEqual(imageSizeOf('image/jpeg', jpeg(400, 300, exif(orientation, isLittle))), size)
    }
  }
})

test('any bytes have a size or none, and never break the reader', () => {
  for (const type of ['image/png', 'image/gif', 'image/jpeg', 'image/webp']) {
    assert.equal(imageSizeOf(type, Buffer.alloc(0)), null)
    assert.equal(imageSizeOf(type, Buffer.alloc(64)), null)
  }
  const heads = KNOWN.map(([bytes]) => bytes)
  const bytes = fc
    .tuple(fc.constantFrom(Buffer.alloc(0), ...heads), fc.uint8Array({ maxLength: 120 }))
    .map(([head, tail]) => Buffer.concat([head, tail]))
  fc.assert(
    fc.property(bytes, fc.constantFrom('image/png', 'image/gif', 'image/jpeg', 'image/webp'), (head, type) => {
      const size = imageSizeOf(type, head)
      return size === null || (size.width > 0 && size.height > 0)
    }),
    { numRuns: 2_000 },
  )
})

test('a file name can leave neither its folder nor its header, and does not read backwards', () => {
  assert.equal(fitFileName('../../etc/passwd'), '.._.._etc_passwd')
  assert.equal(fitFileName('a\\b\u0000c\r\nd'), 'a_b_c__d')
  assert.equal(fitFileName('cute-\u202egpj.exe'), 'cute-_gpj.exe')
  assert.equal(fitFileName('   '), 'file')
  assert.equal(fitFileName('..'), 'file')
  assert.equal([...fitFileName('ছ'.repeat(500))].length, 200)
  const header = contentDisposition('attachment', 'চালান "1"; x=\u2028.pdf')
  assert.match(header, /^[\x20-\x7e]+$/)
  assert.equal(header.split('"').length, 3)
  assert.ok(
    header.endsWith("filename*=UTF-8''%E0%A6%9A%E0%A6%BE%E0%A6%B2%E0%A6%BE%E0%A6%A8%20%221%22%3B%20x%3D%E2%80%A8.pdf"),
  )
})

test('a range is one piece of the file, or the whole of it', () => {
  assert.deepEqual(readRange('bytes=0-', 10), { from: 0, to: 10 })
  assert.deepEqual(readRange('bytes=2-4', 10), { from: 2, to: 5 })
  assert.deepEqual(readRange('bytes=5-99', 10), { from: 5, to: 10 })
  assert.deepEqual(readRange('bytes=-3', 10), { from: 7, to: 10 })
  assert.deepEqual(readRange('bytes=-99', 10), { from: 0, to: 10 })
  for (const whole of [undefined, '', 'bytes=', 'bytes=-', 'bytes=4-2', 'bytes=0-1,3-4', 'items=0-1', 'bytes=a-b']) {
    assert.equal(readRange(whole, 10), null, String(whole))
  }
  for (const beyond of ['bytes=10-', 'bytes=99-100', 'bytes=-0']) assert.equal(readRange(beyond, 10), 'unsatisfiable')
})
