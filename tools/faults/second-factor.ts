/** Faults against the second factor (A3). */
import type { Fault } from './fault.ts'

const against = (name: string, file: string, find: string, replace: string): Fault => ({
  name,
  claim: 'A3',
  probe: 'second-factor',
  plant: { kind: 'patch', file: `server/src/features/identity/${file}`, find, replace },
})

export const secondFactorFaults: readonly Fault[] = [
  against(
    'the password alone gives a session',
    'sign-in.ts',
    'if (user.has_second_factor) return {',
    'if (user.has_second_factor && body.sharedComputer) return {',
  ),
  against(
    'a code counts as often as it is given',
    'second-factor-queries.ts',
    "    .where('last_step', '<', step)\n",
    '',
  ),
  against(
    'a recovery code counts as often as it is given',
    'second-factor-queries.ts',
    `    .where('code_key', '=', codeKey)
    .where('used_at', 'is', null)`,
    "    .where('code_key', '=', codeKey)",
  ),
  against('codes of the last minutes count', 'totp.ts', 'stepsBack: 1 }', 'stepsBack: 6 }'),
  against(
    'a step outlives the password that began it',
    'sign-in-step.ts',
    "    .whereRef('step.password_changed_at', '=', 'app_user.password_changed_at')\n",
    '',
  ),
  against(
    'a workspace asks for it on screens only',
    'authenticator.ts',
    "throw refuse('second_factor_needed')",
    "parts.log.info('asked for')",
  ),
]
