/**
 * Builds the desk into `desk/dist`: `node desk/build.ts [--sizes]`. With `--sizes` it prints what the first load weighs
 * (gzip) and fails above the gates: 190 KB of script and 15 KB of style for the first screen, 60 KB for a later chunk.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const KB = 1_000
const GATES = { firstScript: 190 * KB, firstStyle: 15 * KB, laterChunk: 60 * KB, fonts: 120 * KB }
const dist = fileURLToPath(new URL('./dist', import.meta.url))

const gzipped = (file: string) => gzipSync(readFileSync(file), { level: 9 }).byteLength

function sizes(): boolean {
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  const assets = readdirSync(join(dist, 'assets'))
  const isFirst = (file: string) => page.includes(`/assets/${file}`)
  const sum = (files: string[]) => files.reduce((total, file) => total + gzipped(join(dist, 'assets', file)), 0)
  const scripts = assets.filter((file) => file.endsWith('.js'))
  const later = scripts.filter((file) => !isFirst(file))
  const largest = Math.max(0, ...later.map((file) => sum([file])))
  const fonts = assets.filter((file) => file.endsWith('.woff2'))
  const fontBytes = fonts.reduce((total, file) => total + readFileSync(join(dist, 'assets', file)).byteLength, 0)
  const lines: [string, number, number][] = [
    ['first load, script', sum(scripts.filter(isFirst)), GATES.firstScript],
    ['first load, style', sum(assets.filter((file) => file.endsWith('.css') && isFirst(file))), GATES.firstStyle],
    ['largest later chunk', largest, GATES.laterChunk],
    ['fonts, all three', fontBytes, GATES.fonts],
  ]
  for (const [name, bytes, gate] of lines) {
    const verdict = bytes <= gate ? 'ok' : 'TOO LARGE'
    process.stdout.write(
      `${name.padEnd(22)} ${(bytes / KB).toFixed(1).padStart(7)} KB of ${gate / KB} KB  ${verdict}\n`,
    )
  }
  return lines.every(([, bytes, gate]) => bytes <= gate)
}

await build({ configFile: fileURLToPath(new URL('./vite.config.ts', import.meta.url)), logLevel: 'warn' })
if (process.argv.includes('--sizes') && !sizes()) process.exit(1)
