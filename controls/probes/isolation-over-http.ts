/**
 * Calls every route of a workspace with ids of the neighbouring one. Each call first succeeds with its own ids; then one
 * id is swapped, one at a time, and at last all of them at once. "Not found" is the only answer, as for what is not there
 * at all; no row of either workspace changes, and no rare word of the neighbour comes back in any answer, stream or log.
 */
import { type Belongings, furnish } from './belongings.ts'
import type { Answer } from './caller.ts'
import { caseOf, withoutCase } from './cases.ts'
import { liftBudgets } from './newcomers.ts'
import { attackOtherDoors } from './other-doors.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'
import { type Ask, askRoute, isOfWorkspace, type Route, readRoutes, swapsOf, withId } from './routes.ts'
import { changedTables, lookAtRows, type Rows, workspaceUuid } from './rows.ts'
import type { SqlClient } from './sql.ts'

const ROUTES_MIN = 40

export type Attack = {
  readonly stage: Stage
  readonly exam: Exam
  readonly own: Belongings
  readonly neighbour: Belongings
}
type Watch = { readonly superuser: SqlClient; readonly uuids: readonly string[]; rows: Rows }

export const isolationOverHttp: StageProbe = {
  name: 'isolation-over-http',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const superuser = await stage.sql('superuser')
    const { shapla, meghna, by, stranger } = stage.cast
    const uuids = [await workspaceUuid(superuser, shapla.slug), await workspaceUuid(superuser, meghna.slug)]
    const own = await furnish(stage, await stage.signedIn(by.owner.email), shapla)
    const neighbour = await furnish(stage, await stage.signedIn(stranger.email), meghna)
    const all = await readRoutes(stage)
    const missing = withoutCase(all)
    exam.control(`every route has a case, but ${missing.join(', ')}`, missing.length === 0)
    const routes = all.filter((route) => isOfWorkspace(route) && !route.isStream)
    exam.control('the desk tells of its routes', routes.length >= ROUTES_MIN)
    const attack: Attack = { stage, exam, own, neighbour }
    await succeedWithOwnIds(attack, routes)
    await swapIds(attack, routes, { superuser, uuids, rows: new Map() })
    if (exam.isBroken()) return
    await attackOtherDoors(attack)
    exam.attempt("the log holds the neighbour's words", !stage.printed().includes(neighbour.mark))
  },
}

async function succeedWithOwnIds({ stage, exam, own, neighbour }: Attack, routes: readonly Route[]): Promise<void> {
  for (const route of routes) {
    const answer = await askRoute(own.owner, route, await caseOf(route, { stage, own, as: own.owner }))
    exam.control(`${route.name} with one's own ids: ${answer.status}`, answer.status === route.status)
    exam.attempt(`${route.name} with one's own ids: the neighbour's words`, !answer.text.includes(neighbour.mark))
  }
}

/** What is used up by a call is made for all of them before the first look at the rows. */
async function swapIds(attack: Attack, routes: readonly Route[], watch: Watch): Promise<void> {
  const { stage, own, neighbour } = attack
  const asks: { route: Route; ask: Ask }[] = []
  for (const route of routes) asks.push({ route, ask: await caseOf(route, { stage, own, as: own.owner }) })
  watch.rows = await lookAtRows(watch.superuser, watch.uuids)
  for (const { route, ask } of asks) {
    for (const { place, ask: swapped } of swapsOf(route, ask, neighbour.ids)) {
      await attackOnce(attack, route, swapped, `${place.in} ${place.name}`, place.in === 'query')
    }
    const all = route.ids.reduce((one, place) => withId(one, place, neighbour.ids[place.kind] ?? ''), ask)
    await attackOnce(attack, route, all, 'all ids', false)
    await nothingChanged(attack, route, watch)
  }
}

async function attackOnce({ exam, own, neighbour }: Attack, route: Route, ask: Ask, what: string, isFilter: boolean) {
  const answer = await askRoute(own.owner, route, ask)
  const isEmpty = isFilter && answer.status === 200 && isEmptyList(answer)
  exam.attempt(`${route.name}, ${what} of the neighbour: ${answer.status}`, answer.status === 404 || isEmpty)
  exam.attempt(`${route.name}, ${what}: the neighbour's words`, !answer.text.includes(neighbour.mark))
}

/** A list asked for with a foreign filter: nothing fits it. */
function isEmptyList({ body }: Answer): boolean {
  const lists = Object.values((body ?? {}) as Record<string, unknown>).filter(Array.isArray)
  return lists.length > 0 && lists.every((list) => list.length === 0)
}

async function nothingChanged({ exam }: Attack, route: Route, watch: Watch): Promise<void> {
  const rows = await lookAtRows(watch.superuser, watch.uuids)
  const changed = changedTables(watch.rows, rows)
  exam.attempt(`${route.name} changed rows of ${changed.join(', ')}`, changed.length === 0)
  watch.rows = rows
}
