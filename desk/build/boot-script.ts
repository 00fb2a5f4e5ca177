/**
 * Puts one small classic script into the head, before the styles paint: it sets theme and language from the last visit,
 * so that a dark desk never flashes white. A file of its own with a hashed name, because the page allows nothing inline.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const SOURCE = fileURLToPath(new URL('../src/boot.js', import.meta.url))

export function bootScript(): Plugin {
  let isBuild = false
  let address = ''
  return {
    name: 'boot-script',
    configResolved(config) {
      isBuild = config.command === 'build'
    },
    buildStart() {
      if (!isBuild) return
      const source = readFileSync(SOURCE, 'utf8')
      const fileName = `assets/boot-${createHash('sha256').update(source).digest('base64url').slice(0, 8)}.js`
      this.emitFile({ type: 'asset', fileName, source })
      address = `/${fileName}`
    },
    transformIndexHtml() {
      const src = isBuild ? address : '/src/boot.js'
      return [{ tag: 'script', attrs: { src, nonce: '__NONCE__' }, injectTo: 'head-prepend' as const }]
    },
  }
}
