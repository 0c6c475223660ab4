import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { rowHash, rowOf } from "#desk/officers/audit.ts"
import { checkAudit } from "#desk/officers/audit-check.ts"
import type { AuditRow } from "#offices/joins/officers.ts"
import { lineOf, type Office, openOffice, received, say, settled } from "./office.ts"
import { type Seat, seatAt, sessionOf } from "./seat.ts"

let office: Office
before(async () => {
  office = await openOffice()
})
after(() => office?.[Symbol.asyncDispose]())

const desk = () => office.desk("ukraine")

function seatOf(name: string): Seat {
  const { cookie = "", "iod-page": page = "" } = sessionOf(desk(), name)
  return seatAt(desk(), { cookie, page })
}

const rows = async (seat: Seat) => (await seat.good("GET", "/audit")) as unknown as AuditRow[]

test("the audit log holds what was done and what was refused, by whom, and no content", async () => {
  const head = seatOf("Head")
  const line = lineOf(desk(), "direct line")
  const secret = "Words that no auditor reads."
  const matter = say(desk(), line, secret)
  await received(desk(), line, matter)
  await head.ask("POST", `/messages/${line}/${matter}/page`, { language: "en" })
  const { link } = await head.good("POST", "/officers", {
    ...{ name: "A reader", role: "reader", function: "", begins: null, until: null },
  })
  const reader = seatAt(desk())
  await reader.good("POST", "/sign-in", { link })
  await reader.ask("POST", `/messages/${line}/${matter}/page`, { language: "en" })
  await seatAt(desk()).ask("POST", "/sign-in", { link: "a guess" })
  const all = await rows(head)
  const told = all.map(({ name, what, about }) => `${name} ${what} ${about}`)
  for (const one of [
    `Head export POST /messages/${line}/${matter}/page 200`,
    `A reader export POST /messages/${line}/${matter}/page 403`,
    "Head officer.invited POST /officers 200",
    "A reader signed-in link",
    " sign-in.refused link",
  ])
    assert.ok(told.includes(one), one)
  assert.ok(!JSON.stringify(all).includes(secret))
  assert.equal((await reader.ask("GET", "/audit")).status, 403)
})

test("every envelope covers the log as it stood, and says nothing of it to whoever lacks the salt", async () => {
  const head = seatOf("Head")
  const line = lineOf(desk(), "direct line")
  await received(desk(), line, say(desk(), line, "one"))
  await settled(office)
  const found = checkAudit(desk().archive)
  assert.deepEqual(found.findings, [])
  assert.ok(found.anchored > 1 && found.covered > 0 && found.covered <= found.rows)
  assert.deepEqual((await head.good("GET", "/audit/check")).findings, [])
  // The other desk holds the same headers and no salt: to it the nonces are random.
  const { sql } = office.desk("russian-federation").archive
  assert.equal(
    Number(
      sql.get`SELECT count(*) AS n FROM audit_anchor a JOIN envelope e ON e.hash = a.hash
    WHERE e.sender = 'ukraine'`?.n,
    ),
    0,
  )
})

test("a log that is rewritten, cut or stripped of its anchors is found, however well its own hashes fit", async () => {
  const head = seatOf("Head")
  await rows(head)
  const line = lineOf(desk(), "direct line")
  await received(desk(), line, say(desk(), line, "two"))
  await settled(office)
  const { archive } = desk()
  const { sql, db } = archive
  const codes = () => [...new Set(checkAudit(archive).findings.map(({ code }) => code))].sort()
  const tampered = (change: () => void): string[] => {
    db.exec("SAVEPOINT tampering")
    change()
    const found = codes()
    db.exec("ROLLBACK TO tampering; RELEASE tampering")
    return found
  }
  assert.deepEqual(codes(), [])
  assert.deepEqual(
    tampered(() => void sql.run`UPDATE audit SET officer = 'somebody else' WHERE seq = 1`),
    ["row-changed"],
  )
  // Somebody who can compute hashes too chains the rest again: the envelopes in the register still say otherwise.
  const rewritten = tampered(() => {
    sql.run`UPDATE audit SET officer = 'somebody else' WHERE seq = 1`
    let last = "0".repeat(64)
    for (const row of sql.all`SELECT * FROM audit ORDER BY seq`) {
      last = rowHash(last, rowOf(row))
      sql.run`UPDATE audit SET hash = ${last} WHERE seq = ${rowOf(row).seq}`
    }
  })
  assert.deepEqual(rewritten, ["anchor-does-not-fit"])
  assert.ok(tampered(() => void sql.run`DELETE FROM audit WHERE seq = 1`).includes("row-missing"))
  assert.deepEqual(
    tampered(() => void sql.run`DELETE FROM audit WHERE seq > 0`),
    ["anchor-does-not-fit"],
  )
  const last = sql.get`SELECT max(e."index") AS i FROM envelope e JOIN audit_anchor a ON a.hash = e.hash`
  assert.deepEqual(
    tampered(
      () =>
        void sql.run`DELETE FROM audit_anchor WHERE hash = (SELECT hash FROM envelope WHERE "index" = ${Number(last?.i)})`,
    ),
    ["anchor-missing"],
  )
})
