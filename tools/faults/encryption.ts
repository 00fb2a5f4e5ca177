/** Faults against what the page says of encryption (E1 to E3). */
import type { Fault } from './fault.ts'

const SERVER = 'server/src/kernel/web/server.ts'
const OUTBOUND = 'server/src/kernel/outbound.ts'
const CONFIG = 'server/src/config.ts'

export const encryptionFaults: readonly Fault[] = [
  {
    name: 'TLS 1.2 is spoken too',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: {
      kind: 'patch',
      file: SERVER,
      find: "minVersion: 'TLSv1.3' as const",
      replace: "minVersion: 'TLSv1.2' as const",
    },
  },
  {
    name: 'HSTS is missing on answers to what cannot be routed',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: {
      kind: 'patch',
      file: 'server/src/kernel/web/before-routing.ts',
      find: '    reply.headers(headers)\n',
      replace: '',
    },
  },
  {
    name: 'HSTS lasts for a day',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: {
      kind: 'patch',
      file: 'server/src/kernel/web/headers.ts',
      find: 'max-age=63072000',
      replace: 'max-age=86400',
    },
  },
  {
    name: 'the desk may listen on every address without a certificate',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: {
      kind: 'patch',
      file: CONFIG,
      find: '    if (!hasTls) {\n',
      replace: "    if (!hasTls && host !== '0.0.0.0') {\n",
    },
  },
  {
    name: 'what the desk calls may speak TLS 1.2',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: { kind: 'patch', file: OUTBOUND, find: "? 'TLSv1.2' : 'TLSv1.3'", replace: "? 'TLSv1.2' : 'TLSv1.2'" },
  },
  {
    name: 'certificates of those the desk calls are not checked',
    claim: 'E1',
    probe: 'own-port-tls',
    plant: {
      kind: 'patch',
      file: OUTBOUND,
      find: "    ALPNProtocols: ['http/1.1'],\n",
      replace: "    ALPNProtocols: ['http/1.1'],\n    rejectUnauthorized: false,\n",
    },
  },
]
