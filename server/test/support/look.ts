/**
 * What every screen owes its reader, looked at in a real browser: nothing wider than the page, nothing too small to hit
 * and, when SCREENSHOTS names a folder, a picture for people to judge. Promises to find the faults that
 * `look.test.ts` plants.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame, Page } from 'playwright-core'

/** WCAG 2.2, 2.5.8. */
const TARGET_MIN_PX = 24
const folder = process.env.SCREENSHOTS

export async function picture(page: Page, name: string): Promise<void> {
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

/** Elements that reach beyond the page, unless something around them scrolls or clips. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const isHeld = (element: Element) => {
      for (let around = element.parentElement; around; around = around.parentElement) {
        if (getComputedStyle(around).overflowX !== 'visible') return true
      }
      return false
    }
    const wide = [...document.body.querySelectorAll('*')].filter((element) => {
      const box = element.getBoundingClientRect()
      return box.width > 0 && box.right > width + 1 && !isHeld(element)
    })
    const words = wide.map((element) => `${element.tagName} ${element.getAttribute('class')}`)
    return document.documentElement.scrollWidth > width ? ['the page scrolls sideways', ...words] : words
  })
}

/** What is pressed and smaller than a fingertip needs. Links within a sentence are excepted, as in the guideline. */
export function tooSmall(page: Page | Frame): Promise<string[]> {
  return page.evaluate((least) => {
    const pressed = 'a[href], button, input, select, textarea, summary, [role=option], [role^=menuitem], [role=tab]'
    const isSeen = (element: Element) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      !element.closest('.visually-hidden, [inert], [aria-hidden=true]')
    const small = [...document.querySelectorAll(pressed)].filter((element) => {
      if (!isSeen(element) || getComputedStyle(element).display === 'inline') return false
      const target = element instanceof HTMLInputElement ? (element.closest('label') ?? element) : element
      const { width, height } = target.getBoundingClientRect()
      // One pixel is how a thing is hidden from the eye: a skip link before it has the focus.
      return width > 1 && Math.min(width, height) < least - 0.5
    })
    return small.map((element) => {
      const { width, height } = element.getBoundingClientRect()
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40)
      return `${element.tagName} "${name}" ${Math.round(width)}x${Math.round(height)}`
    })
  }, TARGET_MIN_PX)
}
