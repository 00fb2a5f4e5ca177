/**
 * Whether the colour of a chat button can be read and seen: the ink that stands on it (white or black, the better one, as
 * the widget chooses too) and how the button stands out from a white page, by the contrast formula of WCAG 2. Pure.
 */
export const INK_CONTRAST_MIN = 4.5
/** For shapes such as a button, WCAG asks for less than for text. */
export const SHAPE_CONTRAST_MIN = 3

export interface ColourCheck {
  ink: '#ffffff' | '#000000'
  inkContrast: number
  pageContrast: number
  isReadable: boolean
  standsOut: boolean
}

export function isColour(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text)
}

/** `0B6B62`, `#0b6`, ` #0B6B62 ` as `#0b6b62`; null when it is no colour. */
export function readColour(text: string): string | null {
  const hex = text.trim().replace(/^#/, '').toLowerCase()
  if (/^[0-9a-f]{3}$/.test(hex)) return `#${[...hex].map((digit) => digit + digit).join('')}`
  return /^[0-9a-f]{6}$/.test(hex) ? `#${hex}` : null
}

function luminance(colour: string): number {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

export function contrastOf(a: string, b: string): number {
  const light = Math.max(luminance(a), luminance(b))
  const dark = Math.min(luminance(a), luminance(b))
  return (light + 0.05) / (dark + 0.05)
}

export function checkColour(colour: string): ColourCheck {
  const onWhite = contrastOf(colour, '#ffffff')
  const onBlack = contrastOf(colour, '#000000')
  const inkContrast = Math.max(onWhite, onBlack)
  return {
    ink: onWhite >= onBlack ? '#ffffff' : '#000000',
    inkContrast,
    pageContrast: onWhite,
    isReadable: inkContrast >= INK_CONTRAST_MIN,
    standsOut: onWhite >= SHAPE_CONTRAST_MIN,
  }
}
