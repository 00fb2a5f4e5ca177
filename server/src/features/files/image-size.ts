/**
 * Width and height of an image out of its header, so that a thread does not jump while images come. Reads PNG, JPEG
 * (turned as its EXIF says, as browsers show it), GIF and WebP; decodes nothing. Any bytes give a size or null, never
 * an error: an image that lies about itself is shown in a wrong frame and does no harm.
 */

export interface ImageSize {
  readonly width: number
  readonly height: number
}

const SIDE_MAX = 65_535

export function imageSizeOf(mediaType: string, head: Buffer): ImageSize | null {
  const reader = READERS[mediaType]
  if (!reader) return null
  try {
    const size = reader(head)
    return size && isPlausible(size.width) && isPlausible(size.height) ? size : null
  } catch (error) {
    // The header ends before it says how large the image is.
    if (error instanceof RangeError) return null
    throw error
  }
}

const READERS: Readonly<Record<string, (head: Buffer) => ImageSize | null>> = {
  'image/png': (head) => ({ width: head.readUInt32BE(16), height: head.readUInt32BE(20) }),
  'image/gif': (head) => ({ width: head.readUInt16LE(6), height: head.readUInt16LE(8) }),
  'image/jpeg': jpegSize,
  'image/webp': webpSize,
}

function isPlausible(side: number): boolean {
  return side >= 1 && side <= SIDE_MAX
}

const START_OF_SCAN = 0xda
const APP1 = 0xe1
/** Frame headers; 0xc4, 0xc8 and 0xcc are something else. */
const isStartOfFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

/** Walks from segment to segment until the frame header. */
function jpegSize(head: Buffer): ImageSize | null {
  let at = 2
  let isTurned = false
  for (;;) {
    if (head.readUInt8(at) !== 0xff) return null
    const marker = head.readUInt8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    const length = head.readUInt16BE(at + 2)
    if (marker === START_OF_SCAN || length < 2) return null
    if (isStartOfFrame(marker)) {
      const [height, width] = [head.readUInt16BE(at + 5), head.readUInt16BE(at + 7)]
      return isTurned ? { width: height, height: width } : { width, height }
    }
    if (marker === APP1) isTurned = isTurnedByExif(head.subarray(at + 4, at + 2 + length)) || isTurned
    at += 2 + length
  }
}

const EXIF_MARK = 'Exif\0\0'
const ORIENTATION = 0x0112
const FIELD_BYTES = 12
/** Orientations 5 to 8 lie on their side. */
const FIRST_TURNED = 5
const LAST_TURNED = 8

function isTurnedByExif(segment: Buffer): boolean {
  if (segment.toString('latin1', 0, EXIF_MARK.length) !== EXIF_MARK) return false
  const tiff = segment.subarray(EXIF_MARK.length)
  try {
    const isLittle = tiff.toString('latin1', 0, 2) === 'II'
    const short = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
    const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
    for (let field = 0; field < short(directory); field++) {
      const at = directory + 2 + field * FIELD_BYTES
      if (short(at) !== ORIENTATION) continue
      const orientation = short(at + 8)
      return orientation >= FIRST_TURNED && orientation <= LAST_TURNED
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return false
}

function webpSize(head: Buffer): ImageSize | null {
  const kind = head.toString('latin1', 12, 16)
  if (kind === 'VP8X') return { width: 1 + head.readUIntLE(24, 3), height: 1 + head.readUIntLE(27, 3) }
  if (kind === 'VP8L') {
    if (head.readUInt8(20) !== 0x2f) return null
    const bits = head.readUInt32LE(21)
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) }
  }
  if (kind !== 'VP8 ' || head.readUIntBE(23, 3) !== 0x9d012a) return null
  return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff }
}
