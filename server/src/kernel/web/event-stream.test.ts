/** One stream: its frames, its end from either side, and a reader who hung up before it began. */
import assert from 'node:assert/strict'
import { connect } from 'node:http2'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { endStreamsOnClose, type EventStream, openEventStream } from './event-stream.ts'

const apps: FastifyInstance[] = []
after(() => Promise.all(apps.map((app) => app.close())))

/** A server with one address that streams; `before` runs between the call and the stream. */
async function serve(http2: boolean, before: () => Promise<void>) {
  const app = (http2 ? Fastify({ http2: true }) : Fastify()) as unknown as FastifyInstance
  apps.push(app)
  endStreamsOnClose(app)
  let opened: (stream: EventStream) => void = () => {}
  const stream = new Promise<EventStream>((resolve) => {
    opened = resolve
  })
  app.get('/', async (request, reply) => {
    await before()
    opened(openEventStream(request, reply))
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, port: (app.server.address() as AddressInfo).port, stream }
}

/** Calls and gives the way to hang up; `text` grows as the answer does. */
function call(http2: boolean, port: number) {
  const heard = { text: '', isOver: false }
  const over = () => {
    heard.isOver = true
  }
  if (http2) {
    const session = connect(`http://127.0.0.1:${port}`)
    session.on('error', over)
    const stream = session.request({ ':path': '/' })
    stream.on('data', (chunk: Buffer) => {
      heard.text += chunk
    })
    stream.on('close', over).on('error', over)
    return { heard, hangUp: () => session.destroy() }
  }
  const request = httpRequest({ port, host: '127.0.0.1', agent: false }, (response) => {
    response.on('data', (chunk: Buffer) => {
      heard.text += chunk
    })
    response.on('close', over)
  })
  request.on('error', over)
  request.end()
  return { heard, hangUp: () => request.destroy() }
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(condition(), String(condition))
}

const onClosed = (stream: EventStream) => new Promise<void>((resolve) => stream.onClose(resolve))

for (const http2 of [false, true]) {
  const how = http2 ? 'HTTP/2' : 'HTTP/1.1'

  test(`frames arrive, and either side ends the stream (${how})`, async () => {
    const { app, port, stream } = await serve(http2, async () => {})
    const reader = call(http2, port)
    const open = await stream
    open.send('message', { text: 'a\nb' }, 7)
    await until(() => reader.heard.text.includes('event: message\nid: 7\ndata: {"text":"a\\nb"}\n\n'))
    reader.hangUp()
    await onClosed(open)
    assert.equal(open.isOpen, false)
    open.send('message', 'to nobody')
    await app.close()
  })

  test(`a stopping server ends its streams (${how})`, async () => {
    const { app, port, stream } = await serve(http2, async () => {})
    const reader = call(http2, port)
    const open = await stream
    await Promise.all([app.close(), onClosed(open), until(() => reader.heard.isOver)])
    reader.hangUp()
  })

  test(`a reader who hung up before the stream began is not kept (${how})`, async () => {
    let called: () => void = () => {}
    let goOn: () => void = () => {}
    const isCalled = new Promise<void>((resolve) => {
      called = resolve
    })
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const { port, stream } = await serve(http2, async () => {
      called()
      await mayGoOn
    })
    const reader = call(http2, port)
    await isCalled
    reader.hangUp()
    await until(() => reader.heard.isOver || !http2)
    // The server has heard of it, too, once its own side is closed.
    await new Promise((resolve) => setTimeout(resolve, 50))
    goOn()
    const open = await stream
    assert.equal(open.isOpen, false)
    await onClosed(open)
  })
}
