/**
 * The demo of an empty embedded home: two workspaces with people, inboxes and conversations of the last days. It is made
 * through the desk's own HTTP routes, on a clock that walks from last week to now, so nothing in it could not have
 * happened. Never on an outside database, never beside anybody's rows. Passwords are random, printed once and kept in
 * `demo.json`; a demo that was cut off is said, not patched up.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createDesk } from '../app.ts'
import type { Config } from '../config.ts'
import type { Foundation } from '../foundation.ts'
import type { Logger } from '../kernel/log.ts'
import { StartRefusal } from '../kernel/start-refusal.ts'
import { version } from '../version.ts'
import { WalkingClock } from './clock.ts'
import { type DemoDocument, Director } from './director.ts'
import { NEIGHBOUR, SHAPLA } from './cast.ts'

type DemoParts = {
  readonly config: Config
  readonly foundation: Foundation
  readonly log: Logger
  readonly say: (sentence: string) => void
  readonly isEmptyWanted: boolean
}

const documentFile = (config: Config) => join(config.home, 'demo.json')
const markerFile = (config: Config) => join(config.home, 'demo.being-made')
const SECRET_FILE_MODE = 0o600
const STORY_DAYS = 6
const DAY_MS = 24 * 3_600_000

export function isDemoWanted({ config, foundation, isEmptyWanted }: DemoParts): boolean {
  if (existsSync(markerFile(config))) {
    throw new StartRefusal(
      `The demo was cut off while it was made. Remove the folder ${config.home} (it holds nothing else) and start again.`,
    )
  }
  return !isEmptyWanted && config.databaseUrl === null && foundation.isEmpty
}

/** Key of the web chat inbox that the storefront shows; null when this home has no demo. */
export function demoInboxKey(config: Config): string | null {
  if (config.databaseUrl !== null || !existsSync(documentFile(config))) return null
  const document = JSON.parse(readFileSync(documentFile(config), 'utf8')) as DemoDocument
  return document.workspaces[0]?.inboxes.find((inbox) => inbox.channel === 'webchat')?.key ?? null
}

export async function makeDemo({ config, foundation, say }: DemoParts): Promise<{ tell(): void }> {
  say('Making the demo workspace (once) ...')
  writeFileSync(markerFile(config), '', { mode: SECRET_FILE_MODE })
  const { parts } = foundation
  const clock = new WalkingClock(new Date(parts.clock.now().getTime() - STORY_DAYS * DAY_MS), parts.clock.now())
  const quiet = parts.log.child({}, { level: 'error' })
  const desk = await createDesk({
    ...parts,
    isTls: false,
    clock,
    log: quiet,
    tls: null,
    trustedProxies: [],
    version,
    demoInboxKey: null,
    pageFolders: null,
  })
  try {
    desk.start('all')
    const director = new Director(desk.app, clock, parts.randomness, config.origins)
    const shapla = await director.open(SHAPLA)
    const neighbour = await director.open(NEIGHBOUR)
    const document: DemoDocument = {
      schema: 1,
      url: config.origins.desk,
      storefrontUrl: config.origins.demo,
      workspaces: [shapla, neighbour],
    }
    writeFileSync(documentFile(config), `${JSON.stringify(document, null, 2)}\n`, { mode: SECRET_FILE_MODE })
    rmSync(markerFile(config))
    return { tell: () => say(poster(document, documentFile(config))) }
  } finally {
    await desk.stop()
  }
}

function poster({ workspaces, url, storefrontUrl }: DemoDocument, file: string): string {
  const people = workspaces.flatMap(({ name, members }) =>
    members.map(
      (member) => `  ${name.padEnd(15)} ${member.role.padEnd(7)} ${member.email.padEnd(34)} ${member.password}`,
    ),
  )
  return [
    '',
    'Demo people (shown once; kept in the file below):',
    ...people,
    `  Sign in at ${url}/signin, write as a customer at ${storefrontUrl}`,
    `  ${file}`,
    '',
  ].join('\n')
}
