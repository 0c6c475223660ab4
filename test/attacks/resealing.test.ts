import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { test } from "node:test"
import { openArchive } from "#desk/archive.ts"
import { inspect } from "#desk/inspect.ts"
import type { Desk } from "#desk/open.ts"
import { rebuild } from "#desk/rebuild.ts"
import { faultSentence } from "#offices/joins/fault.ts"
import { envelopeMatter } from "#offices/lines/resealing.ts"
import { utf8 } from "#register/bytes.ts"
import { packBody, recordHash, type SaltedText, textHash } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { generateSealingIdentity, seal } from "#seal/node/hybrid.ts"
import { answer, openOffice, received, rungs, until } from "../office.ts"
import { type Composed, messageAct, openAuthor } from "./author.ts"
import { evidenceOf } from "./fault.ts"

test("what a member could not open is sealed again by one that can, and counts as if it had always opened", async (t) => {
  await using office = await openOffice({ charter: { clocks: SHORT, limits: SMALL } })
  const line = office.line("all")
  const [icrc, russia, secretariat] = ["icrc", "russian-federation", "secretariat"].map((name) =>
    office.desk(name),
  ) as [Desk, Desk, Desk]
  const ukraine = await openAuthor(office, "ukraine", () => russia.book.roll())
  /** Seals to a stranger in the place of the ICRC, whose name is the first. */
  const passOver = (to: readonly string[], plain: Uint8Array) =>
    seal([generateSealingIdentity().recipient, ...to.slice(1)], plain)
  const row = (desk: Desk, place: number) => desk.views.envelopes(line, undefined, 500).find((e) => e.place === place)
  const placeOf = (desk: Desk, hash: string) =>
    desk.views.envelopes(line, undefined, 500).find((e) => e.hash === hash)?.place ?? 0
  /** What was sealed again of a place and counts; a slow machine may see the next member speak too, in vain. */
  const resealings = (place: number) =>
    russia.archive.sql.all`SELECT fields ->> 'part' AS part, fields ->> 'of' AS parts FROM record
      WHERE kind = 'line.resealed' AND refused IS NULL AND fields ->> 'place' = ${place} ORDER BY "index"`
  const asked = (evil: Composed) =>
    until(russia, "the ICRC says that it cannot open it", () =>
      Boolean(row(russia, placeOf(russia, evil.hash))?.unopenable.some((one) => one.by === "icrc")),
    )
  const states = ({ archive }: Desk) =>
    JSON.stringify(
      archive.sql.all`SELECT id, office, state, opened, folded FROM matter WHERE line = ${line} ORDER BY id`,
    )
  /** That the ICRC has folded the line as the others have, and as a rebuild would. */
  async function agrees(): Promise<void> {
    await until(icrc, "every member folds the line alike", () => states(icrc) === states(russia))
    assert.equal((await rebuild(icrc.archive, nodeCrypto, icrc.founded)).different, 0)
    assert.deepEqual(await inspect(icrc.archive, nodeCrypto, icrc.founded), [])
  }

  const words = messageAct(randomBytes(32).toHex(), "not for everyone")
  const evil = ukraine.compose(line, "", { ...words, seal: passOver })
  const matter = JSON.parse(Buffer.from(words.act).toString()).record.matter
  await t.test("where its author does not, the next by name does, and what was said of it since counts", async () => {
    assert.equal(await ukraine.post(evil), "stamped")
    const message = await received(russia, line, matter)
    assert.ok(!("refused" in answer(russia, message, "message.acknowledged")))
    const told: string[] = []
    icrc.live.watch((event) => {
      if (event.kind === "entered") told.push(...event.entered.map((one) => one.matter))
    }, new AbortController().signal)

    assert.equal((await received(icrc, line, matter)).body, "not for everyone")
    const place = placeOf(icrc, evil.hash)
    assert.equal(row(icrc, place)?.fault, "body.unopenable", "what happened stays on record")
    const holds = (row(icrc, place)?.records.length ?? 0) > 0
    assert.equal(faultSentence("body.unopenable", holds), "envelope.opens-now", "and is told as what was")
    for (const desk of [icrc, russia, secretariat]) {
      await until(
        desk,
        "who sealed it again",
        () => row(desk, place)?.unopenable[0]?.resealed?.by === russia.delegation,
      )
      assert.equal(row(desk, place)?.unopenable[0]?.by, "icrc")
    }
    assert.ok(told.includes(matter), "its screens are told")
    await agrees()
    assert.equal(icrc.views.message(line, matter)?.place, place)
    // To the ICRC it was an answer to nothing when it came.
    assert.ok(rungs(icrc, { line, matter }, russia.delegation).includes("acknowledged"))
    assert.deepEqual(resealings(place).length, 1, "one member does it")
  })

  await t.test("an erased text is left out, and the act counts all the same", async () => {
    const evil = ukraine.compose(line, "to be erased", { seal: passOver })
    assert.equal(await ukraine.post(evil), "stamped")
    const { textHashes } = await received(russia, line, evil.matter)
    for (const desk of [russia, secretariat]) {
      await received(desk, line, evil.matter)
      desk.archive.sql.run`DELETE FROM text WHERE bytes = ${utf8("to be erased")}`
    }
    assert.equal(textHashes.length, 2)
    const message = await received(icrc, line, evil.matter)
    assert.equal(message.subject, "About to be erased")
    assert.equal(message.body, null)
    await agrees()
  })

  await t.test("another act than the first is its sealer's fault, and whoever is honest comes after", async () => {
    const evil = ukraine.compose(line, "the true words", { seal: passOver })
    assert.equal(await ukraine.post(evil), "stamped")
    await asked(evil)
    const place = placeOf(russia, evil.hash)
    const record = { matter: envelopeMatter(place), place, part: 1, of: 1 }
    const act = utf8(JSON.stringify({ act: "line.resealed", software: "0".repeat(64), record }))
    const other = ukraine.compose(line, "other words")
    const forged = ukraine.compose(line, "", { act, texts: [{ salt: other.salt, bytes: other.act }] })
    assert.equal(await ukraine.post(forged), "stamped")
    for (const desk of [icrc, russia, secretariat]) {
      await evidenceOf(desk, "author", "body.resealed")
      const marked = desk.views.envelopes(line, undefined, 50).find((e) => e.hash === forged.hash)
      assert.equal(marked?.fault, "body.resealed")
      assert.deepEqual(marked?.records, [])
    }
    assert.equal((await received(icrc, line, evil.matter)).body, "the true words")
    assert.equal(icrc.views.message(line, other.matter), undefined)
    await agrees()
  })

  await t.test("what is too large for one envelope beside its own act is sealed again in parts", async () => {
    const { act, texts, matters } = largeList(3, 10_400)
    const evil = ukraine.compose(line, "", { act, texts, seal: passOver })
    assert.equal(await ukraine.post(evil), "stamped")
    for (const [i, matter] of matters.entries())
      assert.equal((await received(icrc, line, matter)).body, String(i).repeat(10_400))
    assert.deepEqual({ ...resealings(placeOf(russia, evil.hash)).at(-1) }, { part: 2, parts: 2 })
    await agrees()
  })

  await t.test("what was sealed again and does not open either is sealed again in its turn", async () => {
    const evil = ukraine.compose(line, "twice passed over", { seal: passOver })
    assert.equal(await ukraine.post(evil), "stamped")
    await asked(evil)
    const place = placeOf(russia, evil.hash)
    const record = { matter: envelopeMatter(place), place, part: 1, of: 1 }
    const act = utf8(JSON.stringify({ act: "line.resealed", software: "0".repeat(64), record }))
    const body = russia.archive.sql.all`SELECT t.salt, t.bytes FROM brought b JOIN envelope e USING ("index")
      JOIN text t USING (hash) WHERE e.hash = ${evil.hash} ORDER BY b.number`
    const carried = body.map((one) => ({ salt: one.salt as Uint8Array, bytes: one.bytes as Uint8Array }))
    const texts = [{ salt: evil.salt, bytes: evil.act }, ...carried]
    const again = ukraine.compose(line, "", { act, texts, seal: passOver })
    assert.equal(await ukraine.post(again), "stamped")
    assert.equal((await received(icrc, line, evil.matter)).body, "twice passed over")
    await agrees()
  })

  for (const desk of [icrc, russia, secretariat]) assert.equal(desk.status().distrusted, null)
  await t.test("a crash between what was sealed again and its first place loses nothing", async () => {
    await office.closeDesk("icrc")
    {
      using archive = await openArchive(icrc.archive.path)
      const { sql } = archive
      const first = sql.get`SELECT "index", place, resealed FROM envelope WHERE hash = ${evil.hash}`
      const index = Number(first?.index)
      for (const { hash } of sql.all`SELECT hash FROM brought WHERE "index" = ${index}`)
        sql.run`DELETE FROM text WHERE hash = ${String(hash)}`
      sql.run`DELETE FROM brought WHERE "index" = ${index}`
      sql.run`DELETE FROM record WHERE "index" = ${index}`
      sql.run`UPDATE envelope SET salt = NULL, act = NULL, resealed = NULL WHERE "index" = ${index}`
      const body = packBody({ salt: evil.salt, act: evil.act, texts: words.texts })
      sql.run`INSERT INTO late VALUES (${Number(first?.resealed)}, ${line}, ${Number(first?.place)}, ${russia.delegation},
        1, 1, NULL, NULL, ${body})`
    }
    const again = await office.reopenDesk("icrc")
    assert.equal(again.views.message(line, matter)?.body, "not for everyone")
    assert.deepEqual(await inspect(again.archive, nodeCrypto, again.founded), [])
    assert.equal((await rebuild(again.archive, nodeCrypto, again.founded)).different, 0)
  })
})

