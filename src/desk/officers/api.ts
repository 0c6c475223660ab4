import { type Context, Hono } from "hono"
import { deleteCookie, setCookie } from "hono/cookie"
import { z } from "zod"
import { instant } from "#offices/act.ts"
import type { OwnView } from "#offices/joins/officers.ts"
import { ROLES } from "#offices/roles.ts"
import { parseJson } from "#register/json.ts"
import type { Officer } from "../officers.ts"
import type { Desk } from "../open.ts"
import { careSeen } from "./care.ts"
import type { Session } from "./sessions.ts"
import { type Relying, relyingOn, type Site } from "./site.ts"
import { openTries } from "./tries.ts"

/** What every request of somebody who is signed in knows; a script has no session. */
export type Env = { Variables: { officer: Officer; session: Session | undefined } }

/** What the parts of this API stand on. */
export type Room = { desk: Desk; site: Site }

/** Forms of what is handed in: the API is described from them as well (openapi.ts). */
export const linkForm = z.strictObject({ link: z.string().max(200) })

/** Signing in: by a one-time link, or by a passkey. There is no third way, and no password. */
export function signInApi(room: Room): Hono {
  const { desk } = room
  const { officers } = desk
  const app = new Hono()
  const tries = openTries(desk.clock)
  app.use("/sign-in/*", async (c, next) => {
    const address = addressOf(c)
    if (!tries.mayTry(address)) return c.json({ error: "too-many-tries" }, 429)
    await next()
    if (c.res.status === 403) tries.failed(address)
    return undefined
  })
  app.post("/sign-in", async (c) => {
    const parsed = linkForm.safeParse(await json(c))
    const signed = parsed.success ? officers.signIn(parsed.data.link, agentOf(c)) : undefined
    desk.officers.audit.enter(signed?.officer.id ?? "", signed ? "signed-in" : "sign-in.refused", "link")
    if (!signed) return c.json({ error: "link-not-valid" }, 403)
    welcome(room, c, signed.session)
    return c.json({ officer: signed.officer.name, enrolling: signed.enrolling, page: signed.page })
  })
  app.post("/sign-in/passkey/options", async (c) => c.json(await officers.passkeys.ask("sign-in", relying(room, c))))
  app.post("/sign-in/passkey", async (c) => {
    const shown = await officers.passkeys.check("sign-in", await json(c), relying(room, c))
    const entered = "refused" in shown ? undefined : officers.enter(shown.officer, shown.passkey, agentOf(c))
    desk.officers.audit.enter(entered?.officer.id ?? "", entered ? "signed-in" : "sign-in.refused", "passkey")
    if (!entered) return c.json({ refused: "passkey.not-valid" }, 403)
    welcome(room, c, entered.session)
    desk.live.tell({ kind: "officers" })
    return c.json({ officer: entered.officer.name, enrolling: false, page: entered.page })
  })
  return app
}

export const ticketForm = z.strictObject({ path: z.string().startsWith("/").max(400) })
export const nameForm = z.strictObject({ name: z.string().trim().min(1).max(80) })
const words = z.string().trim().max(120)
export const invitation = z.strictObject({
  name: words.min(1),
  role: z.enum(ROLES),
  function: words,
  begins: instant.nullable(),
  until: instant.nullable(),
})

/** An officer's own passkeys. */
export function ownApi(room: Room): Hono<Env> {
  const { desk } = room
  const { passkeys, sessions } = desk.officers
  const app = new Hono<Env>()
  app.get("/me", (c) => c.json(ownView(room, c.get("officer"), c.get("session"))))
  app.post("/sign-out", (c) => {
    const session = c.get("session")
    if (session) sessions.end(session.id)
    deleteCookie(c, desk.cookie, { path: "/" })
    return c.json({})
  })
  app.post("/me/passkeys/options", async (c) => c.json(await passkeys.invite(c.get("officer"), relying(room, c))))
  app.post("/me/passkeys", async (c) => {
    const made = await passkeys.register(c.get("officer").id, await json(c), relying(room, c))
    if ("refused" in made) return c.json(made, 409)
    const session = c.get("session")
    if (session) sessions.enrolled(session.id)
    return c.json({})
  })
  app.put("/me/passkeys/:passkey", async (c) => {
    const parsed = nameForm.safeParse(await json(c))
    if (!parsed.success) return c.json({ refused: "act.malformed" }, 400)
    return said(c, passkeys.rename(c.get("officer").id, c.req.param("passkey"), parsed.data.name))
  })
  app.delete("/me/passkeys/:passkey", (c) =>
    said(c, passkeys.remove(c.get("officer").id, c.req.param("passkey"), !desk.founded.charter.exercise)),
  )
  app.post("/me/tickets", async (c) => {
    const [parsed, session] = [ticketForm.safeParse(await json(c)), c.get("session")]
    if (!parsed.success || !session) return c.json({ refused: "act.malformed" }, 400)
    return c.json({ ticket: sessions.tickets.give(session.id, parsed.data.path) })
  })
  app.delete("/me/sessions/:session", (c) => {
    const ended = sessions.endOwn(c.get("officer").id, c.req.param("session"))
    desk.live.tell({ kind: "officers" })
    return ended ? c.json({}) : c.json({ refused: "session.unknown" }, 409)
  })
  return app
}

