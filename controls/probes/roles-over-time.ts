/**
 * Takes rights away from people who are signed in, twice and watching: from the next request on they are without them, in
 * every process, and what they had in hand (open streams, links to files, invitations they made) is worth nothing any
 * more. Owners who step down, also two at the same moment, always leave one behind.
 */
import { type Belongings, clientId, done, freshWord, furnish } from './belongings.ts'
import type { Answer, Caller } from './caller.ts'
import { joined } from './cases.ts'
import { liftBudgets } from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'
import type { SqlClient } from './sql.ts'
import { openStream } from './streams.ts'
import type { Role } from './who-may.ts'

/** A stream of somebody who was removed is closed within this. */
const CLOSED_WITHIN_MS = 5_000
const STREAM_MS = 5_000
/** How long is listened for what must not come. */
const QUIET_MS = 500
/** Two who step down at once hit the same moment only sometimes. */
const ROUNDS = 12

type Scene = { readonly stage: Stage; readonly exam: Exam; readonly own: Belongings; readonly superuser: SqlClient }
type Person = { readonly caller: Caller; readonly memberId: string }

export const rolesOverTime: StageProbe = {
  name: 'roles-over-time',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const superuser = await stage.sql('superuser')
    const owner = await stage.signedIn(stage.cast.by.owner.email)
    const own = await furnish(stage, owner, stage.cast.shapla)
    const scene: Scene = { stage, exam, own, superuser }
    await demote(scene)
    await demoteElsewhere(scene)
    if (exam.isBroken()) return
    await takeBackInvitations(scene)
    await remove(scene)
    if (exam.isBroken()) return
    await stepDown(scene)
  },
}

function setRole({ own }: Scene, memberId: string, role: Role, by: Caller = own.owner): Promise<Answer> {
  return by.call('PUT', `${own.at}/members/${memberId}/role`, { body: { role } })
}

/** Somebody new in that role, on two devices. */
async function newMember({ stage, own }: Scene, role: Role): Promise<Person> {
  return joined(stage, own, role)
}

async function makeTag({ own }: Scene, as: Caller): Promise<number> {
  return (await as.call('POST', `${own.at}/tags`, { body: { name: freshWord(), colour: 'blue' } })).status
}

/** Signed in twice before, and the same browsers afterwards. */
async function demote(scene: Scene): Promise<void> {
  const { stage, exam, own } = scene
  const devices = [await stage.signedIn(stage.cast.by.agent.email), await stage.signedIn(stage.cast.by.agent.email)]
  const { members } = await done(own.owner.call('GET', `${own.at}/members`), 'members')
  const { id } = members.find(({ email }: { email: string }) => email === stage.cast.by.agent.email)
  for (const device of devices) exam.control('an agent makes a tag', (await makeTag(scene, device)) === 201)
  for (let round = 0; round < 3; round++) {
    exam.control('an agent becomes a viewer', (await setRole(scene, id, 'viewer')).status === 200)
    for (const device of devices) {
      const status = await makeTag(scene, device)
      exam.attempt(`who is no agent any more makes a tag: ${status}`, status === 403)
      const read = await device.call('GET', `${own.at}/tags`)
      exam.control('a viewer reads tags', read.status === 200)
    }
    exam.control('a viewer becomes an agent', (await setRole(scene, id, 'agent')).status === 200)
    for (const device of devices) exam.control('an agent makes a tag again', (await makeTag(scene, device)) === 201)
  }
}

/** One process hears the change, the other is asked. */
async function demoteElsewhere(scene: Scene): Promise<void> {
  const { stage, exam, own } = scene
  const other = await stage.beside()
  const { caller, memberId } = await newMember(scene, 'admin')
  const atOther = other.caller()
  for (const [name, value] of caller.cookies) atOther.cookies.set(name, value)
  exam.control('an admin makes a tag in the other process', (await makeTag(scene, atOther)) === 201)
  exam.control('an admin becomes a viewer', (await setRole(scene, memberId, 'viewer')).status === 200)
  const status = await makeTag(scene, atOther)
  exam.attempt(`who was demoted in one process acts in the other: ${status}`, status === 403)
  await done(own.owner.call('DELETE', `${own.at}/members/${memberId}`), 'a removal')
  const { status: after } = await atOther.call('GET', `${own.at}/tags`)
  exam.attempt(`who was removed in one process reads in the other: ${after}`, after === 404)
}

