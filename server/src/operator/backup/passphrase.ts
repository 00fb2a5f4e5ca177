/**
 * The passphrase of a backup: from a file that only its owner may read, or typed by a person, unseen, and twice where a
 * slip would lock them out. Never from an argument or the environment, which other users of the machine can read.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { StartRefusal } from '../../kernel/start-refusal.ts'

export const PASSPHRASE_CHARACTERS_MIN = 16
const PASSPHRASE_BYTES_MAX = 1_024
const OPEN_TO_OTHERS = 0o077
const CANCEL = new Set(['\u0003', '\u0004'])
const ERASE = new Set(['\u007f', '\b'])

export type Typist = { ask(question: string): Promise<string> }

function checked(passphrase: string): string {
  if ([...passphrase].length >= PASSPHRASE_CHARACTERS_MIN) return passphrase
  throw new StartRefusal(`The passphrase must have at least ${PASSPHRASE_CHARACTERS_MIN} characters.`)
}

function fromFile(path: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw new StartRefusal(`The passphrase file ${path} cannot be read (${(error as { code?: string }).code}).`)
  }
  try {
    const found = fstatSync(file)
    if (found.isFile() && (found.mode & OPEN_TO_OTHERS) !== 0) {
      throw new StartRefusal(`${path} may be read by others: make it 0600 (chmod 600).`)
    }
    const bytes = Buffer.alloc(PASSPHRASE_BYTES_MAX + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null)
    }
    if (length > PASSPHRASE_BYTES_MAX) {
      throw new StartRefusal(`The passphrase in ${path} is longer than ${PASSPHRASE_BYTES_MAX} bytes.`)
    }
    return bytes
      .subarray(0, length)
      .toString('utf8')
      .replace(/\r?\n$/, '')
  } finally {
    closeSync(file)
  }
}

/** The person at the terminal; null when there is none. */
export function typistAt(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Typist | null {
  if (!input.isTTY) return null
  return { ask: (question) => askUnseen(input, output, question) }
}

function askUnseen(input: NodeJS.ReadStream, output: NodeJS.WriteStream, question: string): Promise<string> {
  output.write(`${question}: `)
  input.setRawMode(true)
  input.setEncoding('utf8')
  input.resume()
  let typed = ''
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      input.off('data', take)
      input.setRawMode(false)
      input.pause()
      output.write('\n')
      settle()
    }
    const take = (text: string) => {
      for (const key of text) {
        if (CANCEL.has(key)) return finish(() => reject(new StartRefusal('Nothing was done.')))
        if (key === '\r' || key === '\n') return finish(() => resolve(typed))
        typed = ERASE.has(key) ? [...typed].slice(0, -1).join('') : typed + key
      }
    }
    input.on('data', take)
  })
}

type Wanted = { readonly file: string | undefined; readonly typist: Typist | null; readonly isNew: boolean }

/** Refuses without a file where nobody sits at a terminal, and a new passphrase that is short or was typed differently. */
export async function readPassphrase({ file, typist, isNew }: Wanted): Promise<string> {
  if (file !== undefined) return isNew ? checked(fromFile(file)) : fromFile(file)
  if (!typist) throw new StartRefusal('Nobody is at a terminal to type the passphrase: give --passphrase-file FILE.')
  const passphrase = await typist.ask('Passphrase of the backup')
  if (!isNew) return passphrase
  checked(passphrase)
  if ((await typist.ask('Once more')) !== passphrase)
    throw new StartRefusal('The two are not the same; nothing was done.')
  return passphrase
}