/** Locking the screen of a console that others use, and opening it again by a passkey of whoever locked it. */
export function lockApi(room: Room): Hono<Env> {
  const { desk } = room
  const { passkeys, sessions } = desk.officers
  const app = new Hono<Env>()
  app.post("/me/lock", (c) => {
    const session = c.get("session")
    // Whoever has no passkey to open it again by would be locked out.
    if (!session || passkeys.of(session.officer).length === 0) return c.json({ refused: "passkey.unknown" }, 409)
    sessions.lock(session.id, true)
    desk.live.tell({ kind: "officers" })
    return c.json({})
  })
  app.post("/me/unlock/options", async (c) => {
    const { id } = c.get("officer")
    return c.json(await passkeys.ask(`unlock ${id}`, relying(room, c), id))
  })
  app.post("/me/unlock", async (c) => {
    const [session, { id }] = [c.get("session"), c.get("officer")]
    const shown = await passkeys.check(`unlock ${id}`, await json(c), relying(room, c))
    if ("refused" in shown || !session || shown.officer !== id) return c.json({ refused: "passkey.not-valid" }, 403)
    sessions.lock(session.id, false)
    desk.live.tell({ kind: "officers" })
    return c.json({})
  })
  return app
}

/** The officers of a desk: who there is, inviting one, and the way back for one who lost his passkeys. */
export function officersApi({ desk }: Room): Hono<Env> {
  const { officers } = desk
  const app = new Hono<Env>()
  const told = (c: Context, answer: object) => {
    desk.live.tell({ kind: "officers" })
    return said(c, answer)
  }
  app.post("/care/:seq/see", (c) => {
    careSeen(desk.archive, desk.clock, Number(c.req.param("seq")) || 0, c.get("officer").id)
    return c.json({})
  })
  app.get("/officers", (c) => c.json(officers.all()))
  app.post("/officers", async (c) => {
    const parsed = invitation.safeParse(await json(c))
    if (!parsed.success) return c.json({ refused: "act.malformed" }, 400)
    return told(c, officers.invite(parsed.data))
  })
  app.put("/officers/:officer", async (c) => {
    const parsed = invitation.omit({ name: true }).safeParse(await json(c))
    if (!parsed.success) return c.json({ refused: "act.malformed" }, 400)
    return told(c, officers.change(c.req.param("officer"), parsed.data))
  })
  app.post("/officers/:officer/end", (c) => told(c, officers.end(c.req.param("officer"), c.get("officer").id)))
  app.post("/officers/:officer/recovery", (c) =>
    told(c, officers.recoveries.ask(c.req.param("officer"), c.get("officer").id)),
  )
  app.post("/recoveries/:recovery/release", (c) =>
    told(c, officers.recoveries.release(c.req.param("recovery"), c.get("officer").id)),
  )
  return app
}

function ownView({ desk }: Room, officer: Officer, session: Session | undefined): OwnView {
  const { id, name, role } = officer
  const passkeys = desk.officers.passkeys.of(id)
  const sessions = desk.officers.sessions.list(id, session?.id)
  return { id, name, role, function: officer.function, enrolling: session?.enrolling ?? false, passkeys, sessions }
}

function welcome({ desk, site }: Room, c: Context, session: string): void {
  setCookie(c, desk.cookie, session, {
    ...{ httpOnly: true, sameSite: "Strict", path: "/", secure: site.tls, maxAge: 7 * 86_400 },
  })
}

/** What a passkey that is shown to this request is bound to. */
export function relying({ site }: Room, c: Context): Relying {
  return relyingOn(site, c.req.header("host"))
}

const connection = z.object({ incoming: z.object({ socket: z.object({ remoteAddress: z.string().optional() }) }) })

/** Where a request comes from; nothing where it came by no connection. */
function addressOf(c: Context): string {
  return connection.safeParse(c.env).data?.incoming.socket.remoteAddress ?? ""
}

function agentOf(c: Context): string {
  return c.req.header("user-agent") ?? ""
}

/** An answer, or a refusal with its code. */
export function said(c: Context, answer: object) {
  return c.json(answer, "refused" in answer ? 409 : 200)
}

/** The body of a request as JSON; undefined where it is none. */
export async function json(c: Context): Promise<unknown> {
  try {
    return parseJson(await c.req.text())
  } catch {
    return undefined
  }
}
