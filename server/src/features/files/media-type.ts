/**
 * What a file is, told by its first bytes alone. Only what is named here may be shown in a browser; everything else,
 * whatever its name or its sender says, is `application/octet-stream` and leaves as a download. HTML and SVG are not
 * here on purpose: they are programs.
 */

export const UNKNOWN_MEDIA_TYPE = 'application/octet-stream'

const INLINE = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'application/pdf',
] as const
export type InlineMediaType = (typeof INLINE)[number]

const inline: ReadonlySet<string> = new Set(INLINE)

/** Whether a browser may show it in place. */
export function isShownInline(mediaType: string): boolean {
  return inline.has(mediaType)
}

const VIDEO_BRANDS: ReadonlySet<string> = new Set([
  'isom',
  'iso2',
  'iso4',
  'iso5',
  'iso6',
  'mp41',
  'mp42',
  'avc1',
  'M4V ',
])
const AUDIO_BRANDS: ReadonlySet<string> = new Set(['M4A ', 'M4B '])
const OGG_AUDIO = ['OpusHead', '\x01vorbis', '\x7fFLAC', 'Speex   ']
/** The first page of an Ogg stream names its codec within its first bytes, and an EBML head its kind of document. */
const HEAD_BYTES = 64

export function mediaTypeOf(head: Buffer): InlineMediaType | typeof UNKNOWN_MEDIA_TYPE {
  const text = head.subarray(0, HEAD_BYTES).toString('latin1')
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'image/gif'
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'image/webp'
  if (text.startsWith('%PDF-')) return 'application/pdf'
  if (text.startsWith('ftyp', 4)) return byBrand(text.slice(8, 12))
  if (text.startsWith('\x1a\x45\xdf\xa3')) return text.includes('webm') ? 'video/webm' : UNKNOWN_MEDIA_TYPE
  if (text.startsWith('OggS')) return OGG_AUDIO.some((codec) => text.includes(codec)) ? 'audio/ogg' : UNKNOWN_MEDIA_TYPE
  if (text.startsWith('ID3') || isMpegAudioFrame(head)) return 'audio/mpeg'
  return UNKNOWN_MEDIA_TYPE
}

function byBrand(brand: string): InlineMediaType | typeof UNKNOWN_MEDIA_TYPE {
  if (AUDIO_BRANDS.has(brand)) return 'audio/mp4'
  return VIDEO_BRANDS.has(brand) ? 'video/mp4' : UNKNOWN_MEDIA_TYPE
}

/** Sync word, then layer III with a bit rate and a sampling rate that exist. */
function isMpegAudioFrame(head: Buffer): boolean {
  const [first = 0, second = 0, third = 0] = head
  const isSync = first === 0xff && (second & 0xe0) === 0xe0
  const isVersion = (second & 0x18) !== 0x08
  const isLayerThree = (second & 0x06) === 0x02
  const bitRate = third >> 4
  const samplingRate = (third >> 2) & 0x03
  return isSync && isVersion && isLayerThree && bitRate !== 0 && bitRate !== 15 && samplingRate !== 3
}
