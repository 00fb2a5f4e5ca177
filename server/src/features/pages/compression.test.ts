/** Scripts and styles travel compressed to whoever can read that, whole to whoever cannot, and are the same either way. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'

let desk: TestDesk
before(async () => {
  desk = await bootDesk({ withPages: true, withWorkers: false })
})

test('a script comes as brotli, as gzip or plain, and says that caches must keep them apart', async () => {
  const { text } = await desk.client().raw('GET', '/signin')
  const [, script = ''] = /src="(\/assets\/index-[^"]+\.js)"/.exec(text) ?? []
  for (const [origin, path] of [
    ['desk', script],
    ['widget', '/widget.js'],
  ] as const) {
    const get = (encoding: string) =>
      desk.client().raw('GET', path, { origin, headers: { 'accept-encoding': encoding } })
    const [plain, brotli, gzip] = [await get('identity'), await get('gzip, deflate, br'), await get('gzip')]
    assert.deepEqual([plain.status, plain.headers['content-encoding']], [200, undefined], path)
    assert.equal(brotli.headers['content-encoding'], 'br', path)
    assert.equal(gzip.headers['content-encoding'], 'gzip', path)
    for (const answer of [plain, brotli, gzip]) {
      assert.match(String(answer.headers['content-type']), /javascript/)
      assert.match(String(answer.headers.vary), /accept-encoding/i)
    }
    assert.deepEqual(brotliDecompressSync(brotli.bytes), plain.bytes)
    assert.deepEqual(gunzipSync(gzip.bytes), plain.bytes)
    assert.ok(brotli.bytes.length < plain.bytes.length / 2)
  }
})
