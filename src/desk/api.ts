import { type Context, Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { streamSSE } from "hono/streaming"
import { may, type Role } from "#offices/roles.ts"
import { parseJson } from "#register/json.ts"
import { COURIER_IN, courierApi } from "./courier/api.ts"
import { dutyApi } from "./duty/api.ts"
import { fileRoutes } from "./files/api.ts"
import { type Env, lockApi, officersApi, ownApi, signInApi } from "./officers/api.ts"
import { auditApi } from "./officers/audit-api.ts"
import { careFor } from "./officers/care.ts"
import { gate } from "./officers/gate.ts"
import { releasesApi } from "./officers/releases-api.ts"
import { answersTo, localSite } from "./officers/site.ts"
import { tokensApi } from "./officers/tokens-api.ts"
import type { Desk } from "./open.ts"
import { papersApi } from "./papers.ts"
import { participationApi } from "./participation/api.ts"
import { relaysApi } from "./relays/api.ts"
import { restoringApi } from "./restoring/api.ts"
import { watchApi } from "./watch/api.ts"
import { workbenchApi } from "./workbench/api.ts"

/**
 * The desk's HTTP API: all that a screen or a script does to a desk. Signing in is by a one-time link or a passkey; every
 * other call needs the session's cookie, or the desk's own script token. Requests that change something must come from
 * the desk's own pages: browsers state the origin, and any other is refused; and the desk answers to its own name only.
 */
export function deskApi(desk: Desk, site = localSite(desk.delegation)): Hono<Env> {
  const app = new Hono<Env>()
  const limited = bodyLimit({ maxSize: 4 << 20, onError: (c) => c.json({ error: "too-large" }, 413) })
  // A courier's file has a limit of its own, behind the sign-in.
  app.use("*", (c, next) => (c.req.path.endsWith(COURIER_IN) ? next() : limited(c, next)))
  app.use("*", async (c, next) => {
    const origin = c.req.header("origin")
    const host = c.req.header("host")
    if (!answersTo(site, host)) return c.json({ error: "foreign-host" }, 421)
    if (c.req.method !== "GET" && origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
      return c.json({ error: "foreign-origin" }, 403)
    c.header("Cache-Control", "no-store")
    return next()
  })
  // A fault: nothing of the request was done, and whoever asked is told what the operator has to do.
  app.onError((error, c) => {
    desk.log(`a request failed: ${error.message}`)
    return isDiskFull(error) ? c.json({ error: "disk-full" }, 507) : c.json({ error: "fault" }, 500)
  })
  app.route("/", signInApi({ desk, site }))
  app.use("*", gate(desk))
  app.route("/", ownApi({ desk, site }))
  app.route("/", lockApi({ desk, site }))
  app.route("/", officersApi({ desk, site }))
  app.route("/", releasesApi({ desk, site }))
  app.route("/", auditApi({ desk, site }))
  app.route("/", tokensApi({ desk, site }))
  app.get("/desk", (c) => {
    const { id, name, role } = c.get("officer")
    return c.json({
      ...statusFor(role, desk.status()),
      officer: name,
      me: { id, role, canLock: desk.officers.passkeys.of(id).length > 0 },
      care: careFor(desk.archive, id, role),
    })
  })
  app.get("/register", (c) => c.json(desk.registerView()))
  app.get("/lines/:line", (c) => c.json(desk.views.envelopes(c.req.param("line"), before(c), limit(c))))
  app.get("/messages", (c) =>
    c.json(desk.views.messages({ line: c.req.query("line"), before: before(c), limit: limit(c) })),
  )
  app.get("/messages/:line/:matter", (c) => {
    const message = desk.views.message(c.req.param("line"), c.req.param("matter"))
    return message ? c.json(message) : c.json({ error: "unknown-message" }, 404)
  })
  app.post("/messages/:line/:matter/open", (c) => mark(desk, c, "open"))
  app.post("/messages/:line/:matter/hold", (c) => mark(desk, c, "hold"))
  app.get("/search", (c) => {
    const answer = desk.search(c.req.query())
    return c.json(answer, "refused" in answer ? 400 : 200)
  })
  app.get("/waiting", (c) => c.json(desk.views.waiting()))
  app.get("/evidence", (c) => c.json(desk.evidenceView()))
  app.post("/resume", (c) => c.json(desk.resume(c.get("officer").id)))
  app.post("/acts", async (c) => {
    const answer = desk.door.hand(await json(c), { officer: c.get("officer").id })
    if ("refused" in answer && answer.refused === "door.awaits-release") return held(desk, c, answer.held)
    return c.json(answer, "refused" in answer ? 409 : 200)
  })
  app.post("/lines", async (c) => {
    const answer = desk.propose(await json(c), c.get("officer").id)
    return c.json(answer, "refused" in answer ? 409 : 200)
  })
  app.route("/", fileRoutes(desk.files))
  app.route("/", courierApi(desk.courier))
  app.get("/live", (c) => live(desk, c))
  app.route("/", papersApi(desk))
  for (const part of [workbenchApi, watchApi, dutyApi, relaysApi, participationApi, restoringApi])
    app.route("/", part(desk))
  return app
}

type Ctx = Context<Env>

/** Kept for a second officer: every screen of the desk hears that something waits. */
function held(desk: Desk, c: Ctx, id: string) {
  desk.live.tell({ kind: "officers" })
  return c.json({ held: id }, 202)
}

/** What a role may see of how the desk stands: whoever reads no content gets none with it. */
function statusFor<T extends ReturnType<Desk["status"]>>(role: Role, status: T): T {
  if (may(role, "read")) return status
  const needs = status.needs && { ...status.needs, rows: [] }
  return { ...status, needs, lines: [], unproven: [], unstamped: [], unread: 0 }
}

/** Events that name no line and no matter. */
const PLAIN = new Set(["officers", "connection", "register"])

function mark(desk: Desk, c: Ctx, what: "open" | "hold") {
  const done = desk.mark(c.req.param("line") ?? "", c.req.param("matter") ?? "", what, c.get("officer").id)
  return done ? c.json({}) : c.json({ error: "unknown-message" }, 404)
}

function live(desk: Desk, c: Ctx) {
  return streamSSE(c, async (stream) => {
    const ended = new AbortController()
    stream.onAbort(() => ended.abort())
    const session = c.get("session")
    // A desk that has closed its archive tells nobody anything more.
    const isOver = () => !desk.archive.db.isOpen || (session !== undefined && !desk.officers.sessions.lasts(session.id))
    const hears = (kind: string) => PLAIN.has(kind) || may(c.get("officer").role, "read")
    desk.live.watch((event) => {
      // A session that was ended elsewhere hears that much, and then nothing more.
      if (hears(event.kind)) void stream.writeSSE({ data: JSON.stringify(event) })
      if (isOver()) ended.abort()
    }, ended.signal)
    await stream.writeSSE({ data: JSON.stringify({ kind: "hello", now: desk.now() }) })
    while (!ended.signal.aborted) {
      await new Promise<void>((resolve) => {
        const bell = desk.clock.after(5000, resolve)
        ended.signal.addEventListener("abort", () => {
          bell[Symbol.dispose]()
          resolve()
        })
      })
      if (isOver()) ended.abort()
      if (!ended.signal.aborted) await stream.writeSSE({ data: JSON.stringify({ kind: "beat", now: desk.now() }) })
    }
  })
}

const SQLITE_FULL = 13

function isDiskFull(error: Error): boolean {
  return ("errcode" in error && error.errcode === SQLITE_FULL) || ("code" in error && error.code === "ENOSPC")
}

async function json(c: Context): Promise<unknown> {
  try {
    return parseJson(await c.req.text())
  } catch {
    return undefined
  }
}

function before(c: Ctx): number | undefined {
  const value = Number(c.req.query("before"))
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}

function limit(c: Ctx): number {
  const value = Number(c.req.query("limit") ?? 100)
  return Number.isSafeInteger(value) && value > 0 ? Math.min(value, 500) : 100
}
