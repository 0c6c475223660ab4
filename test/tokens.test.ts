import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { deskApi } from "#desk/api.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { lineOf, type Office, openOffice } from "./office.ts"
import { type Seat, seatAt, sessionOf } from "./seat.ts"

const clock = jumpingClock()
let office: Office
let head: Seat

before(async () => {
  office = await openOffice({ clock })
  const { cookie = "", "iod-page": page = "" } = sessionOf(desk(), "Head")
  head = seatAt(desk(), { cookie, page })
})
after(() => office?.[Symbol.asyncDispose]())

const desk = () => office.desk("ukraine")
const inAnHour = () => new Date(clock.now() + 3600_000).toISOString()

/** Asks as a script with this token does. */
function script(token: unknown) {
  return (method: string, path: string, body?: unknown) =>
    seatAt(desk()).ask(method, path, body, { authorization: `Bearer ${token}` })
}

function message() {
  const records = [{ fields: { language: "en" }, texts: { subject: "s", body: "b" } }]
  return { act: "message.sent", line: lineOf(desk(), "direct line"), records }
}

test("a token enters the kinds of act and reads the paths that it names, and nothing beyond", async () => {
  const asked = { name: "Night script", acts: ["message.sent"], paths: ["/messages"], until: inAnHour() }
  const { token, id } = await head.good("POST", "/tokens", asked)
  const ask = script(token)
  assert.equal((await ask("GET", "/messages")).status, 200)
  assert.equal((await ask("POST", "/acts", message())).status, 200)
  const { line } = message()
  const beyond: [string, string, unknown?][] = [
    ["GET", "/desk"],
    ["GET", "/drafts"],
    ["GET", `/lines/${line}`],
    ["GET", "/tokens"],
    ["POST", "/tokens", asked],
    ["POST", "/officers", {}],
    ["POST", "/lines", {}],
    ["POST", "/files", {}],
    ["DELETE", "/drafts/x"],
    ["POST", `/messages/${line}/${line}/sheet`, {}],
  ]
  for (const [method, path, body] of beyond)
    assert.deepEqual((await ask(method, path, body)).body, { refused: "token.scope" }, `${method} ${path}`)
  const other = { ...message(), act: "message.recalled", records: [{ fields: { matter: line, of: line } }] }
  assert.deepEqual((await ask("POST", "/acts", other)).body, { refused: "role.not-yours" })
  await head.good("POST", `/tokens/${id}/end`)
  assert.equal((await ask("GET", "/messages")).status, 401)
  assert.deepEqual(desk().door.hand(message(), { officer: `token:${id}` }), { refused: "role.no-access" })
})

test("a token ends by its term, is kept as a hash only, and nobody but the head makes one", async () => {
  const asked = { name: "For an hour", acts: [], paths: ["/desk"], until: inAnHour() }
  const { token } = await head.good("POST", "/tokens", asked)
  const word = String(token)
  assert.equal((await script(word)("GET", "/desk")).status, 200)
  assert.equal((await script(`${word.slice(0, -1)}_`)("GET", "/desk")).status, 401)
  assert.ok(!JSON.stringify(desk().archive.sql.all`SELECT * FROM token`).includes(word.slice(4)))
  assert.ok(!JSON.stringify(await head.good("GET", "/tokens")).includes(word.slice(4)))
  clock.jump(3600_000)
  assert.equal((await script(word)("GET", "/desk")).status, 401)
  const { cookie = "", "iod-page": page = "" } = sessionOf(desk(), "Not the head")
  assert.equal((await seatAt(desk(), { cookie, page }).ask("POST", "/tokens", asked)).status, 403)
  for (const wrong of [{ acts: ["no.such-act"] }, { paths: ["/tokens"] }, { until: "2020-01-01T00:00:00.000Z" }])
    assert.equal((await head.ask("POST", "/tokens", { ...asked, until: inAnHour(), ...wrong })).status, 400)
})

test("the API is described with every path that it serves, from the schemas that parse its requests", async () => {
  const described = (await head.good("GET", "/openapi.json")) as {
    openapi: string
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: object }> } }>>
  }
  assert.equal(described.openapi, "3.1.0")
  const served = deskApi(desk()).routes.filter(({ method }) => method !== "ALL")
  assert.ok(served.length > 60, "the routes were found")
  const listed = Object.entries(described.paths).flatMap(([path, by]) =>
    Object.keys(by).map((m) => `${m.toUpperCase()} ${path}`),
  )
  const wanted = new Set(served.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`))
  assert.deepEqual(listed.sort(), [...wanted].sort())
  const schema = described.paths["/acts"]?.post?.requestBody?.content["application/json"]?.schema
  assert.deepEqual((schema as { required?: string[] } | undefined)?.required, ["act", "line", "records"])
})
