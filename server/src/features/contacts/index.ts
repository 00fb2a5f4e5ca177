/** The front door of contacts: three routes, and what rooms that show or find people need. */
import type { Routes } from '../../kernel/web/routes.ts'
import type { ContactsParts } from './list.ts'
import { mountContacts } from './routes.ts'

export { markBlocked, unmarkBlocked } from './block.ts'
export { indexNames } from './indexing.ts'
export { type ContactsParts, findByName } from './list.ts'
export { openContact } from './open.ts'
export { contactLabel, contactText } from './present.ts'
export { contactWalks } from './reindexing.ts'

export function createContactsRoom(parts: ContactsParts) {
  return { mount: (routes: Routes) => mountContacts(routes, parts) }
}
