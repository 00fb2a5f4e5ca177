/**
 * Writes THIRD_PARTY_NOTICES.md from the lockfile: every package that runs or is shipped, with its version and licence.
 * `node tools/third-party-notices.ts` writes it; `--check` only says whether it is as it would be written.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

type LockedPackage = { version?: string; license?: string; dev?: boolean; link?: boolean; optional?: boolean }

const root = fileURLToPath(new URL('..', import.meta.url))
const file = `${root}THIRD_PARTY_NOTICES.md`

/** One line a package that is not for development only; our own workspaces are links and are left out. */
export function noticesOf(packages: Readonly<Record<string, LockedPackage>>): string {
  const lines = Object.entries(packages)
    .filter(([path, { dev, link }]) => path.startsWith('node_modules/') && !dev && !link)
    .map(([path, { version, license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: version ?? 'unknown',
      license: license ?? 'see its own files',
    }))
    .map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`)
  return [
    '# Third-party notices',
    '',
    'Central Desk is licensed under Apache-2.0 (see LICENSE). It runs on, and ships parts of, the packages below, each',
    'under its own licence; the full texts are in the packages. The fonts Inter and Noto Sans Bengali are under OFL-1.1.',
    'Made from `package-lock.json` by `tools/third-party-notices.ts`.',
    '',
    '| Package | Version | Licence |',
    '|---|---|---|',
    ...[...new Set(lines)].sort(),
    '',
  ].join('\n')
}

if (import.meta.main) {
  const lock = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
    packages: Record<string, LockedPackage>
  }
  const text = noticesOf(lock.packages)
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    process.stderr.write(
      'THIRD_PARTY_NOTICES.md is not what the lockfile says; run node tools/third-party-notices.ts\n',
    )
    process.exit(1)
  }
}
