/** Faults against what the four roles may do (A1): rights that are too wide, and rights that outlive their role. */
import type { Fault } from './fault.ts'

function fault(probe: 'roles' | 'roles-over-time') {
  return (name: string, file: string, find: string, replace: string): Fault => {
    return { name, claim: 'A1', probe, plant: { kind: 'patch', file, find, replace } }
  }
}
const now = fault('roles')
const overTime = fault('roles-over-time')

const KEEP_AN_OWNER_WITHOUT_WAITING = `
create or replace function app.keep_an_owner() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp as $$
begin
  if old.role = 'owner' and old.removed_at is null and (new.role <> 'owner' or new.removed_at is not null) then
    if not exists (
      select from desk.member
      where workspace_id = old.workspace_id and role = 'owner' and removed_at is null and id <> old.id
    ) then
      raise exception 'a workspace keeps at least one owner' using errcode = 'DK001';
    end if;
  end if;
  return null;
end
$$`

export const roleFaults: readonly Fault[] = [
  now(
    'a route asks for a right that everybody has',
    'contract/src/inboxes.ts',
    "access: 'inbox.rotateSecret'",
    "access: 'inbox.read'",
  ),
  now(
    'the right is not asked for at all',
    'server/src/kernel/web/routes.ts',
    'if (!roleMay(member.role, endpoint.access as Permission)) {',
    'if (!PERMISSION_NAMES.has(endpoint.access)) {',
  ),
  now(
    'viewers may write notes',
    'contract/src/permissions.ts',
    "  'reading.mark',\n] as const",
    "  'reading.mark',\n  'note.write',\n] as const",
  ),
  now(
    'admins make themselves owners',
    'server/src/features/members/change-role.ts',
    'if (!mayTouch(actor.role, [target.role, role]))',
    'if (!mayTouch(actor.role, [target.role]))',
  ),
  now(
    'admins remove owners',
    'server/src/features/members/remove-member.ts',
    "if (!mayTouch(actor.role, [target.role])) throw refuse('forbidden')",
    '',
  ),
  now(
    'admins invite owners',
    'server/src/features/members/invitations.ts',
    "if (!mayTouch(actor.role, [body.role])) throw refuse('forbidden')",
    '',
  ),
  now(
    'whoever is invited comes in as admin',
    'server/src/features/identity/invitations.ts',
    'joinMember(db, { workspaceId, id: memberId, user, role, now })',
    "joinMember(db, { workspaceId, id: memberId, user, role: 'admin', now })",
  ),
  overTime(
    'a role is remembered from the first request on',
    'server/src/features/identity/authenticator.ts',
    '      return { memberId: member.id, role: member.role }',
    `      const known = ((globalThis as { roles?: Map<string, LiveMember> }).roles ??= new Map<string, LiveMember>())
      if (!known.has(member.id)) known.set(member.id, { memberId: member.id, role: member.role })
      return known.get(member.id) ?? null`,
  ),
  overTime(
    'who was removed is still let in',
    'server/src/features/identity/authenticator.ts',
    'if (!member || member.removed_at !== null) return null',
    'if (!member) return null',
  ),
  overTime(
    'a stream goes on for who was removed',
    'server/src/features/realtime/index.ts',
    'if (isOfMembers) await Promise.all(readers.map((reader) => reader.recheck()))',
    '',
  ),
  overTime(
    'a link to a file opens for who was removed',
    'server/src/features/files/serving.ts',
    "if (!(await isLive(tx, reader))) throw refuse('gone')",
    '',
  ),
  overTime(
    'invitations outlive the rights of who made them',
    'server/src/features/members/change-role.ts',
    '  await withdrawInvitationsBy(tx, memberId, role)\n',
    '',
  ),
  {
    name: 'nothing keeps the last owner',
    claim: 'A1',
    probe: 'roles-over-time',
    plant: { kind: 'sql', statements: 'drop trigger keep_an_owner on desk.member' },
  },
  {
    name: 'two owners who step down do not wait for each other',
    claim: 'A1',
    probe: 'roles-over-time',
    plant: { kind: 'sql', statements: KEEP_AN_OWNER_WITHOUT_WAITING },
  },
]
