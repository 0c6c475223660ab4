import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { deskApi } from "#desk/api.ts"
import { ROUTES } from "#desk/officers/routes.ts"
import { deskApp } from "#desk/serve.ts"
import { rules } from "#offices/index.ts"
import type { OfficerView, SessionView } from "#offices/joins/officers.ts"
import { may, mayEnter, ROLES, type Role } from "#offices/roles.ts"
import { newAuthenticator } from "./authenticator.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { type Office, openOffice } from "./office.ts"
import { type Seat, seatAt, seatInvited } from "./seat.ts"

// An office that is no exercise: nobody goes on by a link alone.
const clock = jumpingClock()
let office: Office

before(async () => {
  const plan = { desks: ["secretariat", "ukraine"], witnesses: [], lines: [] }
  office = await openOffice({ plan, charter: { exercise: false }, withoutLines: true, clock })
})
after(() => office?.[Symbol.asyncDispose]())

const desk = () => office.desk("ukraine")
const heads = newAuthenticator()

/** The head of delegation at his seat; the first officer of a desk is its head. */
async function head(): Promise<Seat> {
  const seat = seatAt(desk())
  if (desk().officers.isNew()) {
    await seat.good("POST", "/sign-in", { link: desk().officers.link("Head") })
    assert.equal((await seat.register(heads)).status, 200)
  } else assert.equal((await seat.enter(heads)).status, 200)
  return seat
}

/** An officer who was invited, with a passkey, at his seat. */
async function invited(name: string, role = "officer", more: object = {}) {
  return seatInvited(desk(), await head(), name, role, more)
}

test("outside an exercise a link leads to registering a passkey, and to nothing else before", async () => {
  const seat = seatAt(desk())
  const link = desk().officers.link("Head")
  const { page, ...signed } = await seat.good("POST", "/sign-in", { link })
  assert.deepEqual([signed, typeof page], [{ officer: "Head", enrolling: true }, "string"])
  for (const path of ["/desk", "/messages", "/officers", "/live"])
    assert.deepEqual((await seat.ask("GET", path)).body, { error: "passkey-wanted" }, path)
  assert.equal((await seat.ask("POST", "/acts", {})).status, 403)
  assert.equal((await seat.register(heads)).status, 200)
  const { me } = await seat.good("GET", "/desk")
  assert.deepEqual(me, { id: (await seat.good("GET", "/me")).id, role: "head", canLock: true })
  assert.equal((await seatAt(desk()).ask("POST", "/sign-in", { link })).status, 403)
  // Without its only passkey he could not come back.
  const [only] = (await seat.good("GET", "/me")).passkeys as { id: string }[]
  assert.deepEqual((await seat.ask("DELETE", `/me/passkeys/${only?.id}`)).body, { refused: "passkey.last" })
})

test("a passkey opens the desk for whom it was registered, as often as he comes, and no stranger's does", async () => {
  const { key, id } = await invited("Second")
  const again = seatAt(desk())
  assert.equal((await again.enter(key)).status, 200)
  assert.equal((await again.good("GET", "/me")).id, id)
  const stranger = newAuthenticator()
  stranger.make({ challenge: "AAAA", user: { id: "AAAA" } }, { origin: "http://x", rpId: "x" })
  assert.deepEqual((await seatAt(desk()).enter(stranger)).body, { refused: "passkey.not-valid" })
})

test("a passkey is bound to this desk's own name, needs a person who was verified, and each question counts once", async () => {
  const { key } = await invited("Third")
  const seat = seatAt(desk())
  const page = { origin: "http://ukraine.localhost", rpId: "ukraine.localhost" }
  const ask = async () => (await seat.good("POST", "/sign-in/passkey/options")) as { challenge: string }
  const tries = [
    key.use(await ask(), { ...page, origin: "http://ukraine.localhost.evil.example" }),
    key.use(await ask(), { ...page, rpId: "secretariat.localhost" }),
    key.use(await ask(), { ...page, verified: false }),
    key.use({ challenge: Buffer.from("made up by somebody else").toString("base64url") }, page),
  ]
  for (const one of tries) assert.equal((await seat.ask("POST", "/sign-in/passkey", one)).status, 403)
  const good = key.use(await ask(), page)
  assert.equal((await seat.ask("POST", "/sign-in/passkey", good)).status, 200)
  assert.equal((await seat.ask("POST", "/sign-in/passkey", good)).status, 403)
  const late = key.use(await ask(), page)
  clock.jump(6 * 60_000)
  assert.equal((await seat.ask("POST", "/sign-in/passkey", late)).status, 403)
})

