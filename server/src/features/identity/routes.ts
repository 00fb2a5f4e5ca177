/** The endpoints of `contract/src/session.ts`: a contract and one call each. */
import * as secondFactor from '@central-desk/contract/second-factor.ts'
import * as contract from '@central-desk/contract/session.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { acceptInvitation, getInvitation } from './invitations.ts'
import type { IdentityParts } from './parts.ts'
import { changePassword, getPasswordReset, usePasswordReset } from './password-change.ts'
import { updatePreferences } from './preferences.ts'
import {
  beginSecondFactor,
  confirmSecondFactor,
  endSecondFactor,
  getSecondFactor,
  proveSecondFactor,
  replaceRecoveryCodes,
} from './second-factor.ts'
import { readSession } from './session-view.ts'
import { signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'
import { signUp } from './sign-up.ts'

export function mountIdentity(routes: Routes, parts: IdentityParts): void {
  routes.anyone(contract.getSession, { limit: 'read' }, ({ request, reply }) => readSession(parts, request, reply))
  routes.anyone(contract.signUp, { limit: 'signUp' }, (call) => signUp(parts, call))
  routes.anyone(contract.signIn, { limit: 'auth' }, (call) => signIn(parts, call))
  routes.anyone(secondFactor.proveSecondFactor, { limit: 'auth' }, (call) => proveSecondFactor(parts, call))
  routes.user(secondFactor.getSecondFactor, { limit: 'read' }, (call) => getSecondFactor(parts, call))
  routes.user(secondFactor.beginSecondFactor, { limit: 'auth' }, (call) => beginSecondFactor(parts, call))
  routes.user(secondFactor.confirmSecondFactor, { limit: 'auth' }, (call) => confirmSecondFactor(parts, call))
  routes.user(secondFactor.replaceRecoveryCodes, { limit: 'auth' }, (call) => replaceRecoveryCodes(parts, call))
  routes.user(secondFactor.endSecondFactor, { limit: 'auth' }, (call) => endSecondFactor(parts, call))
  routes.user(contract.signOut, { limit: 'write' }, (call) => signOut(parts, call))
  routes.user(contract.changePassword, { limit: 'auth' }, (call) => changePassword(parts, call))
  routes.user(contract.updatePreferences, { limit: 'write' }, (call) => updatePreferences(parts, call))
  routes.anyone(contract.getInvitation, { limit: 'auth' }, (call) => getInvitation(parts, call))
  routes.anyone(contract.acceptInvitation, { limit: 'auth' }, (call) => acceptInvitation(parts, call))
  routes.anyone(contract.getPasswordReset, { limit: 'auth' }, (call) => getPasswordReset(parts, call))
  routes.anyone(contract.usePasswordReset, { limit: 'auth' }, (call) => usePasswordReset(parts, call))
}
