/** The Content-Security-Policies of pages. Each names what the page needs and nothing else. */
import type { Origins } from '../../kernel/web/origins.ts'

const COMMON = ["base-uri 'none'", "object-src 'none'"]
const TRUSTED_TYPES = ["require-trusted-types-for 'script'", "trusted-types 'none'"]

function policy(...parts: string[]): string {
  return [...parts, ...COMMON].join('; ')
}

export function deskPolicy(nonce: string, origins: Origins): string {
  return policy(
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' blob: data: ${origins.files}`,
    `media-src 'self' blob: ${origins.files}`,
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...TRUSTED_TYPES,
  )
}

/** The widget may be framed by the sites that its inbox names, and by nobody else. */
export function widgetPolicy(nonce: string, origins: Origins, ancestors: readonly string[]): string {
  return policy(
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' blob: ${origins.files}`,
    `media-src 'self' blob: ${origins.files}`,
    "connect-src 'self'",
    "form-action 'none'",
    `frame-ancestors ${ancestors.length > 0 ? ancestors.join(' ') : "'none'"}`,
    ...TRUSTED_TYPES,
  )
}

/** What a strict shop would send, with the two words that the widget needs: script and frame of its origin. */
export function storefrontPolicy(nonce: string, origins: Origins): string {
  return policy(
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' ${origins.widget}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `frame-src ${origins.widget}`,
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  )
}
