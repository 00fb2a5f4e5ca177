/** What `backup-home` and `restore-home` are called with: one file, and how the passphrase comes. Null when wrongly. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export type BackupArguments = {
  readonly file: string
  readonly passphraseFile: string | undefined
  readonly isWithoutKeys: boolean
}

export function readArguments(args: readonly string[]): BackupArguments | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { 'passphrase-file': { type: 'string' }, 'without-keys': { type: 'boolean', default: false } },
    })
    const [file] = positionals
    if (positionals.length !== 1 || !file) return null
    const passphraseFile = values['passphrase-file']
    return { file: resolve(file), passphraseFile, isWithoutKeys: values['without-keys'] }
  } catch {
    return null
  }
}
