/**
 * Builds the address of a call from an endpoint's path, its parameters and its query. Pure, so that it can be tested
 * without a browser. Refuses a missing parameter: a half-filled path must never leave the screen.
 */
export type Scalar = string | number | boolean

export function addressOf(
  path: string,
  params: Readonly<Record<string, unknown>> = {},
  query: Readonly<Record<string, unknown>> = {},
): string {
  const filled = path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = params[name]
    if (typeof value !== 'string' || value === '') throw new TypeError(`The address ${path} needs ${name}`)
    return encodeURIComponent(value)
  })
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(name, String(value as Scalar))
  }
  const tail = search.toString()
  return tail ? `${filled}?${tail}` : filled
}
