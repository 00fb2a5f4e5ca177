/**
 * The canary hunt: a rare word of its own through every door that takes what customers and agents write, then a search
 * of the database's files and its log of changes, of the home and of what was printed. What is told to lie in the clear
 * (here the name of a tag) must be found there, and the words must be found in the answers, or nothing is shown.
 */
import { clientId, done, postHook, until } from './belongings.ts'
import type { Caller } from './caller.ts'
import { inboxOf, Visitor } from './customers.ts'
import { huntBelow, huntIn, quarryOf, rareWord } from './hunt.ts'
import { liftBudgets } from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'

const DOORS = [
  ...['hookText', 'hookName', 'hookAddress', 'hookFile', 'hookFileName', 'unreadable'],
  ...['visitorText', 'visitorFile', 'visitorFileName', 'reply', 'note', 'draft', 'savedReply'],
  ...['contactName', 'contactEmail', 'contactComment', 'agentFile', 'agentFileName', 'search', 'query'],
]
const READ_MIN_BYTES = 20_000_000

type Words = Readonly<Record<string, string>>
type Work = {
  readonly stage: Stage
  readonly owner: Caller
  readonly at: string
  readonly words: Words
  readonly word: (door: string) => string
}

export const canaryAtRest: StageProbe = {
  name: 'canary-at-rest',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const owner = await stage.signedIn(stage.cast.by.owner.email)
    const at = `/api/v1/workspaces/${stage.cast.shapla.id}`
    const words: Words = {
      ...Object.fromEntries(DOORS.map((door) => [door, rareWord(door)])),
      // A phone number is digits: as many as it may have.
      phone: `+88017${String(Math.floor(Math.random() * 1e9))
        .padStart(9, '3')
        .slice(0, 8)}`,
    }
    const word = (door: string): string => {
      const found = words[door]
      if (found === undefined) throw new Error(`there is no door ${door}`)
      return found
    }
    const work = { stage, owner, at, words, word }
    const conversation = await throughHooks(work)
    await throughWebchat(work)
    await throughTheDesk(work, conversation)
    await areInTheAnswers(work, conversation, exam)
    await huntFor(work, exam)
  },
}

async function throughHooks({ stage, owner, at, word }: Work): Promise<string> {
  const inbox = inboxOf(stage.cast.shapla, 'api')
  const content = Buffer.from(`a file with ${word('hookFile')} in it`).toString('base64')
  const message = {
    type: 'message',
    id: clientId(),
    from: { id: word('hookAddress'), name: word('hookName') },
    text: `about ${word('hookText')}`,
    attachments: [{ fileName: `${word('hookFileName')}.txt`, mediaType: 'text/plain', content }],
  }
  const post = (body: string) => done(postHook(stage, inbox, inbox.signingSecret, body), 'a signed call')
  await post(JSON.stringify(message))
  await post(JSON.stringify({ type: word('unreadable'), text: word('unreadable') }))
  const row = await until(async () => {
    const { conversations } = await done(owner.call('GET', `${at}/conversations?view=all`), 'the list')
    return conversations.find((one: { contact: { name: string } }) => one.contact.name === word('hookName'))
  }, 'the conversation of the canary')
  return row.id
}

async function throughWebchat({ stage, word }: Work): Promise<void> {
  const visitor = await Visitor.come(stage, inboxOf(stage.cast.shapla, 'webchat'))
  const bytes = Buffer.from(`a file with ${word('visitorFile')} in it`)
  const file = await visitor.upload(`${word('visitorFileName')}.txt`, bytes)
  await done(visitor.write(`about ${word('visitorText')}`, [file]), 'a message of a visitor')
}

