/** The pages before one is signed in. */
export { InvitePage } from './invite-page.tsx'
export { ResetPage } from './reset-page.tsx'
export { SignInPage } from './sign-in-page.tsx'
export { SignUpPage } from './sign-up-page.tsx'