test("an officer has several passkeys, and one that is removed ends where it is signed in", async () => {
  const { seat, key } = await invited("Fourth")
  const other = newAuthenticator()
  assert.equal((await seat.register(other, "the other one")).status, 200)
  const elsewhere = seatAt(desk())
  await elsewhere.enter(other)
  const mine = (await seat.good("GET", "/me")).passkeys as { id: string; name: string }[]
  assert.deepEqual(mine.map((one) => one.name).sort(), ["key", "the other one"])
  const gone = mine.find((one) => one.name === "the other one")
  // Nobody takes another officer's away.
  const stranger = (await invited("Fifth")).seat
  assert.deepEqual((await stranger.ask("DELETE", `/me/passkeys/${gone?.id}`)).body, { refused: "passkey.unknown" })
  await seat.good("DELETE", `/me/passkeys/${gone?.id}`)
  assert.equal((await elsewhere.ask("GET", "/desk")).status, 401)
  assert.equal((await seatAt(desk()).enter(other)).status, 403)
  assert.equal((await seatAt(desk()).enter(key)).status, 200)
})

test("whoever lost all passkeys comes back by two others: one asks, the head releases", async () => {
  const lost = await invited("Lost")
  const colleague = await invited("Colleague")
  const by = await head()
  assert.deepEqual((await lost.seat.ask("POST", `/officers/${lost.id}/recovery`)).body, { refused: "recovery.own" })
  const { recovery } = await colleague.seat.good("POST", `/officers/${lost.id}/recovery`)
  assert.equal((await lost.seat.ask("POST", `/recoveries/${recovery}/release`)).body.refused, "role.not-yours")
  const { link } = await by.good("POST", `/recoveries/${recovery}/release`)
  // What was lost may be in other hands: it opens nothing any more.
  assert.equal((await lost.seat.ask("GET", "/desk")).status, 401)
  assert.equal((await seatAt(desk()).enter(lost.key)).status, 403)
  const back = seatAt(desk())
  await back.good("POST", "/sign-in", { link })
  assert.equal((await back.register(newAuthenticator())).status, 200)
  assert.equal((await back.good("GET", "/me")).id, lost.id)
  // Where a third could have asked, the head does not do both.
  const own = await by.good("POST", `/officers/${colleague.id}/recovery`)
  assert.deepEqual((await by.ask("POST", `/recoveries/${own.recovery}/release`)).body, { refused: "recovery.own" })
})

test("the desk answers to its own name only, and to no other site's pages", async () => {
  const seat = await head()
  for (const host of [
    "evil.example",
    "ukraine.localhost.evil.example",
    "127.0.0.1",
    "secretariat.localhost",
    "localhost",
  ])
    for (const path of ["/api/desk", "/"]) {
      const headers = { host, cookie: seat.cookie() }
      assert.equal((await deskApp(desk()).request(`http://x${path}`, { headers })).status, 421, host)
    }
  for (const origin of ["http://evil.example", "null", "http://secretariat.localhost"])
    assert.deepEqual((await seat.ask("POST", "/officers", {}, { origin })).body, { error: "foreign-origin" })
})

test("every path of the API stands in the table of roles, and a path that does not is answered to nobody", async () => {
  const listed = ROUTES.map(([method, path]) => `${method} ${path}`)
  const served = deskApi(desk()).routes.filter(({ method, path }) => method !== "ALL" && !path.startsWith("/sign-in"))
  assert.ok(served.length > 50, "the routes were found")
  assert.deepEqual([...new Set(served.map(({ method, path }) => `${method} ${path}`))].sort(), listed.toSorted())
})

/** Asks every path that the role does not open. */
async function asksTooMuch(seat: Seat, role: Role): Promise<void> {
  for (const [method, path, power] of ROUTES.filter((route) => !may(role, route[2]))) {
    const answer = await seat.ask(method, path.replaceAll(/:\w+/g, "x"), method === "GET" ? undefined : {})
    assert.deepEqual([answer.status, answer.body], [403, { refused: "role.not-yours" }], `${power} ${method} ${path}`)
  }
}

