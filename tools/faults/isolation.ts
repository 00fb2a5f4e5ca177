/** Faults against the walls between workspaces (A2): mistakes that programs of this kind are known for. */
import type { Fault } from './fault.ts'

type Plant = Fault['plant']

function overHttp(name: string, plant: Plant): Fault {
  return { name, claim: 'A2', probe: 'isolation-over-http', plant }
}

function inSql(name: string, statements: string): Fault {
  return { name, claim: 'A2', probe: 'isolation-in-sql', plant: { kind: 'sql', statements } }
}

const IS_HERE = 'part[3] = pg_backend_pid()::text'
const IS_YOUNG = 'part[4]::bigint >= extract(epoch from clock_timestamp())::bigint'
const IS_SIGNED = `exists (select from app.scope_key as key cross join unnest(logins) as login
  where encode(sha256(key.outer_pad || sha256(key.inner_pad || convert_to(
    'v1|' || login || '|' || part[2] || '|' || part[3] || '|' || part[4], 'UTF8'))), 'hex') = part[5])`

/** `app.current_workspace()` that looks at these alone. */
function lenientScope(name: string, checks: readonly string[], logins = 'array[session_user::text]'): Fault {
  return inSql(
    name,
    `create or replace function app.current_workspace() returns uuid
       language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
     declare
       part text[] := string_to_array(current_setting('app.scope', true), '.');
       logins text[] := ${logins};
     begin
       if cardinality(part) = 5 and part[1] = 'v1' then
         if ${checks.join(' and ')} then return part[2]::uuid; end if;
       end if;
       return null;
     end $$`,
  )
}

function patch(file: string, find: string, replace: string): Plant {
  return { kind: 'patch', file, find, replace }
}

export const isolationFaults: readonly Fault[] = [
  overHttp(
    'whoever is a member somewhere is taken for a member everywhere',
    patch(
      'server/src/features/identity/queries.ts',
      `    .where('member.workspace_id', '=', workspaceId)
    .where('member.user_id', '=', userId)`,
      "    .where('member.user_id', '=', userId)",
    ),
  ),
  overHttp(
    'who is no member learns that the workspace exists',
    patch(
      'server/src/kernel/web/routes.ts',
      "if (!workspaceId || !member) throw refuse('not_found')",
      "if (!workspaceId || !member) throw refuse('forbidden')",
    ),
  ),
  overHttp(
    "a visitor's token counts at every inbox",
    patch('server/src/features/webchat/queries.ts', "    .where('inbox.key', '=', inboxKey)\n", ''),
  ),
  overHttp(
    'the signature of a link to a file is not compared',
    patch(
      'server/src/features/files/links.ts',
      'if (!timingSafeEqual(bytes.subarray(BODY_BYTES), macOf(body))) return null',
      '',
    ),
  ),
  overHttp(
    'the signature of a call from outside is not compared',
    patch(
      'server/src/channels/api/signature.ts',
      "if (!isSigned(given, expected)) return { ok: false, reason: 'wrong_signature' }",
      '',
    ),
  ),
  overHttp(
    'streams of all workspaces are one room',
    patch(
      'server/src/features/realtime/index.ts',
      'return [...feed.readers].filter((reader) => reader.isLive)',
      'return [...feeds.values()].flatMap(({ readers }) => [...readers]).filter((reader) => reader.isLive)',
    ),
  ),
  overHttp('a name that one workspace has taken is taken for all', {
    kind: 'sql',
    statements: 'create unique index planted on desk.saved_reply (shortcut) where length(shortcut) = 15',
  }),
  overHttp(
    'the log holds what was searched for',
    patch('server/src/kernel/web/server.ts', 'log.info({', 'log.info({ planted: request.url,'),
  ),
  lenientScope('the signature of a scope is not verified', [IS_HERE, IS_YOUNG]),
  lenientScope('a scope that has run out still counts', [IS_SIGNED, IS_HERE]),
  lenientScope('a scope counts on every connection', [IS_SIGNED, IS_YOUNG]),
  lenientScope(
    'a scope counts for every login',
    [IS_SIGNED, IS_HERE, IS_YOUNG],
    "array['desk_app', 'desk_auth', 'desk_ingest', 'desk_worker', 'desk_rekey']",
  ),
  inSql(
    'the policy of one table lets everything through',
    'alter policy in_workspace on desk.note using (true) with check (true)',
  ),
  inSql('row-level security is left out for one table', 'alter table desk.draft disable row level security'),
  inSql(
    'a second policy looks across workspaces',
    'create policy reports on desk.conversation for select to desk_worker using (true)',
  ),
  inSql(
    'a policy says what is seen, but not what is written',
    'alter policy in_workspace on desk.tag with check (true)',
  ),
  inSql(
    'a view of the owner shows what its table does not',
    `alter table desk.note no force row level security;
     create view desk.recent_notes as select workspace_id, id from desk.note;
     alter view desk.recent_notes owner to desk_owner;
     grant select on desk.recent_notes to desk_app`,
  ),
  inSql(
    'a copy for reports knows no policies',
    `create materialized view desk.report as select workspace_id, id from desk.message;
     grant select on desk.report to desk_app`,
  ),
  inSql(
    'a key leaves the workspace out',
    `alter table desk.conversation add constraint planted unique (id);
     alter table desk.note drop constraint note_workspace_id_conversation_id_fkey;
     alter table desk.note add constraint planted foreign key (conversation_id) references desk.conversation (id)`,
  ),
  inSql('the program may pass by row-level security', 'alter role desk_worker bypassrls'),
  inSql('the program may read the key of the scopes', 'grant select on app.scope_key to desk_app'),
  inSql('the program may put on the role of the search index', 'grant desk_search_definer to desk_app'),
  inSql(
    'intake believes the workspaces that it is told',
    `create or replace function app.enter_ingest(p_scopes text[]) returns uuid[]
       language plpgsql set search_path = pg_catalog, pg_temp as $$
     declare
       entered uuid[] := array(select split_part(scope, '.', 2)::uuid from unnest(p_scopes) as u(scope)
         where split_part(scope, '.', 2) ~ '^[0-9a-f-]{36}$');
       setting text := set_config('app.ingest_workspaces', entered::text, true);
     begin return entered; end $$`,
  ),
  inSql(
    'the search index forgets whose words it holds',
    `create or replace function app.search_contacts(p_words bigint[], p_limit integer) returns table (contact_id uuid)
       language sql stable security definer set search_path = pg_catalog, pg_temp as $$
         select e.contact_id from desk.contact_search_entry as e where e.tokens && p_words limit p_limit $$`,
  ),
]
