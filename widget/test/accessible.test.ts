/** axe on every state a visitor meets, in both languages, both themes and both widths; and the demo storefront. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axe, skipReason } from './browser.ts'
import { assertClean, useBrowser, PHONE, until, write } from './harness.ts'

const skip = { skip: skipReason }
/** So many rules at least must have had something to look at, or axe looked at nothing. */
const PASSES_MIN = 10

const h = useBrowser()

test('axe sees a fault: a button without a name inside the open shadow root', skip, async () => {
  const { page, button } = await h.visit({ bypassCSP: true })
  await button.evaluate((element) => element.removeAttribute('aria-label'))
  assert.match((await axe(page)).violations.join('\n'), /button-name/)
})

for (const colorScheme of ['light', 'dark'] as const) {
  for (const language of ['en', 'bn']) {
    for (const [width, size] of [
      ['wide', {}],
      ['phone', PHONE],
    ] as const) {
      test(`no violation: ${colorScheme}, ${language}, ${width}`, skip, async () => {
        h.desk.hostPage = { language }
        const options = { ...size, colorScheme, bypassCSP: true, reducedMotion: 'reduce' as const }
        const watched = await h.visit(options)
        const { page, chat } = watched
        const check = async (what: string) => {
          for (const frame of page.frames()) {
            const { violations, passes } = await axe(frame)
            assert.deepEqual(violations, [], `${what} ${frame.url()}`)
            assert.ok(passes >= PASSES_MIN, `${what}: ${passes} rules passed`)
          }
        }
        await check('closed')
        await watched.button.click()
        await chat.locator('.greeting:not(.blank)').waitFor()
        await check('open and empty')
        await write(watched, 'Is it there? https://shop.example/1')
        await until(() => h.desk.streamCount() === 1 && h.desk.posted.length === 1)
        const picture = h.desk.file('a.png', 'image/png', Buffer.from('no image'), { width: 40, height: 30 })
        const paper = h.desk.file('a.pdf', 'application/pdf', Buffer.alloc(9_000), null)
        h.desk.say('জি, আছে। https://shop.example/2', { attachments: [picture, paper] })
        await chat.locator('.desk').waitFor()
        await chat.locator('.foot button').click()
        h.desk.refusal = 'cannot_reply'
        await write(watched, 'refused')
        await chat.locator('.failed').waitFor()
        await chat.locator('input[type=file]').setInputFiles([
          { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') },
          { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
        ])
        await chat.locator('.tray .ready').waitFor()
        await check('a thread with a failure, files and the privacy line')
      })
    }
  }
}

for (const [path, heading] of [
  ['/', 'en'],
  ['/bn', 'bn'],
] as const) {
  test(
    `the storefront ${path} keeps its strict policy, pleases axe and opens the chat in its language`,
    skip,
    async () => {
      for (const size of [{}, PHONE]) {
        const strict = await h.open(h.desk.origin('demo') + path, size)
        await strict.button.click()
        await strict.chat.locator('.greeting:not(.blank)').waitFor()
        assert.equal(await strict.frame().evaluate(() => document.documentElement.lang), heading)
        assertClean(strict)
        for (const colorScheme of ['light', 'dark'] as const) {
          const { page } = await h.open(h.desk.origin('demo') + path, { ...size, colorScheme, bypassCSP: true })
          await page.locator('central-desk button').waitFor()
          assert.deepEqual((await axe(page)).violations, [])
          const broken = await page.evaluate(
            () => [...document.images].filter((image) => image.naturalWidth === 0).length,
          )
          assert.equal(broken, 0)
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
          assert.ok(overflow <= 0, `the page is ${overflow} px wider than the screen`)
        }
      }
    },
  )
}
