/** What each probe tries, in one sentence for people who decide about software. */
export const ATTACKS: Readonly<Record<string, string>> = {
  'every-sentence':
    'Looks on the served page for a sentence without a claim, and for a claim without an honest status.',
  'own-port-tls':
    'Speaks older versions of TLS, and none at all, to a desk with a certificate; looks for an answer or an error that does not tell browsers to stay with TLS; lets the desk call receivers with older TLS and with an unknown certificate; and tries to start it on an address of the network without a certificate.',
  'canary-at-rest':
    'Writes rare words through every door, as text, names, addresses, notes, drafts and files, and looks for them in the database’s files and its log of changes, in the home, and in what the program prints.',
  'credentials-sealed':
    'Copies a sealed credential to another channel and another workspace, turns every byte of it, tries the keys of the neighbour and the logins that should not read it, and looks for it in answers and on disk.',
  'keys-destroyed':
    'Destroys the keys of one workspace and tries to read it, through the desk, with every key that is left, with its old key file put back and in an older copy of the database, while its neighbour reads on.',
  'passwords-hashed':
    'Sends passwords through every door and looks for them in answers, in the database, on disk and in logs, tries letters beyond the 72nd, tries a stolen hash without its key, and offers the database weaker hashes.',
  roles: 'Tries every route as every role, and as nobody, against a table of its own of who may do what.',
  'roles-over-time':
    'Takes rights away from people who are signed in and watching, and lets two owners step down at the same moment.',
  'isolation-over-http':
    'Calls every route with ids of the neighbouring workspace in place of one’s own, one at a time.',
  'isolation-in-sql':
    'As each login of the program, without a scope, with a forged, foreign, old or altered one, reads and writes every table.',
  'second-factor':
    'Looks for a session without a code: with the password alone, a used or old code, fifty tries at once, a recovery code twice, a reset link, and in a workspace that asks for one.',
  csrf: 'Sends every request that changes something without a token, with a foreign, old, misplaced or altered one, and as other sites would.',
  'sql-injection':
    'Puts pieces of SQL into every parameter, header, signed call and list position, and asks the database itself whether it ever took one for a statement.',
  xss: 'Writes hostile markup of fifty kinds through every door, opens every screen, chat and file that shows it in a real browser, and looks whether it is there as text and does nothing.',
  'security-headers': 'Asks for pages, answers, errors and files of every origin and looks for one without its policy.',
  'rate-limits':
    'Goes over the budget of every kind of route, with forged forwarding headers, other spellings of one address and through two processes at once, and breaks the counter.',
  'session-expiry':
    'Lets sessions age to seconds before and a second after seven days, busy, idle and merely polling, and looks at pages, files and a stream that is open.',
  'password-rules': 'Offers weak, common, short and personal passwords wherever a password can be set.',
  lockout:
    'Guesses five times and then knows the password; guesses fifty times at once, from many networks and across a restart; compares answers and times for addresses with and without an account.',
}
