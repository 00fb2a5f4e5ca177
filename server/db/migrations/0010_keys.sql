-- A new key for what is sealed and for what is found by keyed hashes (docs/decisions/0022). Sealed values are bound to
-- their places, so only the program can seal them anew; it does so page by page as desk_rekey, which may read and
-- replace these columns in the workspace it has a scope for, and nothing else.

grant usage on schema desk, app to desk_rekey;

do $$
declare
  tenant_table text;
begin
  foreach tenant_table in array array[
    'attachment', 'contact', 'contact_address', 'contact_search_entry', 'draft', 'inbound_event', 'inbox_sender',
    'inbox_verifier', 'message', 'note', 'saved_reply', 'search_entry', 'visitor'
  ] loop
    execute format(
      'create policy in_workspace_rekey on desk.%I to desk_rekey
         using (workspace_id = (select app.current_workspace()))
         with check (workspace_id = (select app.current_workspace()))', tenant_table);
  end loop;
end
$$;

grant select (workspace_id, id, file_name_sealed, key_sealed), update (file_name_sealed, key_sealed)
  on desk.attachment to desk_rekey;
grant select (workspace_id, id, name_sealed, email_sealed, phone_sealed, comment_sealed, email_key, phone_key),
  update (name_sealed, email_sealed, phone_sealed, comment_sealed, email_key, phone_key) on desk.contact to desk_rekey;
grant select (workspace_id, id, external_sealed, external_key), update (external_sealed, external_key)
  on desk.contact_address to desk_rekey;
grant select (workspace_id, member_id, conversation_id, mode, text_sealed), update (text_sealed)
  on desk.draft to desk_rekey;
grant select (workspace_id, id, raw_sealed), update (raw_sealed) on desk.inbound_event to desk_rekey;
grant select (workspace_id, id, credential_sealed), update (credential_sealed) on desk.inbox_sender to desk_rekey;
grant select (workspace_id, id, secret_sealed), update (secret_sealed) on desk.inbox_verifier to desk_rekey;
grant select (workspace_id, id, conversation_id, text_sealed, preview_sealed, sent_at),
  update (text_sealed, preview_sealed) on desk.message to desk_rekey;
grant select (workspace_id, id, text_sealed), update (text_sealed) on desk.note, desk.saved_reply to desk_rekey;
grant select (workspace_id, id, external_sealed, name_sealed, email_sealed, external_key),
  update (external_sealed, name_sealed, email_sealed, external_key) on desk.visitor to desk_rekey;
grant select, update (tokens) on desk.search_entry, desk.contact_search_entry to desk_rekey;

-- Every table that has a sealed column, as the catalog tells it: a column that a later migration adds is among them by
-- itself. A row is named by its primary key without the workspace, as the program names it when it seals.
create function app.sealed_tables() returns table (table_name text, key_columns text[], key_types text[],
    sealed_columns text[])
  language sql stable
  set search_path = pg_catalog, pg_temp
as $$
  select c.relname::text, keyed.names, keyed.types, array_agg(s.attname::text order by s.attnum)
  from pg_class as c
  join pg_attribute as s on s.attrelid = c.oid and s.attnum > 0 and not s.attisdropped
    and s.atttypid = 'app.sealed'::regtype
  cross join lateral (
    select array_agg(a.attname::text order by u.place) as names,
           array_agg(format_type(a.atttypid, null) order by u.place) as types
    from pg_constraint as k
    cross join unnest(k.conkey) with ordinality as u(number, place)
    join pg_attribute as a on a.attrelid = c.oid and a.attnum = u.number
    where k.conrelid = c.oid and k.contype = 'p' and a.attname <> 'workspace_id'
  ) as keyed
  where c.relnamespace = 'desk'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  group by c.relname, keyed.names, keyed.types
  order by c.relname
$$;

-- A page of the rows of one table of the caller's workspace, in the order of their keys: under which key version each
-- sealed value stands, and the values of a row when one of them stands under another version than the given one. So many
-- bytes of values a page: of a row that is beyond them only the versions come.
create function app.read_seals(p_table text, p_after text[], p_rows int, p_bytes int, p_version int)
  returns table (row_key text[], versions int[], seals bytea[])
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  workspace uuid := app.current_workspace();
  sealed record;
  keys text;
  key_texts text;
  after_keys text;
  columns text;
  versions text;
  is_stale text;
  bytes text;
begin
  if workspace is null then
    raise exception 'no valid scope' using errcode = 'DK003';
  end if;
  select * into strict sealed from app.sealed_tables() as t where t.table_name = p_table;
  select string_agg(format('r.%I', name), ', ' order by place), string_agg(format('r.%I::text', name), ', ' order by place),
         string_agg(format('$2[%s]::%s', place, type), ', ' order by place)
    into keys, key_texts, after_keys
    from unnest(sealed.key_columns, sealed.key_types) with ordinality as u(name, type, place);
  -- Bytes 1 and 2 of an envelope; a part of a value is read without the rest of it.
  select string_agg(format('r.%I', name), ', ' order by place),
         string_agg(format('(get_byte(substring(r.%1$I from 2 for 2), 0) << 8) + get_byte(substring(r.%1$I from 2 for 2), 1)',
           name), ', ' order by place),
         string_agg(format('coalesce(substring(r.%I from 2 for 2) <> substring(int4send($5) from 3 for 2), false)', name), ' or '),
         string_agg(format('coalesce(octet_length(r.%I), 0)', name), ' + ')
    into columns, versions, is_stale, bytes
    from unnest(sealed.sealed_columns) with ordinality as u(name, place);
  return query execute format(
    'select array[%2$s], array[%3$s], case when r.is_stale and r.bytes_before < $4 then array[%4$s]::bytea[] end
     from (
       select r.*, coalesce(sum(case when r.is_stale then r.bytes end)
         over (order by %1$s rows between unbounded preceding and 1 preceding), 0) as bytes_before
       from (
         select %1$s, %4$s, %5$s as is_stale, %6$s as bytes
         from desk.%7$I as r where r.workspace_id = $1 and ($2 is null or (%1$s) > (%8$s))
         order by %1$s limit $3
       ) as r
     ) as r order by %1$s',
    keys, key_texts, versions, columns, is_stale, bytes, p_table, after_keys
  ) using workspace, p_after, p_rows, p_bytes, p_version;
end
$$;

-- Puts new values where the old ones still stand; a row that somebody changed meanwhile is left as it is. Rows:
-- [{key: [text], before: [bytea or null], after: [bytea or null]}]. Answers how many were replaced.
create function app.replace_seals(p_table text, p_rows jsonb) returns int
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  workspace uuid := app.current_workspace();
  sealed record;
  replaced int;
begin
  if workspace is null then
    raise exception 'no valid scope' using errcode = 'DK003';
  end if;
  select * into strict sealed from app.sealed_tables() as t where t.table_name = p_table;
  execute format(
    'update desk.%1$I as r set %2$s
     from jsonb_to_recordset($2) as x(key text[], before bytea[], after bytea[])
     where r.workspace_id = $1 and %3$s and %4$s',
    p_table,
    (select string_agg(format('%I = x.after[%s]', name, place), ', ')
       from unnest(sealed.sealed_columns) with ordinality as u(name, place)),
    (select string_agg(format('r.%I = x.key[%s]::%s', name, place, type), ' and ')
       from unnest(sealed.key_columns, sealed.key_types) with ordinality as u(name, type, place)),
    (select string_agg(format('r.%I is not distinct from x.before[%s]', name, place), ' and ')
       from unnest(sealed.sealed_columns) with ordinality as u(name, place))
  ) using workspace, p_rows;
  get diagnostics replaced = row_count;
  return replaced;
end
$$;

-- While a re-index runs an event or message may be known under an older version of the look-up key. Items:
-- [{workspace_id, inbox_id, kind: 'event' or 'message', key}]; answers those that are known.
create function app.ingest_known(p_scopes text[], p_items jsonb) returns table (inbox_id uuid, kind text, key bytea)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  entered uuid[] := app.enter_ingest(p_scopes);
begin
  return query
    select item.inbox_id, item.kind, item.key
    from jsonb_to_recordset(p_items) as item(workspace_id uuid, inbox_id uuid, kind text, key bytea)
    where case item.kind
      when 'event' then exists (select from desk.inbound_event as e
        where e.workspace_id = item.workspace_id and e.inbox_id = item.inbox_id and e.event_key = item.key)
      when 'message' then exists (select from desk.message_external as e
        where e.workspace_id = item.workspace_id and e.inbox_id = item.inbox_id and e.external_key = item.key)
      end;
end
$$;

revoke execute on function app.sealed_tables(), app.read_seals(text, text[], int, int, int),
  app.replace_seals(text, jsonb), app.ingest_known(text[], jsonb) from public;
grant execute on function app.current_workspace(), app.sealed_tables(), app.read_seals(text, text[], int, int, int),
  app.replace_seals(text, jsonb) to desk_rekey;
grant execute on function app.ingest_known(text[], jsonb) to desk_ingest;
grant create on schema app to desk_ingest_definer;
alter function app.ingest_known(text[], jsonb) owner to desk_ingest_definer;
revoke create on schema app from desk_ingest_definer;
