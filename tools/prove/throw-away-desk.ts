/**
 * Desks to be attacked: one is made with the demo in it, stopped and kept as a model; every probe gets a copy of its
 * own, started anew, and thrown away after it. The copies of one model answer on its port, one at a time. Their
 * database takes the desk's own logins without a password, so that a probe can be a hostile one of them.
 */
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Caller, type OriginName } from '../../controls/probes/caller.ts'
import { readCast } from '../../controls/probes/cast.ts'
import type { Certificate, SqlLogin, Stage } from '../../controls/probes/probe.ts'
import { connectSql, type SqlClient } from '../../controls/probes/sql.ts'
import { selfSigned } from '../../server/test/support/certificate.ts'
import { type DeskProcess, deskProcess } from './desk-process.ts'

export type Model = {
  /** A desk of its own for one probe; `env` is given to its process. */
  raise(env?: Readonly<Record<string, string>>): Promise<{ stage: Stage; end(): Promise<void> }>
  remove(): void
}

const SUPERUSER = 'desk_superuser'
const OPEN_LOGINS = '\nlocal desk desk_app,desk_auth,desk_ingest,desk_worker,desk_rekey,desk_audit_janitor trust\n'

/** Takes about seven seconds. */
export async function makeModel(): Promise<Model> {
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-prove-'))
  chmodSync(folder, 0o711)
  const home = join(folder, 'model')
  const port = await freePort()
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const desk = deskProcess({ home, port })
    await desk.start()
    await desk.stop()
    letLoginsIn(home)
  } catch (error) {
    remove()
    throw error
  }
  let raised = 0
  return {
    remove,
    async raise(env = {}) {
      raised += 1
      const copy = join(folder, `desk-${raised}`)
      const { status } = spawnSync('cp', ['-a', '--reflink=auto', home, copy])
      if (status !== 0) throw new Error('the model could not be copied')
      const desk = deskProcess({ home: copy, port, env })
      const open: SqlClient[] = []
      const besides: DeskProcess[] = []
      const end = async () => {
        for (const client of open) await client.end().catch(() => {})
        for (const beside of besides) await beside.stop()
        await desk.stop()
        rmSync(copy, { recursive: true, force: true })
      }
      try {
        await desk.start()
        const beside = (more: Readonly<Record<string, string>> = {}) => startBeside(copy, { ...env, ...more }, besides)
        return { stage: { ...stageOn(desk, copy, port, open), beside }, end }
      } catch (error) {
        await end()
        throw error
      }
    },
  }
}

/** The first rule that fits decides, so ours goes before those that are there. */
function letLoginsIn(home: string): void {
  const file = join(home, 'postgres', 'data', 'pg_hba.conf')
  if (!existsSync(file)) throw new Error(`the database of a throw-away desk does not lie in its home: ${home}`)
  const rules = readFileSync(file, 'utf8')
  // Truncating and appending keeps owner and mode.
  const emptied = spawnSync('truncate', ['-s', '0', file])
  if (emptied.status !== 0) throw new Error('the rules of the database could not be written')
  appendFileSync(file, `${OPEN_LOGINS}${rules}`)
}

function addressesOn(port: number) {
  return (origin: OriginName) => `http://${origin === 'desk' ? '' : `${origin}.`}localhost:${port}`
}

/** On the same home, with the database of the process that runs there as if it were an outside one. */
async function startBeside(home: string, env: Readonly<Record<string, string>>, besides: DeskProcess[]) {
  const { user, password = '', host, database } = addressOfSql(home, 'desk_owner')
  const port = await freePort()
  const login = `${user}:${encodeURIComponent(password)}`
  const databaseUrl = `postgres://${login}@${encodeURIComponent(host)}/${database}`
  const desk = deskProcess({ home, port, env: { ...env, DATABASE_URL: databaseUrl } })
  besides.push(desk)
  await desk.start()
  const addressOf = addressesOn(port)
  return { url: addressOf('desk'), addressOf, caller: () => new Caller(addressOf) }
}

function stageOn(desk: DeskProcess, home: string, port: number, open: SqlClient[]): Omit<Stage, 'beside'> {
  const cast = readCast(join(home, 'demo.json'))
  const addressOf = addressesOn(port)
  const scratch = join(home, 'scratch')
  mkdirSync(scratch)
  const caller = () => new Caller(addressOf)
  return {
    url: addressOf('desk'),
    addressOf,
    caller,
    cast,
    home,
    scratch,
    async signedIn(email) {
      const member = [...cast.shapla.members, ...cast.meghna.members].find((one) => one.email === email)
      if (!member) throw new Error('nobody of the cast has that address')
      const signing = caller()
      const body = { email, password: member.password, sharedComputer: false }
      const answer = await signing.call('POST', '/api/v1/session', { body })
      if (answer.status !== 201) throw new Error(`signing in was answered ${answer.status}`)
      return signing
    },
    async sql(login: SqlLogin) {
      const client = await connectSql(addressOfSql(home, login))
      open.push(client)
      return client
    },
    printed: desk.printed,
    stop: desk.stop,
    start: desk.start,
    processId: desk.processId,
    operate: (...words) => desk.operate(words),
    certificate: () => certificateIn(scratch),
  }
}

/** For every name of a desk on this machine; its own authority. */
function certificateIn(scratch: string): Certificate {
  const folder = mkdtempSync(join(scratch, 'certificate-'))
  const { cert, key } = selfSigned(['localhost', '*.localhost', '127.0.0.1'])
  const certificateFile = join(folder, 'certificate.pem')
  const keyFile = join(folder, 'certificate.key')
  writeFileSync(certificateFile, cert)
  writeFileSync(keyFile, key, { mode: 0o600 })
  return { certificate: cert, key, certificateFile, keyFile }
}

function addressOfSql(home: string, login: SqlLogin) {
  const { socketFolder } = JSON.parse(readFileSync(join(home, 'running.json'), 'utf8')) as { socketFolder: string }
  const keyFile = login === 'superuser' ? 'postgres-superuser' : login === 'desk_owner' ? 'postgres-owner' : null
  return {
    host: socketFolder,
    port: 5432,
    database: 'desk',
    user: login === 'superuser' ? SUPERUSER : login,
    password: keyFile ? readFileSync(join(home, 'keys', keyFile), 'utf8').trim() : undefined,
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
