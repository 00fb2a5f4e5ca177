/**
 * Who may import whom. The table is the architecture: a room looks up the list through a front door and publishes down,
 * adapters translate and reach nothing, screens know the contract only. The test first finds every planted fault, and
 * says how many imports it read: a wall that sees nothing says yes to everything.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Import, importsOf, ROOT, type SourceFile, sourceFiles } from '#test/support/source.ts'

/** In the order of app.ts. */
const ROOMS = [
  'identity',
  'workspaces',
  'members',
  'inboxes',
  'files',
  'contacts',
  'conversations',
  'intake',
  'delivery',
  'realtime',
  'webchat',
  'keys',
  'pages',
  'trust',
]
/** Rooms that speak to channels through the registry and the port. */
const ROOMS_WITH_CHANNELS = new Set(['inboxes', 'intake', 'delivery', 'webchat'])
/** What an adapter may know of the kernel: the way out, time, chance, and how a secret is held. */
const KERNEL_FOR_CHANNELS = /^server\/src\/kernel\/(outbound[\w-]*|clock|secret|refusal|assert)\.ts$/
const COMPOSERS =
  /^server\/src\/(main|app|routes-cli|foundation)\.ts$|^server\/src\/demo\/|^server\/src\/operator\/|^server\/test\//

function isTest(path: string): boolean {
  return /\.test\.(ts|mjs)$/.test(path) || path.startsWith('server/test/') || /^(widget|desk)\/test\//.test(path)
}

/** Why an import may not be, or null. */
function faultOf({ from, specifier, target }: Import): string | null {
  if (from.startsWith('contract/')) return contractFault(from, specifier, target)
  if (target === null) return null
  if (target.startsWith('tools/') && !from.startsWith('tools/') && !isTest(from))
    return 'tools are for developers and tests'
  if (from.startsWith('tools/') || isTest(from)) return null
  if (from.startsWith('controls/')) return controlsFault(from, target)
  if (/^(desk|widget)\//.test(from)) return screenFault(from, target)
  if (target === 'server/src/app.ts' && !COMPOSERS.test(from)) return 'nobody imports app.ts but what composes a desk'
  if (from.startsWith('server/src/kernel/')) {
    return /^(contract\/|server\/src\/(kernel|postgres)\/)/.test(target)
      ? null
      : 'the kernel knows no room and no channel'
  }
  if (from.startsWith('server/src/channels/')) return channelFault(from, target)
  if (from.startsWith('server/src/features/')) return roomFault(from, target)
  return null
}

function contractFault(from: string, specifier: string, target: string | null): string | null {
  if (target?.startsWith('contract/src/') || /^typebox($|\/)/.test(specifier)) return null
  if (isTest(from) && (target === null || target.startsWith('contract/'))) return null
  return 'the contract imports TypeBox and itself'
}

function controlsFault(from: string, target: string): string | null {
  if (from.startsWith('controls/claims/'))
    return target.startsWith('controls/claims/') ? null : 'claims know nothing else'
  return /^(controls|contract\/src)\//.test(target) ? null : 'probes see a desk from outside'
}

function screenFault(from: string, target: string): string | null {
  const own = from.split('/')[0] ?? ''
  return target.startsWith('contract/src/') || target.startsWith(`${own}/`)
    ? null
    : 'screens know the contract and themselves'
}

function channelFault(from: string, target: string): string | null {
  if (target.startsWith('contract/src/') || KERNEL_FOR_CHANNELS.test(target)) return null
  const [, , , own, rest] = from.split('/')
  if (!target.startsWith('server/src/channels/')) return 'an adapter translates; it reaches for nothing'
  const [, , , other, otherRest] = target.split('/')
  if (otherRest === undefined || rest === undefined || other === own) return null
  return 'adapters do not know each other'
}

function roomFault(from: string, target: string): string | null {
  if (/^(contract\/src|server\/src\/kernel)\//.test(target)) return null
  const room = from.split('/')[3] ?? ''
  if (room === 'trust' && target.startsWith('controls/claims/')) return null
  if (target.startsWith('server/src/channels/')) {
    if (!ROOMS_WITH_CHANNELS.has(room)) return 'this room asks for no channel; be given a function instead'
    return /\/channels\/(registry|port|sending)\.ts$/.test(target)
      ? null
      : 'channels are reached through registry, port and sending'
  }
  if (!target.startsWith('server/src/features/')) return 'a room imports kernel, contract, itself and earlier rooms'
  const other = target.split('/')[3] ?? ''
  if (other === room) return null
  if (!target.endsWith(`/features/${other}/index.ts`)) return `use ${other}/index.ts`
  return ROOMS.indexOf(other) < ROOMS.indexOf(room) ? null : `${other} comes after ${room}; publish instead`
}

function faultsIn(files: readonly SourceFile[]): { read: number; faults: string[] } {
  const imports = files.flatMap(importsOf)
  const faults = imports.flatMap((one) => {
    const why = faultOf(one)
    return why ? [`${one.from} imports ${one.specifier}: ${why}`] : []
  })
  return { read: imports.length, faults }
}

const PLANTED: readonly [path: string, text: string][] = [
  ['contract/src/a.ts', "import { x } from 'node:fs'"],
  ['contract/src/b.ts', "export * from '../../server/src/app.ts'"],
  ['desk/src/a.ts', "import type { Kernel } from '../../server/src/kernel/kernel.ts'"],
  ['widget/src/a.ts', "const x = await import('../../desk/src/lib/api.ts')"],
  ['server/src/kernel/a.ts', "import { y } from '../features/intake/index.ts'"],
  ['server/src/channels/api/a.ts', "import { y } from '../webchat/adapter.ts'"],
  ['server/src/channels/api/b.ts', "import { y } from '../../kernel/scope.ts'"],
  ['server/src/features/members/a.ts', "import { y } from '../identity/queries.ts'"],
  ['server/src/features/identity/a.ts', "import { y } from '../members/index.ts'"],
  ['server/src/features/conversations/a.ts', "import { y } from '../../channels/registry.ts'"],
  ['server/src/features/intake/a.ts', "import { y } from '../../channels/api/adapter.ts'"],
  ['server/src/features/intake/b.ts', "import { y } from '../../app.ts'"],
  ['server/src/features/intake/c.ts', "import { y } from '../../../../tools/x.ts'"],
  ['server/src/features/intake/d.ts', "import { y } from '../../../../controls/claims/index.ts'"],
  ['server/src/features/trust/a.ts', "import { y } from '../../../../controls/probes/index.ts'"],
  ['controls/claims/a.ts', "import { y } from '../probes/index.ts'"],
  ['controls/probes/a.ts', "import { y } from '../../server/src/kernel/scope.ts'"],
]

test('every planted fault is found', () => {
  for (const [path, text] of PLANTED) {
    assert.equal(faultsIn([{ path, text }]).faults.length, 1, `${path}: ${text}`)
  }
})

test('nothing in the house reaches through a wall', () => {
  const { read, faults } = faultsIn(sourceFiles(ROOT))
  assert.deepEqual(faults, [])
  assert.ok(read > 600, `only ${read} imports were read`)
})
