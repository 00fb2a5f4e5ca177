/** The printed pieces of code do what they say: parsed, run, and verified by another implementation. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { embedSnippet, identifiedSnippet, identityCode, policyLines, signedCallExample } from './snippets.ts'

const KEY = '69g0y67btje6bqfqfxvf'
const ORIGIN = 'https://widget.example'
const folder = mkdtempSync(join(tmpdir(), 'snippets-'))
after(() => rmSync(folder, { recursive: true }))

/** Names and values of a start tag, written apart from the code under test. */
function attributesOf(html: string): Record<string, string | true> {
  const tag = /^<script\s+([^>]*)><\/script>$/s.exec(html)?.[1] ?? ''
  const found = [...tag.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)]
  return Object.fromEntries(found.map(([, name, value]) => [name ?? '', value ?? true]))
}

test('the line for a page names the loader and the inbox, and nothing else', () => {
  assert.deepEqual(attributesOf(embedSnippet(ORIGIN, KEY)), {
    src: 'https://widget.example/widget.js',
    'data-inbox': KEY,
    async: true,
  })
  assert.equal(attributesOf(identifiedSnippet(ORIGIN, KEY))['data-identity'], 'TOKEN')
  assert.equal(policyLines(`${ORIGIN}/`), 'script-src https://widget.example\nframe-src https://widget.example')
})

test('a key or an origin that could carry markup is refused', () => {
  for (const key of ['', 'short', 'a"><script>alert(1)</script>', 'ABCDEFGHIJKLMNOPQRST']) {
    assert.throws(() => embedSnippet(ORIGIN, key), TypeError)
    assert.throws(() => identityCode(key), TypeError)
  }
  assert.throws(() => embedSnippet('not an origin', KEY))
  assert.equal(
    attributesOf(embedSnippet('https://widget.example/"onload="x', KEY)).src,
    'https://widget.example/widget.js',
  )
})

test('the identity code makes a token that another implementation verifies', async () => {
  const file = join(folder, 'identity.mjs')
  writeFileSync(file, identityCode(KEY))
  const { identityOf } = await import(pathToFileURL(file).href)
  const secret = 'wchat_a-secret-of-an-inbox'
  const token: string = identityOf({ id: 7, name: 'মিতু আক্তার', email: 'mitu@example.com' }, secret)
  const [head = '', claims = '', signature] = token.split('.')
  assert.equal(signature, createHmac('sha256', Buffer.from(secret)).update(`${head}.${claims}`).digest('base64url'))
  assert.deepEqual(JSON.parse(Buffer.from(head, 'base64url').toString()), { alg: 'HS256', typ: 'JWT' })
  const { exp, ...said } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  assert.deepEqual(said, { sub: '7', name: 'মিতু আক্তার', email: 'mitu@example.com', aud: KEY })
  const seconds = exp - Date.now() / 1000
  assert.ok(seconds > 3_500 && seconds <= 3_600)
})

/** Runs the printed call with a `curl` that only tells what it was given. */
function runCall(hook: string, secret: string): string[] {
  const curl = join(folder, 'curl')
  writeFileSync(curl, '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done\n', { mode: 0o755 })
  const script = signedCallExample(hook).replace('whsec_...', secret)
  const env = { PATH: `${folder}${delimiter}${process.env.PATH}` }
  return execFileSync('sh', ['-c', script], { env, encoding: 'utf8' }).trim().split('\n')
}

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'])
    return true
  } catch {
    return false
  }
}

test('the shell call is signed as Standard Webhooks asks', { skip: !hasOpenssl() && 'openssl is not there' }, () => {
  const hook = `https://desk.example/hooks/api/${KEY}`
  const key = Buffer.from('0123456789abcdef0123456789abcdef')
  const words = runCall(hook, `whsec_${key.toString('base64')}`)
  const header = (name: string) => words.find((word) => word.startsWith(`${name}: `))?.slice(name.length + 2) ?? ''
  const body = words.at(-1) ?? ''
  const id = header('webhook-id')
  assert.ok(words.includes(hook))
  assert.equal(JSON.parse(body).id, id)
  const signed = `${id}.${header('webhook-timestamp')}.${body}`
  assert.equal(header('webhook-signature'), `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  assert.ok(Math.abs(Number(header('webhook-timestamp')) - Date.now() / 1000) < 60)
})

test('an address that would break out of the shell call is refused', () => {
  for (const sly of ["https://desk.example/'; rm -rf ~ #", 'https://desk.example/$(id)', 'https://desk.example/?a=b']) {
    assert.throws(() => signedCallExample(sly), TypeError, sly)
  }
})
