/**
 * The chat in its frame, in a real Chromium: the talk both ways, the queue over a reload, Enter and input methods,
 * files, hostile text that stays text. Each test ends by asking that no rule of the page or the frame was broken.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skipReason } from './browser.ts'
import { assertClean, useBrowser, until, write } from './harness.ts'
import { INBOX_KEY } from './stand-in.ts'

const skip = { skip: skipReason }
/** One grey pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgQCAf0sNygAAAABJRU5ErkJggg==',
  'base64',
)

const filesOf = (body: Record<string, unknown> | undefined) => Object(body?.attachmentIds).length

const h = useBrowser()

test('a visitor writes, an agent answers by the stream, a screen reader is told', skip, async () => {
  const watched = await h.visitOpen()
  const { chat } = watched
  await write(watched, 'Is the red jamdani still there?')
  await chat.locator('.own').getByText('Is the red jamdani still there?').waitFor()
  await until(() => h.desk.posted.length === 1 && h.desk.streamCount() === 1)
  h.desk.say('জি, আছে।')
  const answer = chat.locator('.desk .text')
  await answer.waitFor()
  assert.equal(await answer.textContent(), 'জি, আছে।')
  assert.equal(await answer.getAttribute('lang'), 'bn')
  assert.equal(await chat.getByRole('log').count(), 1)
  await until(async () => (await chat.getByRole('status').allTextContents()).includes('Nusrat: জি, আছে।'))
  assert.equal(await chat.locator('textarea').inputValue(), '')
  assertClean(watched)
})

test('Enter sends, Shift+Enter breaks the line, and Enter that ends a composition does neither', skip, async () => {
  const watched = await h.visitOpen()
  const field = watched.chat.locator('textarea')
  await field.fill('one')
  await field.press('Shift+Enter')
  await field.pressSequentially('two')
  for (const composing of [{ isComposing: true }, { keyCode: 229 }]) {
    await field.evaluate((element, init) => {
      const event = { key: 'Enter', bubbles: true, cancelable: true, ...init }
      element.dispatchEvent(new KeyboardEvent('keydown', event))
    }, composing)
  }
  assert.equal(await field.inputValue(), 'one\ntwo')
  assert.equal(h.desk.posted.length, 0)
  await field.press('Enter')
  await until(() => h.desk.posted.length === 1)
  assert.equal(h.desk.posted[0]?.text, 'one\ntwo')
  await field.press('Enter')
  await field.fill('   ')
  await field.press('Enter')
  assert.equal(h.desk.posted.length, 1, 'nothing is sent of nothing')
  assertClean(watched)
})

test('written offline, it survives a reload and goes out once, with its id and its time', skip, async () => {
  const watched = await h.visitWithStorage()
  const { page, chat } = watched
  await watched.button.click()
  await write(watched, 'before')
  await until(() => h.desk.posted.length === 1)
  h.desk.isDown = true
  h.desk.cutStreams()
  await write(watched, 'offline one')
  await write(watched, 'offline two')
  await chat.locator('.waiting, .sending').getByText('offline two').waitFor()
  await chat.getByText('Goes out once connected again').first().waitFor()
  await chat.locator('textarea').fill('half a thou')
  const queue = await watched
    .frame()
    .evaluate((key) => localStorage.getItem(`central-desk:${key}:queue:anonymous`), INBOX_KEY)
  const kept = JSON.parse(queue ?? '[]') as { clientMessageId: string; sentAt: string }[]
  assert.equal(kept.length, 2)

  await page.reload()
  await watched.button.click()
  await chat.locator('.own').getByText('offline one').waitFor()
  await chat.locator('.own').getByText('offline two').waitFor()
  assert.equal(await chat.locator('textarea').inputValue(), 'half a thou')
  assert.equal(h.desk.posted.length, 1)
  h.desk.isDown = false
  await until(() => (h.desk.threads()[0]?.length ?? 0) === 3)
  assert.deepEqual(h.desk.threads(), [['before', 'offline one', 'offline two']])
  assert.deepEqual(
    h.desk.posted.slice(1).map(({ clientMessageId, sentAt }) => ({ clientMessageId, sentAt })),
    kept.map(({ clientMessageId, sentAt }) => ({ clientMessageId, sentAt })),
  )
  await chat.getByText('Goes out once connected again').first().waitFor({ state: 'detached' })
  assert.equal(await chat.locator('.own').count(), 3)
  assert.equal(
    await watched.frame().evaluate((key) => localStorage.getItem(`central-desk:${key}:queue:anonymous`), INBOX_KEY),
    null,
  )
  assertClean(watched)
})

test('a refused message says so aloud, keeps its words, and goes out when asked again', skip, async () => {
  const watched = await h.visitOpen()
  const { chat } = watched
  h.desk.refusal = 'cannot_reply'
  await write(watched, 'please')
  await chat.getByRole('alert').getByText('Not sent.').waitFor()
  h.desk.refusal = null
  await chat.getByRole('button', { name: 'Try again' }).click()
  await until(() => h.desk.threads()[0]?.length === 1)
  await chat.getByText('Not sent.').waitFor({ state: 'detached' })
  h.desk.refusal = 'cannot_reply'
  await write(watched, 'again')
  await chat.getByRole('button', { name: 'Delete' }).click()
  await chat.locator('.own').getByText('again').waitFor({ state: 'detached' })
  assertClean(watched)
})

test('hostile text in every field a message has stays text', skip, async () => {
  const hostile = '<img src=x onerror="parent.hacked=1"><script>hacked=1</script><svg onload=hacked=1>'
  h.desk.greeting = hostile
  const watched = await h.visitOpen()
  const { chat } = watched
  assert.equal(await chat.locator('.greeting').textContent(), hostile)
  await write(watched, hostile)
  await until(() => h.desk.posted.length === 1 && h.desk.streamCount() === 1)
  const file = h.desk.file('<b>"x".exe', 'text/html', Buffer.from('x'), null)
  h.desk.say(`${hostile} javascript:alert(1) https://good.example/?a=1&b=2`, {
    authorName: hostile,
    attachments: [file, { ...file, id: 'att_2', url: 'javascript:hacked=1' }],
  })
  await chat.locator('.desk .text').waitFor()
  assert.equal(await chat.locator('.own .text').textContent(), hostile)
  assert.equal(await chat.locator('.author').textContent(), hostile)
  assert.equal(await chat.locator('#root :is(img, script, b, [onload], [onerror])').count(), 0)
  const links = await chat
    .locator('.bubble a')
    .evaluateAll((all) =>
      all.map((link) => [link.getAttribute('href'), link.getAttribute('rel'), link.getAttribute('target')]),
    )
  assert.deepEqual(links, [
    [file.url, 'noopener noreferrer', '_blank'],
    [null, 'noopener noreferrer', '_blank'],
    ['https://good.example/?a=1&b=2', 'noopener noreferrer', '_blank'],
  ])
  for (const frame of watched.page.frames()) assert.equal(await frame.evaluate(() => 'hacked' in window), false)
  assertClean(watched)
})

test('files: the limit is said first, a large one is refused unsent, the rest go along', skip, async () => {
  const watched = await h.visitOpen()
  const { chat } = watched
  await chat.getByText('Up to 10 files, 20 MB each').waitFor()
  const picker = chat.getByLabel('Add files')
  await picker.setInputFiles([{ name: 'border.png', mimeType: 'image/png', buffer: PNG }])
  await picker.evaluate((input: HTMLInputElement) => {
    const carried = new DataTransfer()
    carried.items.add(new File([new ArrayBuffer(20 * 1024 * 1024 + 1)], 'huge.mov'))
    input.files = carried.files
    input.dispatchEvent(new Event('change', { bubbles: true }))
  })
  await chat.getByRole('alert').getByText('“huge.mov” is larger than 20 MB.').waitFor()
  await chat.locator('.tray .ready').getByText('border.png').waitFor()
  assert.deepEqual(h.desk.uploads, [{ fileName: 'border.png', byteSize: PNG.length }])
  assert.match((await chat.locator('.tray img').getAttribute('src')) ?? '', /^blob:/)

  // Paste and drop bring files the same way.
  for (const kind of ['paste', 'drop'] as const) {
    await chat.locator('textarea').evaluate((field, what) => {
      const carried = new DataTransfer()
      carried.items.add(new File(['hello'], `${what}.txt`, { type: 'text/plain' }))
      const init = { bubbles: true, cancelable: true }
      if (what === 'paste') field.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: carried }))
      else field.dispatchEvent(new DragEvent('drop', { ...init, dataTransfer: carried }))
    }, kind)
    await chat.locator('.tray .ready').getByText(`${kind}.txt`).waitFor()
  }
  await chat.getByRole('button', { name: 'Remove drop.txt' }).click()
  await chat.getByRole('button', { name: 'Send' }).click()
  await until(() => h.desk.posted.length === 1)
  assert.equal(filesOf(h.desk.posted[0]), 2)
  assert.equal(h.desk.posted[0]?.text, '')
  const picture = chat.locator('.own .picture img').first()
  await until(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth === 1))
  assert.ok(h.desk.requests.some(({ host, path }) => host === 'files' && path.startsWith('/a/')))
  assert.equal(await chat.locator('.tray li').count(), 0)
  assertClean(watched)
})

test('a file that cannot go yet waits for the connection, and the message waits for the file', skip, async () => {
  const watched = await h.visitOpen()
  const { chat } = watched
  await until(() => h.desk.streamCount() === 1)
  h.desk.isDown = true
  h.desk.cutStreams()
  await chat.getByLabel('Add files').setInputFiles([{ name: 'a.png', mimeType: 'image/png', buffer: PNG }])
  await chat.locator('.tray').getByText('Waiting for a connection').waitFor()
  await write(watched, 'with a picture')
  assert.equal(await chat.locator('textarea').inputValue(), 'with a picture')
  h.desk.isDown = false
  await chat.locator('.tray .ready').waitFor()
  await chat.locator('textarea').press('Enter')
  await until(() => h.desk.posted.length === 1)
  assert.equal(filesOf(h.desk.posted[0]), 1)
  assertClean(watched)
})

test('without storage for embedded pages the chat works, and says what that means', skip, async () => {
  const watched = await h.visitOpen()
  const { chat, page } = watched
  const isDenied = await watched.frame().evaluate(() => {
    try {
      return localStorage.length < 0
    } catch {
      return true
    }
  })
  assert.equal(isDenied, true)
  await chat.getByText('Please keep this page open').waitFor()
  const [tab] = await Promise.all([
    page.waitForEvent('popup'),
    chat.getByRole('link', { name: 'Open the chat in its own tab' }).click(),
  ])
  await tab.getByText('the answer will be here when you come back').waitFor()
  await write(watched, 'hello')
  await until(() => h.desk.posted.length === 1)
  assertClean(watched)
})

test('who reads this is said on request, in Bangla to a Bangla reader; Escape puts it away first', skip, async () => {
  h.desk.hostPage = { language: 'bn' }
  const watched = await h.visitOpen()
  const { chat, page, button } = watched
  assert.equal(await watched.frame().evaluate(() => document.documentElement.lang), 'bn')
  const who = chat.getByRole('button', { name: 'কারা এটি দেখতে পান?' })
  await who.click()
  await chat.getByText('Shapla Crafts-এর পক্ষে যাঁরা উত্তর দেন').waitFor()
  assert.equal(await who.getAttribute('aria-expanded'), 'true')
  await page.keyboard.press('Escape')
  await chat.locator('.privacy').waitFor({ state: 'detached' })
  assert.equal(await button.getAttribute('aria-expanded'), 'true')
  assertClean(watched)
})

test('reading above the end is left in peace: what comes is announced by a button to it', skip, async () => {
  const watched = await h.visitOpen()
  const { chat } = watched
  await until(() => h.desk.streamCount() === 1)
  for (let n = 0; n < 30; n++) h.desk.say(`message ${n}`)
  const end = chat.getByText('message 29', { exact: true }).last()
  await end.waitFor()
  const box = chat.getByRole('log')
  const fromEnd = () => box.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight)
  await until(async () => (await fromEnd()) < 2)
  await box.evaluate((log) => log.scrollTo(0, 100))
  await until(() => box.evaluate((log) => log.scrollTop === 100))
  // The page learns of a scroll with the next frame, as it does of a person's.
  await box.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  h.desk.say('one more')
  await chat.getByRole('button', { name: 'New message' }).waitFor()
  assert.equal(await box.evaluate((log) => log.scrollTop), 100)
  await chat.getByRole('button', { name: 'New message' }).click()
  await until(async () => (await fromEnd()) < 2)
  assertClean(watched)
})
