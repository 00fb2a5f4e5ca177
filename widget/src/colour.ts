/**
 * Which ink is readable on an inbox's colour. White or black always reaches 4.5:1 against any colour; this picks it.
 */

/** The luminance at which black and white contrast equally: sqrt(1.05 * 0.05) - 0.05. */
const LUMINANCE_EVEN = 0.179

/** `colour` is #rrggbb. A power of 2.2 stands for the sRGB curve: near the even point the two differ by under 0.004. */
export function inkOn(colour: string): '#000' | '#fff' {
  const part = (at: number) => (Number.parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) > LUMINANCE_EVEN ? '#000' : '#fff'
}
