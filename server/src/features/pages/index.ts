/**
 * The front door of pages: mounts the desk's page, the widget and the storefront on their origins. The desk's page is
 * one document for every address of the app (the router reads the path); what is not a page is answered 404.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Kernel } from '../../kernel/kernel.ts'
import { networkOf } from '../../kernel/rate-limit.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { OriginName } from '../../kernel/web/origins.ts'
import { deskPolicy, storefrontPolicy, widgetPolicy } from './policies.ts'

export type PageFolders = {
  /** Built desk: index.html, assets/. */
  readonly desk: string
  /** Built widget: index.html, loader.js, assets/. */
  readonly widget: string
  /** The storefront's own files: index.html and what it shows. */
  readonly storefront: string
}
export type PageParts = {
  readonly folders: PageFolders
  /** Sites that may show this inbox's widget; null when there is no such web chat inbox. */
  readonly sitesOf: (inboxKey: string) => Promise<readonly string[] | null>
  /** Key of the inbox that the demo storefront shows; null when there is no demo. */
  readonly demoInboxKey: string | null
}

const NONCE_BYTES = 16
const A_YEAR_S = 365 * 24 * 3600
/** The loader's address never changes, so a new one must reach visitors soon. */
const LOADER_AGE_S = 300
const INBOX_KEY = /^[a-z0-9]{16,40}$/
/** Addresses of the app. Everything else on the desk origin is not found, so that typing errors are no white pages. */
const DESK_PAGES = ['/', '/signin', '/signup', '/invite/:token', '/reset/:token', '/w/:slug', '/w/:slug/*']

const DESK_FILES = ['favicon.svg', 'favicon-unread.svg', 'manifest.webmanifest']

const STOREFRONT_PAGES = [
  ['/', 'index.html'],
  ['/bn', 'bn.html'],
] as const

type Page = (nonce: string) => { readonly html: string; readonly policy: string }

export function createPagesRoom(kernel: Kernel, parts: PageParts) {
  const { origins, randomness, limiter } = kernel
  const { folders } = parts
  // The settings print the address of the loader for a shop's page.
  const deskHtml = templateOf(join(folders.desk, 'index.html'))
  const widgetHtml = templateOf(join(folders.widget, 'index.html'))

  function sendPage(reply: FastifyReply, page: Page): FastifyReply {
    const nonce = randomness.bytes(NONCE_BYTES).toString('base64')
    const { html, policy } = page(nonce)
    return reply
      .header('content-security-policy', policy)
      .type('text/html; charset=utf-8')
      .send(html.replaceAll('__NONCE__', nonce))
  }

  return {
    async register(app: FastifyInstance): Promise<void> {
      await app.register(fastifyStatic, {
        root: folders.desk,
        serve: false,
        preCompressed: true,
        cacheControl: false,
        index: false,
        dotfiles: 'deny',
      })

      const page = (origin: OriginName, url: string, answer: (params: Record<string, string>) => Promise<Page>) =>
        app.route({
          method: ['GET', 'HEAD'],
          url,
          constraints: { origin },
          config: { page: `${origin} ${url}` },
          onRequest: async (request) => limiter.spend('page', `page|${networkOf(request.ip)}`),
          handler: async (request, reply) => {
            const found = await answer(request.params as Record<string, string>)
            // Framing of the chat is ruled by its policy; the older header knows no list.
            if (origin === 'widget') reply.removeHeader('x-frame-options')
            return sendPage(reply, found)
          },
        })
      const files = (origin: OriginName, url: string, folder: string, age_s: number, only?: string) =>
        app.route({
          method: ['GET', 'HEAD'],
          url,
          constraints: { origin },
          config: { page: `${origin} ${url}` },
          handler: async (request, reply) => {
            const name = only ?? (request.params as { '*': string })['*']
            reply.header('cache-control', `public, max-age=${age_s}${age_s === A_YEAR_S ? ', immutable' : ''}`)
            // Other sites load the widget's loader; the desk's and the storefront's files are their own.
            if (origin === 'widget') reply.header('cross-origin-resource-policy', 'cross-origin')
            return reply.sendFile(name, folder)
          },
        })

      const desk: Page = (nonce) => ({
        html: deskHtml().replaceAll('__WIDGET_ORIGIN__', origins.widget),
        policy: deskPolicy(nonce, origins),
      })
      for (const url of DESK_PAGES) page('desk', url, async () => desk)
      files('desk', '/assets/*', join(folders.desk, 'assets'), A_YEAR_S)
      for (const name of DESK_FILES) files('desk', `/${name}`, folders.desk, LOADER_AGE_S, name)

      mountWidget(page, files)
      mountStorefront(page, files)
    },
  }

  type PageMaker = (origin: OriginName, url: string, answer: (params: Record<string, string>) => Promise<Page>) => void
  type FilesMaker = (origin: OriginName, url: string, folder: string, age_s: number, only?: string) => void

  function mountWidget(page: PageMaker, files: FilesMaker): void {
    files('widget', '/widget.js', folders.widget, LOADER_AGE_S, 'loader.js')
    files('widget', '/widget-assets/*', join(folders.widget, 'widget-assets'), A_YEAR_S)
    page('widget', '/widget/:inboxKey', async ({ inboxKey = '' }) => {
      const sites = INBOX_KEY.test(inboxKey) ? await parts.sitesOf(inboxKey) : null
      if (!sites) throw refuse('not_found')
      const isDemo = inboxKey === parts.demoInboxKey
      const ancestors = isDemo ? [...sites, origins.demo] : sites
      return (nonce) => ({ html: widgetHtml(), policy: widgetPolicy(nonce, origins, ancestors) })
    })
  }

  function mountStorefront(page: PageMaker, files: FilesMaker): void {
    for (const [url, name] of STOREFRONT_PAGES) {
      const template = templateOf(join(folders.storefront, name))
      page('demo', url, async () => {
        const key = parts.demoInboxKey
        if (!key) throw refuse('not_found')
        const html = template().replaceAll('__WIDGET_ORIGIN__', origins.widget).replaceAll('__INBOX_KEY__', key)
        return (nonce) => ({ html, policy: storefrontPolicy(nonce, origins) })
      })
    }
    const isAsset = (name: string) => !name.endsWith('.html')
    for (const name of readdirSync(folders.storefront).filter(isAsset)) {
      files('demo', `/storefront-assets/${name}`, folders.storefront, LOADER_AGE_S, name)
    }
  }
}

/** A page's template, read again when a new build replaced it: its files have other names then. */
function templateOf(file: string): () => string {
  let readAt_ms = 0
  let text = ''
  return () => {
    const { mtimeMs } = statSync(file)
    if (mtimeMs !== readAt_ms) {
      text = readFileSync(file, 'utf8')
      readAt_ms = mtimeMs
    }
    return text
  }
}
