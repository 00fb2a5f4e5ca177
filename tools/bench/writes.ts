/**
 * What a run wrote for each message, read from the write-ahead log between two places in it: rows, index entries and
 * bytes, of the tables that intake fills for each message. Left out is what is not one message's own: the counters of
 * workspaces and inboxes, which many messages of one batch raise together (that they do is what a batch is for), the
 * search index, which another loop fills behind, and whole pages after a checkpoint. Bytes are those of what is inserted:
 * an updated row takes few or many, as it finds room on its page or not, which is the page's doing and not the run's.
 */
import type pg from 'pg'

export type Writes = { readonly rows: number; readonly entries: number; readonly bytes: number }

/** Two runs that write this much more or less a message do not do the same. */
export const WRITES_DIFFER_MAX = 0.1

const TABLES = ['inbound_event', 'message_external', 'contact', 'contact_address', 'conversation', 'message', 'event']

const COUNTED = `
  with recursive part(oid) as (
    select c.oid from pg_class as c where c.relnamespace = 'desk'::regnamespace and c.relname = any ($3)
    union
    select i.inhrelid from part join pg_inherits as i on i.inhparent = part.oid
  ), relation as (
    select pg_relation_filenode(part.oid) as filenode, false as is_index from part
    union all
    select pg_relation_filenode(x.indexrelid), true from part join pg_index as x on x.indrelid = part.oid
  ), written as (
    select b.start_lsn, r.is_index, b.record_type, max(b.record_length - b.block_fpi_length) as bytes
    from pg_get_wal_block_info($1, $2, false) as b join relation as r on r.filenode = b.relfilenode
    where b.resource_manager in ('Heap', 'Heap2', 'Btree')
      and (b.record_type like '%INSERT%' or b.record_type like '%UPDATE%')
    group by 1, 2, 3
  )
  select count(*) filter (where not is_index)::float8 as rows, count(*) filter (where is_index)::float8 as entries,
         coalesce(sum(bytes) filter (where record_type like '%INSERT%'), 0)::float8 as bytes
  from written`

export async function logPlace(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ place: string }>('select pg_current_wal_insert_lsn()::text as place')
  return rows[0]?.place ?? ''
}

/** A message, between two places in the log. */
export async function writesOf(client: pg.Client, from: string, messages: number): Promise<Writes> {
  await client.query('create extension if not exists pg_walinspect')
  const flushed = 'select pg_current_wal_flush_lsn()::text as place'
  const upTo = (await client.query<{ place: string }>(flushed)).rows[0]?.place
  const { rows } = await client.query<Writes>(COUNTED, [from, upTo, TABLES])
  const [all] = rows
  if (!all) throw new Error('the log says nothing')
  return { rows: all.rows / messages, entries: all.entries / messages, bytes: all.bytes / messages }
}

/** In what two runs differ by more than is allowed, in words; empty when they do the same work. */
export function differences(ours: Writes, limit: Writes): string[] {
  const words = { rows: 'rows', entries: 'index entries', bytes: 'bytes of write-ahead log' } as const
  return (['rows', 'entries', 'bytes'] as const).flatMap((key) => {
    const share = Math.abs(ours[key] - limit[key]) / limit[key]
    if (share <= WRITES_DIFFER_MAX) return []
    return [`${words[key]} a message: ours ${ours[key].toFixed(1)}, the limit’s ${limit[key].toFixed(1)}`]
  })
}
