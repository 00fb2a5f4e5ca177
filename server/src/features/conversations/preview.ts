/** What a list shows of a message: its beginning on one line. Sealed beside the text, so that lists open no long ones. */
const PREVIEW_CHARACTERS = 160

export function previewOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return [...line].slice(0, PREVIEW_CHARACTERS).join('')
}
