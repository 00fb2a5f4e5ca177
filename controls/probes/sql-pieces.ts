/**
 * Pieces of SQL as attackers put them where a value should be: ends of strings, second statements, conditions, unions,
 * waits, comments, other encodings of a quote, and values of another kind. What they call is made by the probe.
 */

/** In the database's log when a piece was run. */
export const WORD = 'p2fired'
/** Nobody but a piece writes there. */
export const TABLE = 'public.p2_touched'
const FIRE = 'public.p2_fired()'
const TOUCH = `insert into ${TABLE} values ('x')`

export const PIECES: readonly string[] = [
  `'`,
  `' || ${FIRE} || '`,
  `'; ${TOUCH}; --`,
  `1 or ${FIRE} is not null`,
  `x') or ${FIRE} is not null --`,
  `(select ${FIRE})`,
  `"`,
  `\\`,
  `\\'; ${TOUCH}; --`,
  `''`,
  `' or '1'='1`,
  `' or 1=1 --`,
  `' and ${FIRE} = 'y`,
  `') ; ${TOUCH}; --`,
  `1; ${TOUCH}`,
  `x'; select ${FIRE} --`,
  `' union select ${FIRE} --`,
  `' union all select null, ${FIRE} --`,
  `%' or ${FIRE} like '%`,
  `id desc, ${FIRE}`,
  `id; ${TOUCH}; --`,
  `case when ${FIRE} is null then id else name end`,
  `x" ; ${TOUCH}; --`,
  `name"::text || ${FIRE} || "`,
  `$$ || ${FIRE} || $$`,
  `$1`,
  `x'/**/or/**/${FIRE}/**/is/**/not/**/null--`,
  `' || pg_sleep(2) || '`,
  `'; select pg_sleep(2); --`,
  `E'\\'' || ${FIRE}`,
  `\u2019 or 1=1 --`,
  `\u02bc or 1=1 --`,
  `%27 or 1=1 --`,
  `\\u0027 or 1=1 --`,
  `'::int`,
  `::uuid`,
  `'{1,2}'::int[]`,
  `0x27`,
  `x' and 1=cast((select ${FIRE}) as int) --`,
  `copy ${TABLE} from program 'true'`,
  `{"$gt":""}`,
  `a\u0000b`,
  `-1`,
  `9223372036854775808`,
  `1e309`,
  `NaN`,
  `infinity`,
  `99999999-99-99T99:99:99Z`,
]

/** Addresses that mail would take. */
export const EMAILS: readonly string[] = [`o'neil@mail.example`, `x'||'@mail.example`, `x'/**/or/**/1=1--@mail.example`]

/** The same with a condition that holds and with one that does not. */
export const PAIRS: readonly (readonly [yes: string, no: string])[] = [
  [`zzzz' or '1'='1`, `zzzz' or '1'='2`],
  [`zzzz') or (1=1) --`, `zzzz') or (1=2) --`],
  [`zzzz" or 1=1 --`, `zzzz" or 1=2 --`],
  [`zzzz' or (select count(*) from pg_class) > 0 --`, `zzzz' or (select count(*) from pg_class) < 0 --`],
]

/** Kinds of values that a field does not take. */
export const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  [],
  [`'; ${TOUCH}; --`],
  {},
  { text: `' || ${FIRE} || '` },
  { raw: `(select ${FIRE})`, $gt: '' },
  [[`'`]],
]