test("a role does what the table says and nothing else: at every path, and at the door for every kind of act", async () => {
  const line = office.desk("ukraine").views.lines()[0]?.id ?? "0".repeat(64)
  const send = {
    act: "message.sent",
    line,
    records: [{ fields: { language: "en" }, texts: { subject: "s", body: "b" } }],
  }
  for (const role of ROLES) {
    const { seat, id } = await invited(`The ${role}`, role)
    await asksTooMuch(seat, role)
    const kept = { refused: "role.not-yours" }
    for (const [kind, { by }] of rules.get(1) ?? []) {
      if (by !== "officer" || mayEnter(role, kind)) continue
      assert.deepEqual(desk().door.hand({ ...send, act: kind }, { officer: id }), kept, `${role} ${kind}`)
    }
    if (mayEnter(role, "message.sent")) assert.notDeepEqual(desk().door.hand(send, { officer: id }), kept)
  }
  assert.deepEqual(desk().door.hand(send, { officer: "nobody" }), { refused: "role.no-access" })
})

test("whoever reads no content gets none with how the desk stands", async () => {
  const { seat } = await invited("An auditor", "auditor")
  const status = await seat.good("GET", "/desk")
  assert.deepEqual([status.lines, status.unread, status.unstamped, status.unproven], [[], 0, [], []])
})

test("access ends at a recorded instant: by the term, or at once, and the same passkey opens nothing after it", async () => {
  const by = await head()
  const until = new Date(clock.now() + 3600_000).toISOString()
  const { seat, key } = await invited("For an hour", "officer", { until })
  await seat.good("GET", "/messages")
  clock.jump(3600_000)
  assert.equal((await seat.ask("GET", "/messages")).status, 401)
  assert.equal((await seatAt(desk()).enter(key)).status, 403)

  const leaving = await invited("Leaving")
  const again = await head()
  const { ended } = await again.good("POST", `/officers/${leaving.id}/end`)
  assert.equal((await leaving.seat.ask("GET", "/messages")).status, 401)
  assert.equal((await seatAt(desk()).enter(leaving.key)).status, 403)
  const rows = (await again.good("GET", "/officers")) as unknown as OfficerView[]
  assert.equal(rows.find((one) => one.id === leaving.id)?.ended, ended)
  // Ended for good: not even two others bring him back.
  assert.equal((await again.ask("POST", `/officers/${leaving.id}/recovery`)).body.refused, "officer.unknown")
  assert.equal((await by.ask("POST", `/officers/${leaving.id}/end`)).status, 409)
})

test("another role holds from the next request on, and a desk always keeps a head", async () => {
  const by = await head()
  const { seat, id } = await invited("Promoted", "reader")
  const to = { role: "head", function: "deputy", begins: null, until: null }
  assert.equal((await seat.ask("GET", "/drafts")).status, 403)
  await by.good("PUT", `/officers/${id}`, to)
  await seat.good("GET", "/drafts")
  await by.good("PUT", `/officers/${id}`, { ...to, role: "reader" })
  assert.equal((await seat.ask("GET", "/drafts")).status, 403)
  const me = await by.good("GET", "/me")
  const all = (await by.good("GET", "/officers")) as unknown as OfficerView[]
  for (const one of all.filter(({ id, role, ended }) => role === "head" && ended === null && id !== me.id))
    await by.good("POST", `/officers/${one.id}/end`)
  for (const less of [
    { ...to, role: "officer" },
    { ...to, until: "2099-01-01T00:00:00.000Z" },
  ])
    assert.deepEqual((await by.ask("PUT", `/officers/${me.id}`, less)).body, { refused: "officer.last-head" })
  assert.deepEqual((await by.ask("POST", `/officers/${me.id}/end`)).body, { refused: "officer.last-head" })
})

test("an officer sees where he is signed in, and ends one session from another", async () => {
  const { seat, key } = await invited("Twice")
  const other = seatAt(desk())
  await other.enter(key)
  const sessions = (await seat.good("GET", "/me")).sessions as SessionView[]
  assert.deepEqual(sessions.map(({ here }) => here).sort(), [false, true])
  const there = sessions.find(({ here }) => !here)
  const stranger = (await invited("Not him")).seat
  assert.equal((await stranger.ask("DELETE", `/me/sessions/${there?.id}`)).status, 409)
  await seat.good("DELETE", `/me/sessions/${there?.id}`)
  assert.equal((await other.ask("GET", "/desk")).status, 401)
  // A watch and its hand-over: after that one comes anew.
  clock.jump(13 * 3600_000)
  assert.equal((await seat.ask("GET", "/desk")).status, 401)
})

