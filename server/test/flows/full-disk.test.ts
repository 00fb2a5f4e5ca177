/**
 * A real disk that is really full. Before it is, senders hear 503 and when to come back, while people still read and
 * answer; when it is, nothing is said to be kept that is not; when even the database gives up, it comes back by itself
 * with the room. What had its 200 is there, once. A start without room is one sentence.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import * as conversations from '@central-desk/contract/conversations.ts'
import { sendVisitorMessage, startVisitorSession } from '@central-desk/contract/widget.ts'
import { asLogin, withClient } from '#src/postgres/address.ts'
import { openRunning } from '#src/postgres/embedded.ts'
import type { Answer } from '#test/support/client.ts'
import { launchProgram, type Program, startProgram } from '#test/support/program.ts'
import { type SmallDisk, smallDisk } from '#test/support/small-disk.ts'
import { done, makeStage, newClientId, postHook, type Stage, until } from '#test/support/stage.ts'

const MIB = 1024 * 1024
const DISK_MIB = 320
const NEARLY_FULL_BYTES = 64 * MIB
const AGAIN_MS = 250
const LIMITS = { timeout: 120_000 }

const disk = smallDisk(DISK_MIB)
const acknowledged: string[] = []
let program: Program
let stage: Stage
let isOver = false
after(() => {
  isOver = true
})

/** Whether the test may go on: only root can mount a disk, and CI is root. */
function onSmallDisk(t: TestContext): SmallDisk | null {
  if (!disk) t.skip('only root can mount a small disk')
  return disk
}

async function post(text: string): Promise<Answer | null> {
  const id = text.replaceAll(' ', '-')
  const body = JSON.stringify({ type: 'message', id, from: { id: 'c-1' }, text })
  const answer = await postHook(program.desk, stage.apiInbox, body, id).catch(() => null)
  if (answer?.status === 200) acknowledged.push(text)
  // Nobody there, or one who says when to come back; anything else would be a surprise to the sender.
  else if (answer) assertComeBack(answer)
  return answer
}

/** As a sender does that was promised nothing: again until it hears yes. */
async function postUntilKept(text: string): Promise<void> {
  while ((await post(text))?.status !== 200) {
    await pause(AGAIN_MS)
    assert.ok(!isOver, 'nobody took it')
  }
}

function assertComeBack(answer: Answer | null): void {
  assert.deepEqual([answer?.status, answer?.body?.code], [503, 'busy'], answer?.text ?? 'no answer')
  assert.ok(Number(answer?.headers['retry-after']) >= 1, 'it says when to come back')
}

const one = () => ({ workspaceId: stage.owner.workspaceId, conversationId: stage.ids.conversation ?? '' })

function reply(text: string): Promise<Answer> {
  const body = { clientMessageId: newClientId(), text, attachmentIds: [], seenNumber: 9_999 }
  return stage.owner.client.call(conversations.sendMessage, { params: one(), body })
}

async function assertAllThereOnce(): Promise<void> {
  const texts = await until(async () => {
    const { items } = await done(stage, conversations.getThread, { params: one(), query: { limit: 100 } })
    const found: string[] = items.flatMap((item: { text?: string }) => item.text ?? [])
    return acknowledged.every((text) => found.includes(text)) ? found : null
  }, 'every acknowledged message')
  for (const text of acknowledged) assert.equal(texts.filter((found) => found === text).length, 1, text)
}

test('a start on an almost full disk is one sentence and exit code 1', LIMITS, async (t) => {
  const small = onSmallDisk(t)
  if (!small) return
  for (const left_bytes of [0, 1 * MIB, 40 * MIB]) {
    small.fill(left_bytes)
    const refused = await launchProgram({ home: join(small.folder, 'home') })
    assert.deepEqual([await refused.ready, await refused.ended], [false, 1])
    assert.match(refused.said(), /^There is no room on the disk of \S+[^\n]*make room and start again\.\n$/)
    small.empty()
  }
})

test('below the reserve senders hear 503 and when to come back, and people go on', LIMITS, async (t) => {
  const small = onSmallDisk(t)
  if (!small) return
  program = await startProgram({ home: join(small.folder, 'home') })
  stage = await makeStage(program.desk, 'Shapla Crafts', 'marker')
  await postUntilKept('before it was full')
  small.fill(NEARLY_FULL_BYTES)
  await until(async () => ((await post('while it was nearly full'))?.status === 503 ? true : null), 'the first refusal')
  assertComeBack(await post('while it was nearly full'))

  const visitor = program.desk.client()
  const params = { inboxKey: stage.webchatInbox.key }
  visitor.bearer = (await visitor.call(startVisitorSession, { params, body: {} })).body.token
  const sentAt = new Date().toISOString()
  const body = { clientMessageId: newClientId(), text: 'a visitor', attachmentIds: [], sentAt }
  assertComeBack(await visitor.call(sendVisitorMessage, { params, body }))
  const upload = { params: { workspaceId: one().workspaceId }, query: { fileName: 'a.txt' }, body: Buffer.from('file') }
  assertComeBack(await stage.owner.client.call(conversations.uploadAttachment, upload))

  assert.equal((await reply('an answer on a nearly full disk')).status, 202)
  const ready = await program.desk.client().raw('GET', '/readyz')
  assert.deepEqual([ready.status, ready.body.checks.disk, ready.body.checks.database], [503, 'failing', 'ok'])
  small.empty()
  await postUntilKept('when there was room again')
  await assertAllThereOnce()
})

test('with no byte left nothing is said to be kept, and with room it goes on by itself', LIMITS, async (t) => {
  const small = onSmallDisk(t)
  if (!small) return
  small.fill(0)
  const answers = await until(async () => {
    small.fill(0)
    const answer = await reply('x'.repeat(8_000))
    return answer.status === 202 ? null : answer
  }, 'the database to find no room')
  assertComeBack(answers)
  const waiting = ['one', 'two', 'three'].map((word) => postUntilKept(`sent ${word} while it was full`))
  await pause(2 * AGAIN_MS)
  small.empty()
  await Promise.all(waiting)
  await assertAllThereOnce()
})

test(
  'when the database itself gives up it comes back with the room, and what had its 200 is there once',
  LIMITS,
  async (t) => {
    const small = onSmallDisk(t)
    if (!small) return
    await postUntilKept('the last one before the crash')
    small.fill(0)
    await breakDatabase()
    const waiting = ['four', 'five', 'six'].map((word) => postUntilKept(`sent ${word} while it was down`))
    await until(async () => (program.said().includes('The database ended') ? true : null), 'the end of the database')
    small.empty()
    await Promise.all(waiting)
    await assertAllThereOnce()
    assert.equal(await program.end(), 0)
  },
)

/** Asks for one more segment of its log than there is room for, until it has given up. */
async function breakDatabase(): Promise<void> {
  const owner = openRunning(program.home)
  assert.ok(owner, 'it runs')
  const password = readFileSync(join(program.home, 'keys', 'postgres-superuser'), 'utf8').trim()
  const superuser = asLogin(owner, 'desk_superuser', password)
  for (let tries = 0; tries < 50; tries++) {
    const isDown = await withClient(superuser, async (client) => {
      await client.query('select pg_switch_wal()')
      await client.query("select pg_logical_emit_message(false, 'test', repeat('x', 100000))")
    }).then(
      () => false,
      () => true,
    )
    if (isDown) return
  }
  assert.fail('the database still finds room')
}
