/**
 * Whether a file is a program by its first bytes, whatever it is called. Archives that hold programs (an APK is a ZIP)
 * cannot be told so; their names can (`contract/src/program-files.ts`).
 */
const STARTS = [
  '\x7fELF',
  // Mach-O of either width and order, and what holds several, which is also how a Java class begins.
  '\xfe\xed\xfa\xce',
  '\xfe\xed\xfa\xcf',
  '\xce\xfa\xed\xfe',
  '\xcf\xfa\xed\xfe',
  '\xca\xfe\xba\xbe',
  // A script that names its interpreter.
  '#!',
  // Android code, packages of Debian, Red Hat and macOS, a shortcut of Windows.
  'dex\n',
  '!<arch>\ndebian',
  '\xed\xab\xee\xdb',
  'xar!',
  'L\0\0\0\x01\x14\x02\0',
]
const LONGEST_START = 64

export function isProgram(head: Buffer): boolean {
  const text = head.subarray(0, LONGEST_START).toString('latin1')
  // A note may begin with these two letters; no text holds a zero byte.
  if (text.startsWith('MZ') && text.includes('\0')) return true
  return STARTS.some((start) => text.startsWith(start))
}
