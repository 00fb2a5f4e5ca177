/**
 * Sends statements by themselves and times them: as the program's own role under its signed scope, or as a superuser whom
 * no policy holds. The difference is what row-level security costs.
 */
import pg from 'pg'
import { createScopeSigner } from '../../server/src/kernel/scope-signature.ts'
import type { DatabaseAddress } from '../../server/src/postgres/address.ts'

export type Statement = { readonly text: string; readonly values: unknown[] }

export class Replayer {
  readonly client: pg.Client
  readonly #role: string
  readonly #sign: ReturnType<typeof createScopeSigner>

  private constructor(client: pg.Client, role: string, scopeKey: Buffer) {
    this.client = client
    this.#role = role
    this.#sign = createScopeSigner(scopeKey)
  }

  static async on(address: DatabaseAddress, scopeKey: Buffer): Promise<Replayer> {
    const client = new pg.Client({ ...address, options: '-c search_path=desk,app -c timezone=UTC' })
    await client.connect()
    return new Replayer(client, address.user, scopeKey)
  }

  /** How long each statement took, in milliseconds, inside one scope. */
  async replay(workspaceId: string, statements: readonly Statement[]): Promise<number[]> {
    const { client } = this
    const pid = (client as unknown as { processID: number }).processID
    await client.query('begin read only')
    await client.query("select set_config('app.scope', $1, true)", [this.#sign(this.#role, workspaceId, pid)])
    const took_ms: number[] = []
    for (const { text, values } of statements) {
      const begun_ms = performance.now()
      await client.query(text, values)
      took_ms.push(performance.now() - begun_ms)
    }
    await client.query('rollback')
    return took_ms
  }

  end(): Promise<void> {
    return this.client.end()
  }
}
