/**
 * Completes package-lock.json with the platform builds that the registry in use did not offer.
 *
 * `npm ci` refuses a lockfile in which an optional dependency has no entry, even one for another
 * operating system. A registry mirror may carry only some platforms, so after each change of
 * dependencies run `node tools/complete-lockfile.mjs`: it adds an entry (version, os, cpu, libc) for
 * each absent platform build, and takes out download addresses. Added entries carry no integrity hash:
 * a machine of that platform should run `npm install` once to fill them in.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const systems = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'win32',
  'windows',
  'openharmony',
  'netbsd',
  'openbsd',
  'sunos',
  'aix',
]
const cpus = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el']

/** `@scope/binding-linux-arm64-musl` -> { os: ['linux'], cpu: ['arm64'], libc: ['musl'] } */
function platformOf(name) {
  const words = name.split(/[/-]/)
  if (name.includes('wasm32')) return { cpu: ['wasm32'] }
  const os = words.find((word) => systems.includes(word))
  const cpu = words.find((word) => cpus.includes(word) || word === 'universal')
  if (!os) throw new Error(`cannot tell the platform of ${name}`)
  const libc =
    os !== 'linux' ? undefined : words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined
  return {
    ...(cpu && cpu !== 'universal' ? { cpu: [cpu] } : {}),
    os: [os === 'windows' ? 'win32' : os],
    ...(libc ? { libc: [libc] } : {}),
  }
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
let added = 0
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const home = `node_modules/${name}`
    if (path === '' || lock.packages[home] || lock.packages[`${path}/${home}`]) continue
    lock.packages[home] = {
      version: range.replace(/^[\^~]/, ''),
      ...(entry.dev ? { dev: true } : {}),
      ...platformOf(name),
      optional: true,
    }
    added += 1
  }
}
for (const entry of Object.values(lock.packages)) {
  if (!entry.link) delete entry.resolved
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} platform entries added`)
