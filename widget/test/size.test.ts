/** The widget's weight, measured on a real build: what every page view of a host site pays, and what opening pays. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { buildWidget } from '../build.ts'

const GATES = { loaderBytes: 3_000, appBytes: 35_000 }
const dist = mkdtempSync(join(tmpdir(), 'widget-size-'))
after(() => rmSync(dist, { recursive: true, force: true }))

const gzipped = (file: string) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).byteLength

test('loader and app stay below their gates, and the app is all of what opening loads', async (t) => {
  await buildWidget(dist)
  const assets = readdirSync(join(dist, 'widget-assets')).map((file) => `widget-assets/${file}`)
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  for (const file of assets) assert.ok(page.includes(`/${file}`), `${file} is not named by the page`)
  const loader = gzipped('loader.js')
  const parts = ['index.html', ...assets].map((file) => ({ file, bytes: gzipped(file) }))
  const app = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  t.diagnostic(`loader ${loader} bytes gzip (gate ${GATES.loaderBytes})`)
  t.diagnostic(`app ${app} bytes gzip (gate ${GATES.appBytes}): ${parts.map((p) => `${p.file} ${p.bytes}`).join(', ')}`)
  assert.ok(loader > 500 && loader <= GATES.loaderBytes, `loader: ${loader}`)
  assert.ok(app > 5_000 && app <= GATES.appBytes, `app: ${app}`)
})

test('the loader is one classic script without a Trusted Types sink; the page has no inline script or style', () => {
  const loader = readFileSync(join(dist, 'loader.js'), 'utf8')
  assert.doesNotMatch(loader, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc/)
  assert.doesNotMatch(loader, /^\s*(import|export)\b|\bimport\(/m)
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  const tags = [...page.matchAll(/<(script|link|style)\b[^>]*>/g)].map(([tag]) => tag)
  assert.equal(tags.length, 2)
  for (const tag of tags) {
    assert.match(tag, /nonce="__NONCE__"/)
    assert.match(tag, /(src|href)="\/widget-assets\/[\w-]+\.(js|css)"/)
  }
  assert.doesNotMatch(page, / on\w+=| style=/)
})
