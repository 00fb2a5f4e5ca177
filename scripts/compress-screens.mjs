// Writes beside each script, style and picture of the built screens what a browser that can will get instead: `.br` and
// `.gz`, made once with all the patience there is, so that no request is compressed while somebody waits. Only files
// that are the same for everybody: what holds anything of a person is never compressed beside a secret.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const COMPRESSED = /\.(js|css|svg|webmanifest)$/
/** Below this the headers weigh more than what is saved. */
const BYTES_MIN = 256

export function compressFolder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) compressFolder(path)
    else if (COMPRESSED.test(entry.name)) compressFile(path)
  }
}

function compressFile(path) {
  const bytes = readFileSync(path)
  if (bytes.length < BYTES_MIN) return
  const brotli = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, brotli))
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
}
