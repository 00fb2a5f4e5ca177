/** Where it runs. All of it depends on a deployment that this repository does not describe yet. */
import { notInForce, type Section } from './claim.ts'

export const infrastructure: Section = {
  heading: 'Infrastructure',
  claims: [
    {
      id: 'I1',
      sentence: 'Hosted on enterprise-grade cloud (AWS Singapore + Mumbai regions)',
      kind: 'OPS',
      how: 'The deployment is to be described in code that may name these two regions and no other.',
      standing: notInForce('No deployment is described in code yet; this desk runs wherever it was started.'),
      code: [],
    },
    {
      id: 'I2',
      sentence: 'Geographic redundancy — failover within 60 seconds in case of region outage',
      kind: 'OPS',
      how: 'A warm standby in the other region is to take over by itself, drilled with a writer that counts lost messages.',
      standing: notInForce('There is no standby yet, and no drill has been run.'),
      code: [],
    },
    {
      id: 'I3',
      sentence: 'Cloudflare in front of all traffic — DDoS mitigation up to 100 Gbps',
      kind: 'OPS',
      how: 'The desk is to take calls only from the edge, shown by a certificate of our own. The capacity is the figure of its vendor.',
      standing: notInForce('No edge stands in front of this desk.'),
      code: [],
    },
    {
      id: 'I4',
      sentence: 'Private VPC, no public database access',
      kind: 'OPS',
      how: 'The database that comes with the program listens on a file only its own user can reach, and on no network.',
      standing: notInForce(
        'The network of a deployment is not described yet. An outside database is as private as it was set up.',
      ),
      code: ['server/src/postgres/embedded.ts'],
    },
    {
      id: 'I5',
      sentence: 'Web Application Firewall (WAF) blocks SQL injection, XSS, path traversal attempts',
      kind: 'OPS',
      how: 'A firewall with public rules is to stand in front of the desk. The desk itself withstands these attacks: see below.',
      standing: notInForce('No firewall stands in front of this desk.'),
      code: [],
    },
  ],
}
