/** The re-index of visitors: by which external id each of them is found, computed anew from what is sealed beside it. */
import { type IndexWalk, pageOf } from '../../kernel/walk.ts'
import { storeVisitorKey, type VisitorKey, visitorsAfter } from './queries.ts'
import { VISITOR_PURPOSE } from './thread.ts'

const PAGE_ROWS = 200

export const visitorWalk: IndexWalk = {
  table: 'visitor',
  family: 'lookup',
  columns: ['visitor.external_key'],
  async page(tx, after, mode) {
    const idOf = ({ id }: VisitorKey) => id
    const deedFor = ({ id, external_sealed, external_key }: VisitorKey) => {
      const externalId = tx.keys.unsealText({ table: 'visitor', row: id, field: 'external' }, external_sealed)
      const key = tx.keys.lookup(VISITOR_PURPOSE, externalId)
      return key.equals(external_key) ? null : () => storeVisitorKey(tx, id, key)
    }
    return pageOf(await visitorsAfter(tx, after, PAGE_ROWS), { limit: PAGE_ROWS, mode, idOf, deedFor })
  },
}
