/**
 * Keeps one throw-away cluster for a whole test run: prints its address as one line, stops when its input closes.
 * `node run-cluster.ts [folder of other PostgreSQL programs]`
 */
import { startTestCluster, urlOf } from './cluster.ts'

// A keyboard interrupt goes to the whole group of processes; ours is to outlive the tests and clean up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

const cluster = await startTestCluster(process.argv[2])
process.stdout.write(`${urlOf(cluster.superuser)}\n`)
process.stdin.resume()
await new Promise((resolve) => process.stdin.once('end', resolve).once('error', resolve))
await cluster.stop()