async function takeBackInvitations(scene: Scene): Promise<void> {
  const { stage, exam, own } = scene
  for (const turn of ['demoted', 'removed'] as const) {
    const { caller, memberId } = await newMember(scene, 'admin')
    const wanted = { body: { email: `${freshWord()}@invited.example`, role: 'admin' } }
    const { link } = await done(caller.call('POST', `${own.at}/invitations`, wanted), 'an invitation')
    const path = `/api/v1/invitations/${link.split('/').at(-1)}`
    exam.control('an invitation is good', (await stage.caller().call('GET', path)).status === 200)
    if (turn === 'demoted') await done(setRole(scene, memberId, 'viewer'), 'a change')
    else await done(own.owner.call('DELETE', `${own.at}/members/${memberId}`), 'a removal')
    const { status } = await stage.caller().call('GET', path)
    exam.attempt(`an invitation by who was ${turn}: ${status}`, status >= 400)
  }
}

async function remove(scene: Scene): Promise<void> {
  const { stage, exam, own } = scene
  const { caller, memberId } = await newMember(scene, 'agent')
  const conversation = `${own.at}/conversations/${own.ids.conversation}`
  const note = (text: string) =>
    done(
      own.owner.call('POST', `${conversation}/notes`, {
        body: { clientMessageId: clientId(), text, attachmentIds: [] },
      }),
      'a note',
    )
  const stream = await openStream(stage, caller, `${own.at}/events`)
  const { items } = await done(caller.call('GET', `${conversation}/thread`), 'a thread')
  const files = items.flatMap((item: { attachments?: { url: string }[] }) => item.attachments ?? [])
  const file = new URL(files[0].url).pathname
  const openFile = () => stage.caller().raw('GET', file, { origin: 'files' })
  const before = freshWord()
  await note(before)
  exam.control('a member listens', await stream.came(before, STREAM_MS))
  exam.control('a member opens a file', (await openFile()).status === 200)
  await done(own.owner.call('DELETE', `${own.at}/members/${memberId}`), 'a removal')
  const after = freshWord()
  await note(after)
  const list = await caller.call('GET', `${own.at}/conversations?view=all`)
  exam.attempt(`who was removed reads the list: ${list.status}`, list.status === 404)
  const written = await makeTag(scene, caller)
  exam.attempt(`who was removed makes a tag: ${written}`, written === 404)
  const opened = await openFile()
  exam.attempt(`who was removed opens a file: ${opened.status}`, opened.status >= 400)
  exam.attempt('who was removed hears what comes after', !(await stream.came(after, QUIET_MS)))
  exam.attempt('the stream of who was removed stays open', await stream.ended(CLOSED_WITHIN_MS))
  const again = await openStream(stage, caller, `${own.at}/events?after=0`)
  exam.attempt(`who was removed listens again: ${again.status}`, again.status === 404)
  const session = await caller.call('GET', '/api/v1/session')
  exam.attempt('the session still tells of the workspace', !session.text.includes(own.workspace.id))
  for (const one of [stream, again]) one.close()
}

/** The last owner stays; of two who step down at once, one stays. */
async function stepDown(scene: Scene): Promise<void> {
  const { exam, own } = scene
  const { members } = await done(own.owner.call('GET', `${own.at}/members`), 'members')
  const { id: first } = members.find(({ role }: { role: Role }) => role === 'owner')
  const { caller: second, memberId: secondId } = await newMember(scene, 'admin')
  const alone = [await setRole(scene, first, 'viewer'), await own.owner.call('DELETE', `${own.at}/members/${first}`)]
  for (const { status } of alone) exam.attempt(`the only owner steps down: ${status}`, status >= 400)
  const kept = await countOwners(scene)
  exam.attempt(`${kept} owners are left of one`, kept >= 1)
  if (exam.isBroken()) return
  exam.control('an owner makes another', (await setRole(scene, secondId, 'owner')).status === 200)
  const people = [
    { id: first, caller: own.owner },
    { id: secondId, caller: second },
  ] as const
  for (let round = 0; round < ROUNDS; round++) {
    const isMutual = round % 2 === 1
    const answers = await Promise.all(
      people.map(({ id, caller }, at) => setRole(scene, isMutual ? (people[1 - at]?.id ?? '') : id, 'admin', caller)),
    )
    const owners = await countOwners(scene)
    exam.attempt(`two owners stepped down at once, ${owners} are left`, owners >= 1)
    if (owners === 0) return
    const went = answers.filter(({ status }) => status === 200).length
    exam.control(`one of them could step down: ${answers.map(({ status }) => status).join(' and ')}`, went === 1)
    const left = people[answers[isMutual ? 1 : 0]?.status === 200 ? 1 : 0]
    for (const { id } of people)
      if (left && id !== left.id) await done(setRole(scene, id, 'owner', left.caller), 'a promotion')
  }
}

async function countOwners({ own, superuser }: Scene): Promise<number> {
  const { rows } = await superuser.query(
    `select count(*) as owners from desk.member as m join desk.workspace as w on w.id = m.workspace_id
     where w.slug = $1 and m.role = 'owner' and m.removed_at is null`,
    [own.workspace.slug],
  )
  return Number(rows[0].owners)
}
