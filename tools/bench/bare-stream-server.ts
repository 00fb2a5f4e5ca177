/**
 * The least that server-sent events can cost in this runtime: Node's own server, one open answer for each call, a comment
 * every 25 seconds. What our streams are compared with.
 *   node tools/bench/bare-stream-server.ts PORT
 */
import { createServer } from 'node:http'

const HEARTBEAT_MS = 25_000

createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.write(': open\n\n')
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS)
  response.on('close', () => clearInterval(heartbeat))
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('ready\n'))
