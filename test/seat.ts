import assert from "node:assert/strict"
import type { Desk } from "#desk/open.ts"
import { deskApp } from "#desk/serve.ts"
import { type Authenticator, newAuthenticator } from "./authenticator.ts"

/** One browser at a desk: it keeps the cookie that it was given, and asks as the desk's own pages do. */
export type Seat = {
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Said>
  /** Asks and insists on a good answer. */
  good(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>
  register(authenticator: Authenticator, name?: string, second?: boolean): Promise<Said>
  enter(authenticator: Authenticator, verified?: boolean): Promise<Said>
  cookie(): string
  /** The word that its page shows beside the cookie. */
  page(): string
}
export type Said = { status: number; body: Record<string, unknown>; headers: Headers }

/** A new browser at this desk, with what was copied from another one. */
export function seatAt(desk: Desk, copied: { cookie?: string; page?: string } = {}): Seat {
  const app = deskApp(desk)
  const rpId = `${desk.delegation}.localhost`
  const origin = `http://${rpId}`
  let { cookie = "", page = "" } = copied
  const ask: Seat["ask"] = async (method, path, body, more = {}) => {
    const headers = { host: rpId, origin, cookie, "iod-page": page, "content-type": "application/json", ...more }
    const answer = await app.request(`${origin}/api${path}`, {
      ...{ method, headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const set = answer.headers.get("set-cookie")
    if (set) cookie = set.split(";")[0] ?? ""
    const isJson = answer.headers.get("content-type")?.startsWith("application/json")
    const told = await answer.text()
    const said: Record<string, unknown> = isJson ? JSON.parse(told) : { told }
    page = answer.headers.get("iod-page-next") ?? (typeof said.page === "string" ? said.page : page)
    return { status: answer.status, body: said, headers: answer.headers }
  }
  const good: Seat["good"] = async (method, path, body) => {
    const answer = await ask(method, path, body)
    assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  return {
    ...{ ask, good, cookie: () => cookie, page: () => page },
    async register(authenticator, name = "key", second = false) {
      const options = await good("POST", "/me/passkeys/options")
      const response = authenticator.make(options as Parameters<Authenticator["make"]>[0], { origin, rpId })
      return ask("POST", "/me/passkeys", { name, second, response })
    },
    async enter(authenticator, verified = true) {
      const options = await good("POST", "/sign-in/passkey/options")
      const shown = authenticator.use(options as Parameters<Authenticator["use"]>[0], { origin, rpId, verified })
      return ask("POST", "/sign-in/passkey", shown)
    },
  }
}

/** The headers of an officer who came by a link, as a page of his sends them. */
export function sessionOf(desk: Desk, name: string): Record<string, string> {
  const signed = desk.officers.signIn(desk.officers.link(name)) ?? assert.fail("the link is good once")
  return { cookie: `${desk.cookie}=${signed.session}`, "iod-page": signed.page, "content-type": "application/json" }
}

/** Whoever sits at a desk that is no exercise, with his passkey. */
export type Seated = { seat: Seat; key: Authenticator; id: string }

/** The head of delegation of a desk that nobody signed in at yet. */
export async function seatHead(desk: Desk): Promise<Seated> {
  const [seat, key] = [seatAt(desk), newAuthenticator()]
  await seat.good("POST", "/sign-in", { link: desk.officers.link("Head") })
  assert.equal((await seat.register(key)).status, 200)
  return { seat, key, id: String((await seat.good("GET", "/me")).id) }
}

/** An officer whom the head invites, and who comes and registers a passkey. */
export async function seatInvited(desk: Desk, head: Seat, name: string, role = "officer", more = {}): Promise<Seated> {
  const said = { name, role, function: "", begins: null, until: null, ...more }
  const { link, id } = await head.good("POST", "/officers", said)
  const [seat, key] = [seatAt(desk), newAuthenticator()]
  await seat.good("POST", "/sign-in", { link })
  assert.equal((await seat.register(key)).status, 200)
  return { seat, key, id: String(id) }
}

/** Answers a question of the desk with a passkey, as a page of it does. */
export async function shown({ seat, key }: Seated, desk: Desk, options: string): Promise<object> {
  const rpId = `${desk.delegation}.localhost`
  const asked = (await seat.good("POST", options)) as { challenge: string }
  return key.use(asked, { origin: `http://${rpId}`, rpId })
}
