import type { Context, MiddlewareHandler } from "hono"
import { getCookie } from "hono/cookie"
import { may } from "#offices/roles.ts"
import type { Officer } from "../officers.ts"
import type { Desk } from "../open.ts"
import { TOKEN } from "./access.ts"
import type { Env } from "./api.ts"
import { apiPath, type Route, routeOf } from "./routes.ts"
import type { Session } from "./sessions.ts"
import type { Scope } from "./tokens.ts"

/** The header in which a page shows its word, and the one in which it is offered the next. */
const PAGE_WORD = "iod-page"
const PAGE_WORD_NEXT = "iod-page-next"

/** What can be asked before a first passkey is registered, outside an exercise; and while the screen is locked. */
const ENROLLING = new Set(["/me", "/me/passkeys/options", "/me/passkeys", "/sign-out"])
const LOCKED = new Set(["/me/unlock/options", "/me/unlock", "/sign-out"])

/** What every request behind the sign-in passes: who asks, for which path, and whether the role opens it. */
export function gate(desk: Desk): MiddlewareHandler<Env> {
  return async (c, next) => {
    const known = authenticate(desk, c)
    if (!known) return c.json({ error: "not-signed-in" }, 401)
    const { officer, session } = known
    c.set("officer", officer)
    c.set("session", session)
    if (session?.next !== undefined) c.header(PAGE_WORD_NEXT, session.next)
    const route = routeOf(c.req.method, c.req.path)
    if (!route) return c.json({ error: "unknown-path" }, 404)
    // What is audited stands in the log whether it was done or refused.
    const audited = (how: string) =>
      route[3] && desk.officers.audit.enter(officer.id, route[3], `${c.req.method} ${apiPath(c.req.path)} ${how}`)
    const closed = session && closedTo(session, route)
    if (closed) return c.json({ error: closed.error }, closed.status)
    if (known.scope && !isInScope(known.scope, route)) return c.json({ refused: "token.scope" }, 403)
    if (!may(officer.role, route[2])) {
      audited("403")
      return c.json({ refused: "role.not-yours" }, 403)
    }
    await next()
    audited(String(c.res.status))
    return undefined
  }
}

/** What a session is closed to for now: all but its first passkey, or all but unlocking. */
function closedTo({ enrolling, locked }: Session, [, path]: Route) {
  if (enrolling && !ENROLLING.has(path)) return { error: "passkey-wanted", status: 403 } as const
  return locked && !LOCKED.has(path) ? ({ error: "locked", status: 423 } as const) : undefined
}

type Known = { officer: Officer; session?: Session; scope?: Scope }

/** Who asks, if anybody: a session's own page, or a script. */
function authenticate(desk: Desk, c: Context): Known | undefined {
  const bearer = c.req.header("authorization")
  if (bearer !== undefined) return byBearer(desk, bearer)
  const word = getCookie(c, desk.cookie)
  if (word === undefined) return undefined
  const ticket = c.req.method === "GET" ? c.req.query("ticket") : undefined
  return desk.officers.bySession({
    ...{ word, page: c.req.header(PAGE_WORD) },
    ticket: ticket === undefined ? undefined : { path: apiPath(c.req.path), word: ticket },
  })
}

/** The script on the desk's own machine, or one with a token. */
function byBearer(desk: Desk, bearer: string): Known | undefined {
  const scope = desk.officers.tokens.of(bearer)
  if (scope)
    return { officer: { id: `${TOKEN}${scope.token}`, name: scope.name, role: "officer", function: "" }, scope }
  const officer = desk.officers.ofScript(bearer)
  return officer && { officer }
}

/** A token reads the paths that it names and hands acts to the door, which asks for their kinds; nothing else. */
function isInScope(scope: Scope, [method, path]: Route): boolean {
  if (method === "GET") return scope.paths.includes(path)
  return method === "POST" && path === "/acts" && scope.acts.length > 0
}
