/**
 * The doors between workspaces that ids do not lead to: visitors' tokens, signed calls, links to files, cursors, searches,
 * names that may be taken, streams. As a member or a visitor of one workspace, everything is tried on the neighbour's.
 */
import { type Belongings, clientId, done, freshWord, messageFrom, postHook } from './belongings.ts'
import type { Answer, Call, Caller } from './caller.ts'
import type { Attack } from './isolation-over-http.ts'
import { openStream } from './streams.ts'

const STREAM_MS = 5_000
/** How long is listened for what must not come. */
const QUIET_MS = 500
/** As long as an id. */
const PIECE_BYTES = 16
const REFUSED = [401, 403, 404, 410, 422]

export async function attackOtherDoors(attack: Attack): Promise<void> {
  await attackByVisitor(attack)
  await attackByHook(attack)
  await attackByFileLink(attack)
  await attackByCursorAndSearch(attack)
  await attackByName(attack)
  await attackBySession(attack)
  await listenIn(attack)
}

function widgetCall(of: Belongings, as: Caller, method: string, path: string, call: Call = {}): Promise<Answer> {
  return as.call(method, `/widget/api/${of.webchat.key}${path}`, { ...call, origin: 'widget' })
}

function messageBody(text: string, attachmentIds: string[] = []) {
  return { clientMessageId: clientId(), text, attachmentIds, sentAt: new Date().toISOString() }
}

/** A visitor's token counts at the inbox it was given by, and their files nowhere else. */
async function attackByVisitor({ exam, own, neighbour }: Attack): Promise<void> {
  const { caller } = own.visitor
  const bytes = { headers: { 'content-type': 'application/octet-stream' }, body: Buffer.from('x') }
  const tries: readonly (readonly [string, string, number, () => Call])[] = [
    ['GET', '/messages', 200, () => ({})],
    ['POST', '/messages', 202, () => ({ body: messageBody('hello') })],
    ['POST', '/attachments?fileName=a.txt', 201, () => bytes],
    ['POST', '/sessions', 201, () => ({ body: { token: own.visitor.token } })],
  ]
  for (const [method, path, status, call] of tries) {
    const mine = await widgetCall(own, caller, method, path, call())
    exam.control(`a visitor's ${method} ${path} at their own inbox: ${mine.status}`, mine.status === status)
    const theirs = await widgetCall(neighbour, caller, method, path, call())
    exam.attempt(`a visitor's ${method} ${path} next door: ${theirs.status}`, REFUSED.includes(theirs.status))
    exam.attempt(`a visitor's ${method} ${path}: the neighbour's words`, !theirs.text.includes(neighbour.mark))
  }
  const stolen = await widgetCall(own, caller, 'POST', '/messages', {
    body: messageBody('look', [neighbour.visitor.attachmentId]),
  })
  exam.attempt(`a visitor sends the neighbour's file: ${stolen.status}`, REFUSED.includes(stolen.status))
}

async function attackByHook({ stage, exam, own, neighbour }: Attack): Promise<void> {
  const secret = (
    await done(own.owner.call('POST', `${own.at}/inboxes/${own.apiInbox.id}/secret-rotation`), 'a secret')
  ).signingSecret
  const mine = await postHook(stage, own.apiInbox, secret, messageFrom('a', 'hello'))
  exam.control(`a call signed for one's own inbox: ${mine.status}`, mine.status === 200)
  const theirs = await postHook(stage, neighbour.apiInbox, secret, messageFrom('a', 'hello'))
  exam.attempt(`a call signed with another inbox's secret: ${theirs.status}`, REFUSED.includes(theirs.status))
}

/** The first address of a file in a thread. */
async function fileLink({ owner, at, ids }: Belongings): Promise<string> {
  const { items } = await done(owner.call('GET', `${at}/conversations/${ids.conversation}/thread`), 'a thread')
  const files = items.flatMap((item: { attachments?: { url: string }[] }) => item.attachments ?? [])
  return new URL(files[0].url).pathname
}

/** A link is whole or nothing: no piece of the neighbour's can be put into one's own. */
async function attackByFileLink({ stage, exam, own, neighbour }: Attack): Promise<void> {
  const open = (path: string) => stage.caller().raw('GET', path, { origin: 'files' })
  const [mine, theirs] = [await fileLink(own), await fileLink(neighbour)]
  const opened = await open(mine)
  exam.control('a link opens its own file', opened.status === 200 && opened.text.includes(own.mark))
  for (const { from, path } of mixedLinks(mine, theirs)) {
    const answer = await open(path)
    exam.attempt(`a link with bytes ${from} and on of another: ${answer.status}`, REFUSED.includes(answer.status))
    exam.attempt('a mixed link gives the file', !answer.text.includes(neighbour.mark))
  }
}

