/** The notices are those of the lockfile, and leave out what is not shipped. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { noticesOf } from './third-party-notices.ts'

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

test('THIRD_PARTY_NOTICES.md is what the lockfile says', () => {
  const { packages } = JSON.parse(read('package-lock.json'))
  assert.equal(read('THIRD_PARTY_NOTICES.md'), noticesOf(packages), 'run node tools/third-party-notices.ts')
})

test('development packages and our own are left out, nested ones are named by their own name', () => {
  const text = noticesOf({
    'node_modules/kept': { version: '1.0.0', license: 'MIT' },
    'node_modules/kept/node_modules/inner': { version: '2.0.0' },
    'node_modules/only-dev': { version: '3.0.0', license: 'MIT', dev: true },
    'node_modules/@central-desk/contract': { link: true },
  })
  assert.match(text, /\| inner \| 2\.0\.0 \| see its own files \|/)
  assert.doesNotMatch(text, /only-dev|@central-desk/)
})
