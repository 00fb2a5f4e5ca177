/**
 * Cuts the typeface "CD Sans" out of two open fonts: Inter for Latin, Noto Sans Bengali for Bangla, both 400 to 700.
 * The Taka sign gets a file of its own (about 1 KB), or one ৳ on an English page would load the whole Bengali file.
 * Writes to `fonts/dist` (not kept in git) and does nothing when the files are newer than what they are made from.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
/** The package brings no types; this is the part of it that is called here. */
const subsetFont = require('subset-font') as (
  font: Buffer,
  text: string,
  options: { targetFormat: 'woff2'; variationAxes: Record<string, { min: number; max: number }> },
) => Promise<Buffer>
const OUT = fileURLToPath(new URL('../fonts/dist', import.meta.url))
const WEIGHTS = { wght: { min: 400, max: 700 } }

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)
/** The joiners belong to Bangla here: Inter would break a conjunct in two. */
const LATIN = [
  ...range(0x20, 0x7e),
  ...range(0xa0, 0xff),
  ...[0x131, 0x152, 0x153, 0x2c6, 0x2da, 0x2dc, 0x20ac, 0x2122, 0x2191, 0x2193, 0x2212, 0x2215, 0xfffd],
  ...range(0x2010, 0x2027),
  ...range(0x2030, 0x203a),
]
const BENGALI = [
  ...[0x951, 0x952, 0x964, 0x965, 0x200c, 0x200d, 0x25cc],
  ...range(0x980, 0x9fe).filter((point) => point !== 0x9f3),
]
const TAKA = [0x9f3]

const CUTS = [
  { file: 'latin.woff2', from: '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2', points: LATIN },
  {
    file: 'bengali.woff2',
    from: '@fontsource-variable/noto-sans-bengali/files/noto-sans-bengali-bengali-wght-normal.woff2',
    points: BENGALI,
  },
  {
    file: 'taka.woff2',
    from: '@fontsource-variable/noto-sans-bengali/files/noto-sans-bengali-bengali-wght-normal.woff2',
    points: TAKA,
  },
]

/** Makes the files that are not there or older than this script or their source. */
export async function makeFonts(): Promise<void> {
  mkdirSync(OUT, { recursive: true })
  const scriptTime = statSync(fileURLToPath(import.meta.url)).mtimeMs
  for (const cut of CUTS) {
    const source = require.resolve(cut.from)
    const target = join(OUT, cut.file)
    if (existsSync(target) && statSync(target).mtimeMs > Math.max(scriptTime, statSync(source).mtimeMs)) continue
    const text = String.fromCodePoint(...cut.points)
    writeFileSync(
      target,
      await subsetFont(readFileSync(source), text, { targetFormat: 'woff2', variationAxes: WEIGHTS }),
    )
  }
}
