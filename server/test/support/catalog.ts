/**
 * Everything the catalog knows about schemas desk and app (and who may use schema public), one line a thing, without
 * the numbers that differ from database to database. Two databases with the same lines are made alike. Written apart
 * from the tool that dumps the schema, so that what the tool forgets shows here.
 */
import type pg from 'pg'

/** Rights as a sorted list; rights never touched count as what they are by default. */
const rights = (acl: string, kind: string, owner: string) => `array(
  select concat_ws(' ', coalesce(r.rolname, 'public'), a.privilege_type, a.is_grantable) from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) a
  left join pg_roles r on r.oid = a.grantee order by 1)`

const OURS = "n.nspname in ('desk', 'app')"

const LINES: Readonly<Record<string, string>> = {
  schema: `
    select n.nspname as name, jsonb_build_array(n.nspowner::regrole, ${rights('n.nspacl', 'n', 'n.nspowner')}) as facts
    from pg_namespace n where ${OURS} or n.nspname = 'public'`,
  type: `
    select t.typname as name, jsonb_build_array(n.nspname, t.typtype, t.typowner::regrole, t.typbasetype::regtype, t.typnotnull, t.typdefault) as facts
    from pg_type t join pg_namespace n on n.oid = t.typnamespace where ${OURS}`,
  relation: `
    select c.relname as name, jsonb_build_array(n.nspname, c.relkind, c.relpersistence, c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity,
      c.reloptions, c.relreplident, c.relam, pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
      (select i.inhparent::regclass from pg_inherits i where i.inhrelid = c.oid),
      ${rights('c.relacl', 'r', 'c.relowner')}) as facts
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${OURS}`,
  column: `
    select c.relname || '.' || a.attname as name, jsonb_build_array(a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
      a.attgenerated, a.attstorage, a.attcompression, a.attcollation::regcollation, a.attislocal, a.attinhcount,
      pg_get_expr(d.adbin, d.adrelid),
      array(select concat_ws(' ', e.grantee::regrole, e.privilege_type, e.is_grantable) from aclexplode(a.attacl) e order by 1)) as facts
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where ${OURS} and a.attnum > 0 and not a.attisdropped`,
  constraint: `
    select coalesce(c.relname, t.typname) || '.' || k.conname as name, jsonb_build_array(k.contype, k.condeferrable, k.condeferred, k.convalidated,
      k.conislocal, k.coninhcount, k.connoinherit, pg_get_constraintdef(k.oid)) as facts
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace
    left join pg_class c on c.oid = k.conrelid left join pg_type t on t.oid = k.contypid where ${OURS}`,
  index: `
    select x.relname as name, jsonb_build_array(i.indisunique, i.indisprimary, i.indimmediate, i.indisclustered, i.indisvalid, i.indisreplident,
      pg_get_indexdef(i.indexrelid)) as facts
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_namespace n on n.oid = x.relnamespace where ${OURS}`,
  trigger: `
    select c.relname || '.' || t.tgname as name, jsonb_build_array(t.tgenabled, t.tgdeferrable, t.tginitdeferred, pg_get_triggerdef(t.oid)) as facts
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace where ${OURS} and not t.tgisinternal`,
  policy: `
    select c.relname || '.' || p.polname as name, jsonb_build_array(p.polcmd, p.polpermissive,
      array(select r::regrole::text from unnest(p.polroles) r order by 1),
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) as facts
    from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace where ${OURS}`,
  routine: `
    select p.oid::regprocedure::text as name, jsonb_build_array(p.proowner::regrole, p.prokind, p.provolatile, p.proparallel, p.proisstrict,
      p.proleakproof, p.prosecdef, p.procost, p.prorows, p.proconfig, pg_get_functiondef(p.oid), ${rights('p.proacl', 'f', 'p.proowner')}) as facts
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${OURS}`,
  'default rights': `
    select d.defaclrole::regrole::text as name, jsonb_build_array(d.defaclobjtype, d.defaclnamespace::regnamespace, d.defaclacl) as facts from pg_default_acl d`,
  extension: 'select extname as name, jsonb_build_array(extversion) as facts from pg_extension',
  rule: `
    select r.rulename as name, jsonb_build_array(pg_get_ruledef(r.oid)) as facts
    from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace where ${OURS}`,
  statistics: `
    select s.stxname as name, jsonb_build_array(pg_get_statisticsobjdef(s.oid)) as facts
    from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where ${OURS}`,
}

/** One sorted line a thing. */
export async function catalogLines(client: pg.ClientBase): Promise<string[]> {
  await client.query("set search_path = ''")
  const lines: string[] = []
  for (const [kind, statement] of Object.entries(LINES)) {
    const { rows } = await client.query<{ name: string; facts: unknown }>(statement)
    lines.push(...rows.map(({ name, facts }) => `${kind} ${name} ${JSON.stringify(facts)}`))
  }
  return lines.sort()
}

/** The lines that only one of two catalogs has; nothing when they are alike. */
export function differences(one: readonly string[], other: readonly string[]): string[] {
  const [ours, theirs] = [new Set(one), new Set(other)]
  const only = (lines: Set<string>, rest: Set<string>, sign: string) =>
    [...lines].filter((line) => !rest.has(line)).map((line) => `${sign} ${line}`)
  return [...only(ours, theirs, '-'), ...only(theirs, ours, '+')]
}
