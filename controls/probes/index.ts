/** All probes, in the order of the page. */
import { everySentence } from './every-sentence.ts'
import { isolationOverHttp } from './isolation-over-http.ts'
import type { Probe } from './probe.ts'
import { sessionExpiry } from './session-expiry.ts'

export const PROBES: readonly Probe[] = [everySentence, isolationOverHttp, sessionExpiry]
