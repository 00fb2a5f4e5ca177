/** The looks find what they are for: planted faults, and nothing where there is none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenRules, noBrowser, openWindow } from './browser.ts'
import { tooSmall, tooWide } from './look.ts'

const withBrowser = { skip: noBrowser }
const page = (body: string) => `<!doctype html><html lang="en"><title>Look</title><main><h1>Look</h1>${body}</main>`

test('a sound page has no fault', withBrowser, async () => {
  const window = await openWindow()
  const inOrder =
    '<button class="a">Press</button><p>Read <a href="/">this</a> first.</p>' +
    '<div tabindex="0" class="b"><p class="c">Scrolls on its own</p></div>'
  await window.page.setContent(page(inOrder))
  await window.page.addStyleTag({
    content: '.a { height: 30px; width: 60px } .b { overflow-x: auto; width: 100px } .c { width: 3000px }',
  })
  assert.deepEqual(await tooWide(window.page), [])
  assert.deepEqual(await tooSmall(window.page), [])
  assert.deepEqual(await brokenRules(window.page), [])
})

test('what is too wide, too small or without a name is found', withBrowser, async () => {
  const window = await openWindow()
  await window.page.setContent(page('<p class="wide">Too wide</p><button class="small">x</button><button></button>'))
  await window.page.addStyleTag({
    content: '.wide { width: 3000px } .small { width: 20px; height: 20px; padding: 0 }',
  })
  assert.deepEqual(await tooWide(window.page), ['the page scrolls sideways', 'P wide'])
  assert.match((await tooSmall(window.page)).join(), /BUTTON "x" 20x20/)
  assert.match((await brokenRules(window.page)).join(), /^button-name/)
})
