/**
 * What every room is handed: the doors to the data, the keys, time and chance, the way out, the wake-up calls. Made
 * once by `app.ts`, passed down as an argument; nothing here knows a room.
 */
import { createHmac } from 'node:crypto'
import { dirname } from 'node:path'
import type { Clock, Randomness } from './clock.ts'
import { createDenials, type Denials } from './denials.ts'
import { createIdMint, type IdMint } from './ids.ts'
import type { Logger } from './log.ts'
import type { Outbound } from './outbound.ts'
import type { Pools } from './pools.ts'
import { createLimiter, type Limiter } from './rate-limit.ts'
import { createDisk, type Disk } from './disk.ts'
import { createDoors, type Doors } from './scope.ts'
import { createScopeSigner } from './scope-signature.ts'
import { createSignals, type Signals } from './signals.ts'
import type { Vault } from './vault/index.ts'
import { createWatch, type Watch } from './watch.ts'
import type { Origins } from './web/origins.ts'

export type Settings = {
  readonly origins: Origins
  /** Only over TLS do cookies carry `__Host-` and Secure. */
  readonly isTls: boolean
  /** The desk listens on this machine only. */
  readonly isLoopback: boolean
  /** Inboxes may name addresses of this machine: only where nobody from elsewhere can connect one. */
  readonly mayCallLoopback: boolean
  /** Folder of sealed files, inside DESK_HOME. */
  readonly filesFolder: string
}

export type Kernel = Settings & {
  readonly doors: Doors
  readonly vault: Vault
  readonly clock: Clock
  readonly randomness: Randomness
  readonly mint: IdMint
  readonly log: Logger
  readonly limiter: Limiter
  readonly denials: Denials
  readonly signals: Signals
  readonly watch: Watch
  readonly disk: Disk
  readonly outbound: Outbound
  /** A secret of this desk for one purpose, derived from the master key; 32 bytes, the same at each start. */
  readonly secretFor: (purpose: string) => Buffer
}

export type KernelParts = Settings & {
  readonly pools: Pools
  readonly vault: Vault
  readonly scopeKey: Buffer
  /** Root of `secretFor`, derived from the master key. */
  readonly secret: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Logger
  readonly outbound: Outbound
  /** Folder of the embedded database; it may lie on another disk than the home. */
  readonly dataFolder?: string
}

export function createKernel(parts: KernelParts): Kernel {
  const { pools, vault, clock, randomness, log, outbound } = parts
  const mint = createIdMint({ clock, randomness })
  const signals = createSignals(log)
  const doors = createDoors({
    pools,
    vault,
    sign: createScopeSigner(parts.scopeKey),
    clock,
    mint,
    onEvents: (workspaceId, lastNumber) => signals.tell('events', { workspaceId, lastNumber, isOurs: true }),
  })
  const secretFor = (purpose: string) => createHmac('sha256', parts.secret).update(purpose).digest()
  return {
    origins: parts.origins,
    isTls: parts.isTls,
    isLoopback: parts.isLoopback,
    mayCallLoopback: parts.mayCallLoopback,
    filesFolder: parts.filesFolder,
    doors,
    vault,
    clock,
    randomness,
    mint,
    log,
    limiter: createLimiter(doors, secretFor('rate-budget'), clock),
    denials: createDenials(doors, clock, log),
    signals,
    watch: createWatch(doors, pools.desk_app, signals, log),
    disk: createDisk({
      folders: [dirname(parts.filesFolder), ...(parts.dataFolder ? [parts.dataFolder] : [])],
      clock,
      log,
    }),
    outbound,
    secretFor,
  }
}
