/** Under which name a desk's pages are reached: with TLS its own, without it `NAME.localhost`, which stays on the machine. */
export type Site = { name: string; tls: boolean }

/** What a passkey is bound to, as one request came: the site's name, and name with port. */
export type Relying = { id: string; origin: string }

/** The site of a desk without TLS. */
export function localSite(delegation: string): Site {
  return { name: `${delegation}.localhost`, tls: false }
}

/**
 * Whether a Host header names this site. Another name that resolves to this machine reaches nothing (DNS rebinding);
 * only HTTP/1.0, which no browser speaks, has no such header.
 */
export function answersTo(site: Site, host: string | undefined): boolean {
  if (host === undefined) return true
  return /^(.*?)(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1] === site.name
}

/** What passkeys of this site are bound to; the port is the request's, its host was asked before (`answersTo`). */
export function relyingOn(site: Site, host: string | undefined): Relying {
  return { id: site.name, origin: `${site.tls ? "https" : "http"}://${host ?? site.name}` }
}
