/**
 * The loader on a host page that allows as little as a host page can: one request while closed, focus in and out, who
 * is heard and who is told, and no Content-Security-Policy or Trusted Types violation anywhere.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skipReason } from './browser.ts'
import { assertClean, focused, useBrowser, PHONE, until, write } from './harness.ts'
import { INBOX_KEY } from './stand-in.ts'

const skip = { skip: skipReason }

const h = useBrowser()

test('the watch works: a page that breaks its own rules is reported', skip, async () => {
  const watched = await h.visit()
  const threw = await watched.page.evaluate(() => {
    try {
      document.body.innerHTML = '<b>x</b>'
      return ''
    } catch (error) {
      return String(error)
    }
  })
  assert.match(threw, /TrustedHTML/)
  await watched.page.evaluate(() => document.body.setAttribute('style', 'color: red'))
  await until(() => watched.violations.length >= 2)
  assert.match(watched.violations.join('\n'), /require-trusted-types-for/)
  assert.match(watched.violations.join('\n'), /style-src/)
})

test('closed: one request, one button of 56 px in a closed shadow root, no frame', skip, async () => {
  const watched = await h.visit()
  const { page, button } = watched
  await page.waitForLoadState('networkidle')
  const toWidget = h.desk.requests.filter(({ host }) => host === 'widget')
  assert.deepEqual(
    toWidget.map(({ path }) => path),
    ['/widget.js'],
  )
  assert.deepEqual(await page.evaluate(() => window.shadowModes), ['closed'])
  assert.equal(await button.count(), 1)
  assert.equal(await button.getAttribute('aria-expanded'), 'false')
  assert.equal(await button.getAttribute('aria-label'), 'Chat')
  const box = await button.boundingBox()
  assert.deepEqual([box?.width, box?.height], [56, 56])
  assert.equal(await page.locator('central-desk iframe').count(), 0)
  assertClean(watched)
})

test('Tab goes to the closed button and on: it is no trap', skip, async () => {
  h.desk.hostPage = { body: '<a href="#before">Before</a>' }
  const watched = await h.visit()
  await watched.page.evaluate(() => {
    const link = document.createElement('a')
    link.href = '#after'
    document.body.append(link)
    link.textContent = 'After'
  })
  const stops: (string | undefined)[] = []
  for (let press = 0; press < 3; press++) {
    await watched.page.keyboard.press('Tab')
    stops.push(await focused(watched))
  }
  assert.deepEqual(stops, ['A', 'BUTTON', 'A'])
})

test('desktop: opens without covering the page, focus goes in; Escape closes and gives it back', skip, async () => {
  const watched = await h.visitOpen()
  const { page, chat, button } = watched
  await until(async () => (await chat.locator('textarea:focus').count()) === 1)
  assert.equal(await focused(watched), 'IFRAME')
  assert.equal(await button.getAttribute('aria-expanded'), 'true')
  assert.equal(await page.locator('central-desk dialog:modal').count(), 0)
  const frame = page.locator('central-desk iframe')
  assert.equal(await frame.getAttribute('title'), 'Chat')
  assert.deepEqual((await frame.getAttribute('sandbox'))?.split(' '), [
    'allow-scripts',
    'allow-same-origin',
    'allow-forms',
    'allow-popups',
    'allow-popups-to-escape-sandbox',
    'allow-downloads',
  ])
  await page.keyboard.press('Escape')
  await until(async () => (await button.getAttribute('aria-expanded')) === 'false')
  assert.equal(await focused(watched), 'BUTTON')
  assert.equal(await frame.isVisible(), false)

  // The same by keyboard alone, and with Escape on the button itself.
  await page.keyboard.press('Enter')
  await until(async () => (await chat.locator('textarea:focus').count()) === 1)
  await button.focus()
  await page.keyboard.press('Escape')
  assert.equal(await button.getAttribute('aria-expanded'), 'false')
  assert.equal(await focused(watched), 'BUTTON')
  assertClean(watched)
})

test(
  'phone: a full-screen modal dialog with focus inside; it closes from within, and focus returns',
  skip,
  async () => {
    h.desk.hostPage = { body: '<a href="#behind">Behind</a>' }
    const watched = await h.visitOpen(PHONE)
    const { page, chat, button } = watched
    await until(async () => (await page.locator('central-desk dialog:modal').count()) === 1)
    await until(async () => (await chat.locator('h1:focus').count()) === 1)
    const box = await page.locator('central-desk iframe').boundingBox()
    assert.deepEqual([box?.x, box?.y, box?.width, box?.height], [0, 0, 390, 844])
    await page.evaluate(() => document.querySelector('a')?.focus())
    assert.equal(await focused(watched), 'IFRAME', 'the page behind takes no focus')
    await chat.getByRole('button', { name: 'Close chat' }).click()
    await until(async () => (await button.getAttribute('aria-expanded')) === 'false')
    assert.equal(await focused(watched), 'BUTTON')

    await button.click()
    await until(async () => (await chat.locator('h1:focus').count()) === 1)
    await page.keyboard.press('Escape')
    await until(async () => (await button.getAttribute('aria-expanded')) === 'false')
    assert.equal(await focused(watched), 'BUTTON')
    assertClean(watched)
  },
)

test('a full-screen panel whose chat does not come is no trap: the button stays in reach', skip, async () => {
  const watched = await h.visit(PHONE)
  await watched.page.route('**/widget/**', (route) => route.abort())
  await watched.button.click()
  assert.equal(await watched.page.locator('central-desk dialog:modal').count(), 0)
  await watched.button.click()
  assert.equal(await watched.button.getAttribute('aria-expanded'), 'false')
})

test('what arrives while it is closed is counted in the label, in the language of the page', skip, async () => {
  h.desk.hostPage = { language: 'bn' }
  const watched = await h.visitOpen()
  const { page, button } = watched
  await page.evaluate(() => {
    window.heard = []
    window.CentralDesk?.onUnread((unread) => window.heard.push(`unread ${unread}`))
  })
  await button.click()
  await until(() => h.desk.streamCount() === 1)
  h.desk.say('এক')
  h.desk.say('দুই')
  await until(async () => (await button.getAttribute('aria-label')) === 'চ্যাট, ২টি নতুন বার্তা')
  await button.click()
  await until(async () => (await button.getAttribute('aria-label')) === 'চ্যাট')
  const heard = await page.evaluate(() => window.heard.filter((word) => typeof word === 'string'))
  assert.deepEqual([heard[0], heard.at(-2), heard.at(-1)], ['unread 0', 'unread 2', 'unread 0'])
  assertClean(watched)
})

test("a stranger's words are not heard; the same words of the chat are", skip, async () => {
  h.desk.hostPage = { body: `<iframe src="${h.desk.origin('stranger')}/" title="ad"></iframe>` }
  const watched = await h.visitOpen()
  const { page, button } = watched
  const stranger = page.frames().find((frame) => frame.url().startsWith(h.desk.origin('stranger')))
  const words = [{ centralDesk: 'status', unread: 7, colour: '#ff0000' }, { centralDesk: 'close' }]
  await stranger?.evaluate((said) => {
    for (const word of said) parent.postMessage(word, '*')
  }, words)
  await page.waitForFunction(() => window.heard.some((word) => Object(word).unread === 7))
  await page.evaluate((said) => {
    for (const word of said) window.postMessage(word, '*')
  }, words)
  await page.waitForFunction(() => window.heard.filter((word) => Object(word).unread === 7).length === 2)
  assert.equal(await button.getAttribute('aria-label'), 'Chat')
  assert.equal(await button.getAttribute('aria-expanded'), 'true')

  await watched.frame().evaluate((said) => {
    for (const word of said) parent.postMessage(word, '*')
  }, words)
  await until(async () => (await button.getAttribute('aria-expanded')) === 'false')
  assert.equal(await button.getAttribute('aria-label'), 'Chat, 7 new messages')
})

test('a frame that went elsewhere hears no identity and is not heard', skip, async () => {
  const watched = await h.visitOpen()
  const { page, button } = watched
  await watched.frame().evaluate(
    (address) => {
      location.href = address
    },
    `${h.desk.origin('stranger')}/widget/`,
  )
  await until(() => page.frames().some((frame) => frame.url().startsWith(h.desk.origin('stranger'))))
  const gone = page.frames().find((frame) => frame.url().startsWith(h.desk.origin('stranger')))
  await gone?.evaluate(() => parent.postMessage({ centralDesk: 'status', unread: 7, colour: '#ff0000' }, '*'))
  await page.waitForFunction(() => window.heard.some((word) => Object(word).unread === 7))
  await page.evaluate(() => window.CentralDesk?.identify('secret.of.visitor'))
  // What is posted after it arrives after it: so the word above was not delivered.
  await page.evaluate(() =>
    document
      .querySelector('central-desk')
      ?.shadowRoot?.querySelector('iframe')
      ?.contentWindow?.postMessage('last', '*'),
  )
  await gone?.waitForFunction(() => window.heard.includes('last'))
  assert.deepEqual(await gone?.evaluate(() => window.heard), ['last'])
  assert.equal(await button.getAttribute('aria-label'), 'Chat')
})

test('an identity comes by message from the page around, in no address, and from no stranger', skip, async () => {
  h.desk.hostPage = { attributes: 'data-identity="a.b.c"' }
  const watched = await h.visitOpen()
  await watched.chat.getByText('Mitu Akter').waitFor()
  assert.deepEqual(h.desk.sessions, [{ identity: 'a.b.c' }])
  assert.equal(watched.frame().url().includes('a.b.c'), false)
  await watched.page.evaluate(() => window.CentralDesk?.identify('d.e.f'))
  await until(() => h.desk.sessions.length === 2)
  assert.deepEqual(h.desk.sessions[1], { identity: 'd.e.f' })
  assertClean(watched)

  const stranger = await h.open(h.desk.origin('stranger'))
  const host = encodeURIComponent(h.desk.origin('stranger'))
  const address = `${h.desk.origin('widget')}/widget/${INBOX_KEY}#host=${host}`
  const [popup] = await Promise.all([
    stranger.page.waitForEvent('popup'),
    stranger.page.evaluate((url) => {
      ;(window as { chat?: Window | null }).chat = window.open(url)
    }, address),
  ])
  await popup.locator('.greeting:not(.blank)').waitFor()
  const word = { centralDesk: 'identity', identity: 'stolen.from.elsewhere' }
  await stranger.page.evaluate((said) => (window as { chat?: Window }).chat?.postMessage(said, '*'), word)
  await popup.waitForFunction(() => window.heard.length === 1)
  await popup.locator('textarea').fill('hello')
  await popup.locator('textarea').press('Enter')
  await until(() => h.desk.posted.length === 1)
  assert.deepEqual(h.desk.sessions.slice(2), [{}])
})

test('a page where the inbox does not allow it gets no chat in a frame', skip, async () => {
  const watched = await h.open(h.desk.origin('stranger'))
  await watched.page.evaluate(
    (address) => {
      const frame = document.createElement('iframe')
      frame.src = address
      document.body.append(frame)
    },
    `${h.desk.origin('widget')}/widget/${INBOX_KEY}`,
  )
  await until(() => h.desk.requests.some(({ path }) => path === `/widget/${INBOX_KEY}`))
  await watched.page.waitForLoadState('networkidle')
  assert.equal(
    h.desk.requests.some(({ path }) => path.startsWith('/widget-assets/')),
    false,
  )
})

test('the API opens and closes, and a second snippet on the page changes nothing', skip, async () => {
  const watched = await h.visit()
  const { page, button } = watched
  await page.evaluate(() => window.CentralDesk?.open())
  await watched.chat.locator('.greeting:not(.blank)').waitFor()
  await page.evaluate(() => window.CentralDesk?.close())
  assert.equal(await button.getAttribute('aria-expanded'), 'false')
  await page.addScriptTag({ url: `${h.desk.origin('widget')}/widget.js` }).catch(() => {})
  assert.equal(await page.locator('central-desk').count(), 1)
  await page.evaluate(() => window.CentralDesk?.open())
  await write(watched, 'still the same chat')
  await until(() => h.desk.posted.length === 1)
})

test(
  'who comes back the next day sees on the closed button that an answer came, and finds the thread',
  skip,
  async () => {
    const watched = await h.visitWithStorage()
    const { page, button, chat } = watched
    await button.click()
    await write(watched, 'Do you send to Sylhet?')
    await until(() => h.desk.posted.length === 1)
    await page.waitForFunction((name) => Number(localStorage.getItem(name)) > Date.now(), `central-desk:${INBOX_KEY}`)
    // Left; a day passes; the desk answers.
    await page.goto('about:blank')
    h.desk.say('Yes, within two days.')
    await page.goto(h.desk.origin('shop'))
    await page.clock.install({ time: Date.now() + 24 * 3_600_000 })
    await page.clock.resume()
    await until(async () => (await button.getAttribute('aria-label')) === 'Chat, 1 new message')
    assert.equal(await button.textContent(), '1')
    assert.equal(await button.getAttribute('aria-expanded'), 'false', 'nothing opens by itself')
    assert.equal(await page.locator('central-desk iframe').isVisible(), false)
    await button.click()
    await chat.locator('.desk').getByText('Yes, within two days.').waitFor()
    await chat.locator('.own').getByText('Do you send to Sylhet?').waitFor()
    await until(async () => (await button.getAttribute('aria-label')) === 'Chat')
    assertClean(watched)
  },
)

test('where the thread is gone, or too old, nothing is fetched and the mark goes', skip, async () => {
  const watched = await h.visitWithStorage()
  const { page, button } = watched
  const name = `central-desk:${INBOX_KEY}`
  const mark = () => page.evaluate((key) => localStorage.getItem(key), name)
  /** Every pause that the loader makes is over. */
  const comeBack = async (wakeUntil: number) => {
    await page.evaluate(([key, until]) => localStorage.setItem(key, until), [name, `${wakeUntil}`] as const)
    await page.reload()
    await page.waitForLoadState('load')
    await page.clock.runFor(10_000)
  }
  await page.clock.install()
  await comeBack(Date.now() - 60_000)
  assert.equal(await page.locator('central-desk iframe').count(), 0)
  // Somebody without a thread, though the mark says otherwise.
  await comeBack(Date.now() + 3_600_000)
  await until(async () => (await mark()) === null)
  assert.equal(await button.getAttribute('aria-label'), 'Chat')
  assertClean(watched)
})
