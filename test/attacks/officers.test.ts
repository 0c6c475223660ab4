import assert from "node:assert/strict"
import { test } from "node:test"
import { deskApp } from "#desk/serve.ts"
import { jumpingClock } from "../jumping-clock.ts"
import { openOffice } from "../office.ts"
import { seatAt, sessionOf } from "../seat.ts"

const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "</script><script>alert(1)</script>",
  "javascript:alert(1)",
  "{{constructor.constructor('alert(1)')()}}",
  "\u202egnp.exe",
]

test("links are not guessed: who fails too often waits, and a good link opens after it", async () => {
  const clock = jumpingClock()
  await using office = await openOffice({ withoutLines: true, clock })
  const desk = office.desk("icrc")
  const link = desk.officers.link("DO-1")
  const seat = seatAt(desk)
  const statuses: number[] = []
  for (let i = 0; i < 40; i++) statuses.push((await seat.ask("POST", "/sign-in", { link: `guess ${i}` })).status)
  assert.deepEqual([statuses.filter((one) => one === 403).length, statuses.at(-1)], [20, 429])
  assert.deepEqual((await seat.ask("POST", "/sign-in", { link })).body, { error: "too-many-tries" })
  clock.jump(61_000)
  await seat.good("POST", "/sign-in", { link })
})

test("no other page frames the desk, runs in it, or does anything by its officer's browser", async () => {
  await using office = await openOffice({ withoutLines: true })
  const desk = office.desk("icrc")
  const app = deskApp(desk)
  const page = await app.request("http://icrc.localhost/", { headers: { host: "icrc.localhost" } })
  const policy = page.headers.get("content-security-policy") ?? ""
  for (const one of [
    "default-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "base-uri 'none'",
  ])
    assert.ok(policy.includes(one), one)
  assert.doesNotMatch(policy, /unsafe-|\*|https?:/)
  const wanted = { "x-frame-options": "DENY", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" }
  for (const [name, value] of Object.entries(wanted)) assert.equal(page.headers.get(name), value)
  // CSRF: a foreign page's request comes with the cookie at best, and with no header of ours.
  const { cookie = "" } = sessionOf(desk, "DO-1")
  for (const headers of [
    { cookie, host: "icrc.localhost", origin: "http://evil.example", "content-type": "application/json" },
    { cookie, host: "icrc.localhost", "content-type": "text/plain" },
  ]) {
    const answer = await app.request("http://icrc.localhost/api/officers", { method: "POST", headers, body: "{}" })
    assert.ok([401, 403].includes(answer.status))
  }
})

test("what an officer types is data wherever it is answered, and never a page of its own", async () => {
  await using office = await openOffice({ withoutLines: true })
  const desk = office.desk("icrc")
  const { cookie = "", "iod-page": page = "" } = sessionOf(desk, "DO-1")
  const seat = seatAt(desk, { cookie, page })
  for (const word of HOSTILE) {
    const said = { name: word, role: "reader", function: word, begins: null, until: null }
    await seat.good("POST", "/officers", said)
    const answer = await seat.ask("GET", "/officers")
    assert.match(answer.headers.get("content-type") ?? "", /^application\/json/)
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff")
    assert.ok(JSON.stringify(answer.body).includes(JSON.stringify(word).slice(1, -1)), "kept as it was typed")
    const asked = await seat.ask("GET", `/${encodeURIComponent(word)}`)
    assert.deepEqual([asked.status, asked.body], [404, { error: "unknown-path" }])
  }
})
