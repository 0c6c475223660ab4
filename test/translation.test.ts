import assert from "node:assert/strict"
import { test } from "node:test"
import { deskApi } from "#desk/api.ts"
import { openOffice, received, say, until } from "./office.ts"
import { sessionOf } from "./seat.ts"

test("translations stand beside the original with who made them, and a machine's never leaves its desk", async () => {
  await using office = await openOffice()
  const [ukraine, secretariat] = [office.desk("ukraine"), office.desk("secretariat")]
  const line = ukraine.views.lines().find((one) => one.members.join() === "secretariat,ukraine")?.id ?? assert.fail()
  const message = await received(secretariat, line, say(ukraine, line, "The dam is whole."))
  const wanted = () => secretariat.views.untranslated("2000").map(({ matter, missing }) => ({ matter, missing }))
  assert.deepEqual(wanted(), [{ matter: message.matter, missing: ["uk", "ru"] }])

  const translate = (kind: string) =>
    secretariat.door.hand(
      {
        act: "message.translated",
        line,
        records: [
          {
            fields: { matter: message.matter, of: message.header, language: "uk", kind },
            texts: { subject: "Гребля", body: "Гребля ціла." },
          },
        ],
      },
      { officer: "interpreter" },
    )
  assert.deepEqual(translate("MACHINE"), { refused: "act.malformed" })
  assert.ok("outbox" in translate("WORKING"))
  await until(ukraine, "the translation", () => ukraine.views.message(line, message.matter)?.translations.length === 1)
  const [one] = ukraine.views.message(line, message.matter)?.translations ?? []
  assert.deepEqual([one?.kind, one?.by, one?.body], ["WORKING", "secretariat", "Гребля ціла."])
  await until(secretariat, "its own translation is back", () => wanted()[0]?.missing.length === 1)
  assert.deepEqual(wanted(), [{ matter: message.matter, missing: ["ru"] }])

  const headers = sessionOf(secretariat, "interpreter")
  const call = (method: string, path: string, body?: unknown) =>
    deskApi(secretariat).request(path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  const before = secretariat.outbox.waiting()
  const path = `/messages/${line}/${message.matter}/aids`
  assert.equal((await call("PUT", path, { language: "ru", subject: "Плотина", body: "Плотина цела." })).status, 200)
  assert.equal((await call("PUT", path, { language: "ru", subject: "", body: "x" })).status, 400)
  assert.match(await (await call("GET", path)).text(), /Плотина цела/)
  assert.equal(secretariat.outbox.waiting(), before)
  assert.equal(
    Number(
      secretariat.archive.sql.get`SELECT count(*) AS n FROM text WHERE bytes = ${Buffer.from("Плотина цела.")}`?.n,
    ),
    0,
  )
})

test("a draft outlives browser and desk, for the officer who writes it and for nobody else", async () => {
  await using office = await openOffice({ withoutLines: true })
  const sign = (name: string) => {
    const desk = office.desk("icrc")
    const headers = sessionOf(desk, name)
    return (method: string, path: string, body?: unknown) =>
      deskApi(office.desk("icrc")).request(path, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
  }
  const [one, other] = [sign("one"), sign("other")]
  const draft = {
    ...{ id: "a".repeat(32), line: "", replyTo: null, precedence: "FLASH", language: "uk", subject: "Міст", body: "" },
    ...{ replyBy: "", at: "2026-11-23T03:12:00.000Z", token: "a word for the door" },
  }
  assert.equal((await one("PUT", `/drafts/${draft.id}`, draft)).status, 200)
  // A browser that was away for a while does not bring an older state back.
  await one("PUT", `/drafts/${draft.id}`, { ...draft, subject: "old", at: "2026-11-23T03:11:00.000Z" })
  assert.equal((await other("PUT", `/drafts/${draft.id}`, { ...draft, subject: "mine" })).status, 409)
  assert.deepEqual(await (await other("GET", "/drafts")).json(), [])
  await office.closeDesk("icrc")
  await office.reopenDesk("icrc")
  assert.deepEqual(await (await one("GET", "/drafts")).json(), [draft])
  assert.equal((await one("DELETE", `/drafts/${draft.id}`)).status, 200)
  assert.deepEqual(await (await one("GET", "/drafts")).json(), [])
})