/** A list of messages with texts of so many bytes. */
function largeList(count: number, length: number): { act: Uint8Array; texts: SaltedText[]; matters: string[] } {
  const salted = (text: string) => ({ salt: new Uint8Array(randomBytes(32)), bytes: utf8(text) })
  const matters: string[] = []
  const free: SaltedText[] = []
  const records = Array.from({ length: count }, (_, i) => {
    const [subject, body] = [salted(`Number ${i}`), salted(String(i).repeat(length))]
    const matter = randomBytes(32).toHex()
    matters.push(matter)
    free.push(subject, body)
    const [one, two] = [textHash(nodeCrypto, subject), textHash(nodeCrypto, body)]
    return salted(JSON.stringify({ matter, language: "en", subject: one, body: two }))
  })
  const list = records.map((record) => recordHash(nodeCrypto, record))
  const act = utf8(JSON.stringify({ act: "message.sent", software: "0".repeat(64), list }))
  return { act, texts: [...records, ...free], matters }
}

/** Two slots pass quickly for whoever waits for another's turn, and nobody fills them: tests watch every desk. */
const SHORT = {
  slot: { attended: 100_000_000, unattended: 100_000_000 },
  slotOfMany: { attended: 100_000_000, unattended: 1 },
  acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
  stampBound: 60,
}

/** A body as large as this is soon written. */
const SMALL = { body: 1 << 16, perMinute: 1200, urgentPerMinute: 1200, backlog: 512 }