test("a session's cookie that was copied opens nothing elsewhere, and a copy of all that its browser holds is noticed", async () => {
  const { seat } = await invited("Copied")
  const [cookie, page] = [seat.cookie(), seat.page()]
  assert.equal((await seatAt(desk(), { cookie }).ask("GET", "/messages")).status, 401)
  assert.equal((await seatAt(desk(), { cookie, page: "a guess" }).ask("GET", "/messages")).status, 401)
  await seat.good("GET", "/messages")
  // A thief with the page's word too works on until the word turns; then either of them shows one that is out.
  const thief = seatAt(desk(), { cookie, page })
  await thief.good("GET", "/messages")
  clock.jump(11 * 60_000)
  await seat.good("GET", "/messages")
  assert.notEqual(seat.page(), page)
  await seat.good("GET", "/messages")
  clock.jump(2 * 60_000)
  assert.equal((await thief.ask("GET", "/messages")).status, 401)
  // Which of the two is the officer cannot be told: it is over for both.
  assert.equal((await seat.ask("GET", "/messages")).status, 401)
})

test("the page's word turns without losing a tab, an answer that was lost, or a restart of the desk", async () => {
  const { seat } = await invited("Many tabs")
  const tab = () => seatAt(desk(), { cookie: seat.cookie(), page: seat.page() })
  clock.jump(11 * 60_000)
  const [one, two, lost] = [tab(), tab(), tab()]
  await Promise.all([one, two].map((each) => each.good("GET", "/messages")))
  assert.equal(one.page(), two.page())
  // Its answer never came: it still shows the old one, and is offered the same again.
  await lost.good("GET", "/messages")
  assert.equal(lost.page(), one.page())
  await office.closeDesk("ukraine")
  await office.reopenDesk("ukraine")
  const after = seatAt(desk(), { cookie: one.cookie(), page: one.page() })
  await after.good("GET", "/messages")
  // A request that crossed the first one with the new word.
  await seatAt(desk(), { cookie: seat.cookie(), page: seat.page() }).good("GET", "/messages")
  await after.good("GET", "/messages")
})

test("a ticket is good for one path of one session, and for nothing that changes anything", async () => {
  const { seat } = await invited("With a ticket")
  const { ticket } = await seat.good("POST", "/me/tickets", { path: "/messages" })
  const other = (await invited("Without")).seat
  const bare = (cookie: string) => seatAt(desk(), { cookie })
  assert.equal((await bare(seat.cookie()).ask("GET", `/messages?ticket=${ticket}`)).status, 200)
  assert.equal((await bare(other.cookie()).ask("GET", `/messages?ticket=${ticket}`)).status, 401)
  assert.equal((await bare("").ask("GET", `/messages?ticket=${ticket}`)).status, 401)
  assert.equal((await bare(seat.cookie()).ask("GET", `/drafts?ticket=${ticket}`)).status, 401)
  assert.equal((await bare(seat.cookie()).ask("POST", `/acts?ticket=${ticket}`, {})).status, 401)
})

test("a locked screen answers nothing until its own officer shows a passkey", async () => {
  const { seat, key } = await invited("At a shared console")
  const passer = await invited("Passing by")
  await seat.good("POST", "/me/lock")
  for (const path of ["/desk", "/messages", "/me", "/live"])
    assert.deepEqual((await seat.ask("GET", path)).body, { error: "locked" }, path)
  const page = { origin: "http://ukraine.localhost", rpId: "ukraine.localhost" }
  const shown = async (by: typeof key) =>
    by.use((await seat.good("POST", "/me/unlock/options")) as { challenge: string }, page)
  assert.equal((await seat.ask("POST", "/me/unlock", await shown(passer.key))).status, 403)
  // What signs in opens no lock.
  const entering = (await seat.good("POST", "/sign-in/passkey/options")) as { challenge: string }
  assert.equal((await seat.ask("POST", "/me/unlock", key.use(entering, page))).status, 403)
  await seat.good("POST", "/me/unlock", await shown(key))
  await seat.good("GET", "/messages")
})