/** One's own link with sixteen bytes of the other one in their place, at each offset. */
function mixedLinks(mine: string, theirs: string): { from: number; path: string }[] {
  const bytesOf = (path: string) => Buffer.from(path.slice('/a/'.length), 'base64url')
  const length = Math.min(bytesOf(mine).length, bytesOf(theirs).length)
  const mixed = Array.from({ length: length - PIECE_BYTES }, (_none, from) => {
    const bytes = bytesOf(mine)
    bytesOf(theirs).copy(bytes, from, from, from + PIECE_BYTES)
    return { from, path: `/a/${bytes.toString('base64url')}` }
  })
  return mixed.filter(({ path }) => path !== mine)
}

async function attackByCursorAndSearch({ exam, own, neighbour }: Attack): Promise<void> {
  const get = (of: Belongings, as: Caller, path: string) => as.call('GET', `${of.at}${path}`)
  for (const path of ['/conversations?view=all&limit=1', '/contacts?limit=1']) {
    const cursor = (await get(neighbour, neighbour.owner, path)).body?.nextCursor
    exam.control(`${path} gives a cursor`, typeof cursor === 'string')
    const answer = await get(own, own.owner, `${path}&cursor=${cursor}`)
    exam.attempt(`${path} with the neighbour's cursor`, !answer.text.includes(neighbour.mark))
  }
  for (const [path, list] of [
    ['/search?q=', 'hits'],
    ['/contacts?q=', 'contacts'],
  ] as const) {
    const found = await get(own, own.owner, `${path}${own.mark}`)
    exam.control(`${path} finds one's own words`, found.body?.[list]?.length > 0)
    const foreign = await get(own, own.owner, `${path}${neighbour.mark}`)
    exam.attempt(`${path} finds the neighbour's words`, foreign.status === 200 && foreign.body[list].length === 0)
  }
}

/** What is taken next door is free here; otherwise one could ask what the neighbour has. */
async function attackByName({ exam, own, neighbour: { mark } }: Attack): Promise<void> {
  const asks: readonly (readonly [string, unknown])[] = [
    ['/tags', { name: mark, colour: 'blue' }],
    ['/saved-replies', { shortcut: mark, title: 'A', text: 'b', language: 'en' }],
    ['/invitations', { email: `${mark}@invited.example`, role: 'agent' }],
  ]
  for (const [path, body] of asks) {
    const answer = await own.owner.call('POST', `${own.at}${path}`, { body })
    exam.attempt(`a name that the neighbour has taken, in ${path}: ${answer.status}`, answer.status === 201)
  }
}

/** Who signs in sees the workspaces they are in. */
async function attackBySession({ exam, own, neighbour }: Attack): Promise<void> {
  const { text } = await own.owner.call('GET', '/api/v1/session')
  exam.control("the session tells of one's own workspace", text.includes(own.workspace.id))
  exam.attempt("the session tells of the neighbour's workspace", !text.includes(neighbour.workspace.id))
}

/** Streams of both workspaces from their first event on, while both write. */
async function listenIn({ stage, exam, own, neighbour }: Attack): Promise<void> {
  const foreign = await openStream(stage, own.owner, `${neighbour.at}/events?after=0`)
  exam.attempt(`listening next door: ${foreign.status}`, foreign.status === 404)
  const atChat = (of: Belongings) => `/widget/api/${of.webchat.key}/events?after=0`
  const foreignChat = await openStream(stage, own.visitor.caller, atChat(neighbour), 'widget')
  exam.attempt(`a visitor listening next door: ${foreignChat.status}`, REFUSED.includes(foreignChat.status))
  for (const stream of [foreign, foreignChat]) stream.close()
  const streams = [
    await openStream(stage, own.owner, `${own.at}/events?after=0`),
    await openStream(stage, own.visitor.caller, atChat(own), 'widget'),
    await openStream(stage, neighbour.owner, `${neighbour.at}/events`),
  ] as const
  const [desk, chat, theirs] = streams
  const word = freshWord()
  const note = (of: Belongings, text: string) =>
    done(
      of.owner.call('POST', `${of.at}/conversations/${of.ids.conversation}/notes`, {
        body: { clientMessageId: clientId(), text, attachmentIds: [] },
      }),
      'a note',
    )
  await note(neighbour, `${neighbour.mark} ${word}`)
  await note(own, `${own.mark} ${word}`)
  exam.control(
    'a stream brings what happens',
    (await desk.came(word, STREAM_MS)) && (await theirs.came(word, STREAM_MS)),
  )
  exam.control("a visitor's stream brings their messages", await chat.came(own.mark, STREAM_MS))
  const [inDesk, inChat, inTheirs] = await Promise.all([
    desk.came(neighbour.mark, QUIET_MS),
    chat.came(neighbour.mark, QUIET_MS),
    theirs.came(own.mark, QUIET_MS),
  ])
  exam.attempt("a stream brings the neighbour's words", !inDesk)
  exam.attempt("a visitor's stream brings the neighbour's words", !inChat)
  exam.attempt("the neighbour's stream brings one's own words", !inTheirs)
  for (const stream of streams) stream.close()
}
