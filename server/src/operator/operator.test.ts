/** `bin/desk` as an operator meets it: through its own file, from another folder, by exit code and words. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { StartRefusal } from '../kernel/start-refusal.ts'
import type { Command } from './command.ts'
import { dispatch } from './dispatch.ts'
import { replay } from './replay.ts'

const DESK = fileURLToPath(new URL('../../../bin/desk', import.meta.url))

function desk(words: string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH ?? '', ...environment }
  const { status, stdout, stderr } = spawnSync(DESK, words, { cwd: tmpdir(), env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('--help lists the commands on standard output; a wrong command goes to standard error with exit code 2', () => {
  const asked = desk(['--help'])
  assert.deepEqual([asked.status, asked.stderr], [0, ''])
  assert.match(asked.stdout, /^Usage: bin\/desk COMMAND\n[\s\S]*^ {2}config check /m)
  const wrong = desk(['config', 'chekc'])
  assert.deepEqual([wrong.status, wrong.stdout], [2, ''])
  assert.match(wrong.stderr, /There is no command "config chekc"/)
  assert.equal(desk([]).status, 2)
})

test('config check prints every setting without secrets, from whichever folder it is called', () => {
  const url = 'postgres://owner:open-sesame@127.0.0.1/desk'
  const { status, stdout } = desk(['config', 'check'], { DATABASE_URL: url, DESK_HOME: 'here' })
  assert.equal(status, 0)
  assert.match(stdout, /^PORT +default +3000$/m)
  assert.ok(stdout.includes(`environment  ${tmpdir()}/here\n`), stdout)
  assert.doesNotMatch(stdout, /open-sesame/)
})

test('config check lists all that is wrong and exits with 1', () => {
  const { status, stdout, stderr } = desk(['config', 'check'], { PORT: 'x', LOG_LEVEL: 'loud' })
  assert.deepEqual([status, stdout], [1, ''])
  assert.match(stderr, /^PORT must be .*\.\nLOG_LEVEL must be .*\.\n$/)
})

test('a command gets what follows its words, and none that takes nothing is run with more', async () => {
  const ran: string[] = []
  const command = (words: string, takes: string): Command => ({
    words,
    takes,
    says: 'tests',
    help: 'More.',
    run: async (args) => ran.push(`${words}: ${args.join()}`) && 0,
  })
  const commands = [command('member unlock', 'EMAIL'), command('config check', '')]
  const said: string[] = []
  const voice = { say: (text: string) => void said.push(text), complain: (text: string) => void said.push(text) }
  assert.equal(await dispatch(['member', 'unlock', 'a@b'], commands, voice), 0)
  assert.equal(await dispatch(['config', 'check', 'more'], commands, voice), 2)
  assert.equal(await dispatch(['member', 'unlock', '--help'], commands, voice), 0)
  assert.deepEqual(ran, ['member unlock: a@b'])
  assert.match(said.at(-1) ?? '', /^Usage: bin\/desk member unlock EMAIL\n/)
})

test('an unforeseen error is told by kind and place, and a refusal by its sentence', async () => {
  const said: string[] = []
  const voice = { say: () => assert.fail('nothing was done'), complain: (text: string) => void said.push(text) }
  const failing = (error: Error): Command => ({
    ...{ words: 'fail', takes: '', says: 'tests', help: 'More.' },
    run: () => Promise.reject(error),
  })
  const quoting = Object.assign(new Error('Key (email)=(CANARY)'), { severity: 'ERROR', code: '23505' })
  assert.equal(await dispatch(['fail'], [failing(quoting)], voice), 1)
  assert.equal(await dispatch(['fail'], [failing(new StartRefusal('Not like this.'))], voice), 1)
  assert.match(said[0] ?? '', /"code":"23505"/)
  assert.doesNotMatch(said[0] ?? '', /CANARY/)
  assert.equal(said[1], 'Not like this.')
})

test('replay wants one event, and says so before it opens anything', async () => {
  const said: string[] = []
  const voice = { say: () => assert.fail('nothing was done'), complain: (text: string) => void said.push(text) }
  for (const args of [[], ['msg_01jw2v6mkyh8x9d4s3t5b7n0qp'], ['ie_01jw2v6mkyh8x9d4s3t5b7n0qp', 'more']]) {
    assert.equal(await dispatch(['replay', ...args], [replay], voice), 2)
  }
  assert.deepEqual(new Set(said), new Set(['Give the id of one event: ie_ and 26 letters.']))
})
