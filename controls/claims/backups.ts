/** What survives, and how fast it is back. */
import { notInForce, type Section } from './claim.ts'

export const backups: Section = {
  heading: 'Backups & disaster recovery',
  claims: [
    {
      id: 'B1',
      sentence: 'Daily encrypted backups, retained 30 days',
      kind: 'OPS',
      how: 'A daily backup is to be restored into a throw-away database and compared before it counts.',
      standing: notInForce('An operator can back up and restore a home by hand; nothing does it daily yet.'),
      code: [],
    },
    {
      id: 'B2',
      sentence: 'Continuous WAL streaming to standby region (15-minute RPO)',
      kind: 'OPS',
      how: 'A heartbeat is to be written here and read on the standby, and its age shown.',
      standing: notInForce('There is no standby yet.'),
      code: [],
    },
    {
      id: 'B3',
      sentence: 'Quarterly disaster recovery drills',
      kind: 'OPS',
      how: 'Each drill is to leave a signed record with what was measured.',
      standing: notInForce('No drill has been run.'),
      code: [],
    },
    {
      id: 'B4',
      sentence: 'RTO target: 4 hours for full region failover',
      kind: 'OPS',
      how: 'The way from nothing but backups to a working desk is to be a script whose run is timed.',
      standing: notInForce('No such run has been timed.'),
      code: [],
    },
  ],
}
