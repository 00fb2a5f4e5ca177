/**
 * Pieces of code to take along: the lines for a shop's page, the token that says who a customer is, a signed call to an
 * API inbox. Every value put in is checked first (an inbox key, an origin), so that a piece never carries more than it
 * says. The secret is never put in: it is shown once, elsewhere. Pure.
 */
const KEY = /^[a-z0-9]{16,40}$/

function checked(key: string, origin: string): { key: string; origin: string } {
  if (!KEY.test(key)) throw new TypeError('An inbox key is small letters and digits')
  return { key, origin: new URL(origin).origin }
}

export function embedSnippet(widgetOrigin: string, inboxKey: string): string {
  const { key, origin } = checked(inboxKey, widgetOrigin)
  return `<script src="${origin}/widget.js" data-inbox="${key}" async></script>`
}

/** The same for a page that knows who is signed in; the page's server puts the token in. */
export function identifiedSnippet(widgetOrigin: string, inboxKey: string): string {
  const { key, origin } = checked(inboxKey, widgetOrigin)
  return [
    '<script',
    `  src="${origin}/widget.js"`,
    `  data-inbox="${key}"`,
    '  data-identity="TOKEN"',
    '  async',
    '></script>',
  ].join('\n')
}

/** What a page with a Content-Security-Policy adds to it. */
export function policyLines(widgetOrigin: string): string {
  const { origin } = new URL(widgetOrigin)
  return `script-src ${origin}\nframe-src ${origin}`
}

/** Node, without a package: a token for one customer, good for an hour. */
export function identityCode(inboxKey: string): string {
  const { key } = checked(inboxKey, 'https://desk.example')
  return `import { createHmac } from 'node:crypto'

// On your server only: whoever has the secret can be anybody.
export function identityOf(customer, secret) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    sub: String(customer.id),
    name: customer.name,
    email: customer.email,
    aud: '${key}',
    exp: Math.floor(Date.now() / 1000) + 3600,
  }
  const signed = part({ alg: 'HS256', typ: 'JWT' }) + '.' + part(claims)
  return signed + '.' + createHmac('sha256', secret).update(signed).digest('base64url')
}
`
}

/** A shell and openssl are enough to be heard once. */
export function signedCallExample(hookUrl: string): string {
  const address = new URL(hookUrl)
  if (address.search !== '' || address.hash !== '' || /['"\\$`\s]/.test(address.href)) {
    throw new TypeError('The address of a hook is plain')
  }
  return `SECRET='whsec_...'   # the signing secret of this inbox
ID="test-$(date +%s)"; AT=$(date +%s)
BODY='{"type":"message","id":"'$ID'","from":{"id":"mitu-017","name":"Mitu Akter"},"text":"Is the blue sari in stock?"}'
KEY=$(printf %s "\${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')
SIGNATURE=$(printf %s "$ID.$AT.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)
curl -sS '${address.href}' \\
  -H 'content-type: application/json' \\
  -H "webhook-id: $ID" \\
  -H "webhook-timestamp: $AT" \\
  -H "webhook-signature: v1,$SIGNATURE" \\
  --data-raw "$BODY"
`
}