async function throughTheDesk({ owner, at, word }: Work, conversation: string): Promise<void> {
  const here = `${at}/conversations/${conversation}`
  const headers = { 'content-type': 'application/octet-stream' }
  const upload = `${at}/attachments?fileName=${word('agentFileName')}.txt`
  const body = Buffer.from(`a file with ${word('agentFile')} in it`)
  const file = await done(owner.call('POST', upload, { headers, body }), 'an upload')
  const call = (method: string, path: string, sent?: unknown) => done(owner.call(method, path, { body: sent }), path)
  const reply = { clientMessageId: clientId(), text: word('reply'), attachmentIds: [file.id], seenNumber: 99 }
  await call('POST', `${here}/messages`, reply)
  await call('POST', `${here}/notes`, { clientMessageId: clientId(), text: word('note'), attachmentIds: [] })
  await call('PUT', `${here}/drafts/reply`, { text: word('draft') })
  const saved = { shortcut: 'canary', title: 'Canary', text: word('savedReply'), language: 'en' }
  await call('POST', `${at}/saved-replies`, saved)
  const { contact } = await call('GET', here)
  const change = {
    name: word('contactName'),
    email: `${word('contactEmail')}@mail.example`,
    phone: word('phone'),
    comment: word('contactComment'),
  }
  await call('PATCH', `${at}/contacts/${contact.id}`, change)
  await call('GET', `${at}/search?q=${word('search')}`)
  await owner.call('GET', `${at}/contacts?q=${word('query')}`)
}

async function areInTheAnswers({ owner, at, word }: Work, conversation: string, exam: Exam): Promise<void> {
  const here = `${at}/conversations/${conversation}`
  const thread = (await owner.call('GET', `${here}/thread`)).text
  for (const door of ['hookText', 'hookFileName', 'reply', 'note', 'agentFileName']) {
    exam.control(`${door} is in the answers`, thread.includes(word(door)))
  }
  const { contact } = await done(owner.call('GET', here), 'the conversation')
  const shown = (await owner.call('GET', `${at}/contacts/${contact.id}`)).text
  for (const door of ['contactName', 'contactEmail', 'phone', 'contactComment']) {
    exam.control(`${door} is in the answers`, shown.includes(word(door)))
  }
  const saved = (await owner.call('GET', `${at}/saved-replies`)).text
  exam.control('savedReply is in the answers', saved.includes(word('savedReply')))
  await until(async () => {
    const { hits } = await done(owner.call('GET', `${at}/search?q=${word('visitorText')}`), 'a search')
    return hits[0]
  }, 'the canary in the search')
}

async function huntFor({ stage, owner, at, words }: Work, exam: Exam): Promise<void> {
  const tag = rareWord('tag')
  await done(owner.call('POST', `${at}/tags`, { body: { name: tag, colour: 'teal' } }), 'a tag')
  const sql = await stage.sql('superuser')
  await sql.query('checkpoint')
  const data: string = (await sql.query('show data_directory')).rows[0]?.data_directory ?? ''
  const isIn = (part: string) => huntBelow(`${data}/${part}`, quarryOf({ tag })).found.length > 0
  exam.control('what lies in the clear is found in the files of the database', isIn('base'))
  exam.control('what lies in the clear is found in the log of changes', isIn('pg_wal'))
  const quarry = quarryOf(words)
  const home = huntBelow(stage.home, quarry, [stage.scratch])
  const outside = data.startsWith(stage.home) ? { bytes: 0, found: [] } : huntBelow(data, quarry)
  const printed = huntIn(Buffer.from(stage.printed()), 'what the program prints', quarry)
  exam.control('there was much to read', home.bytes + outside.bytes > READ_MIN_BYTES)
  exam.control('the requests were printed', /"route":"writeNote"/.test(stage.printed()))
  const all = [...home.found, ...outside.found, ...printed.found]
  for (const door of Object.keys(words)) {
    const places = all.filter(({ name }) => name === door).map(({ place }) => place.replace(stage.home, ''))
    exam.attempt(`${door} lies in the clear in ${places.slice(0, 2).join(', ')}`, places.length === 0)
  }
}
