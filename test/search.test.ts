import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import fc from "fast-check"
import { openArchive } from "#desk/archive.ts"
import type { Desk } from "#desk/open.ts"
import { rebuild } from "#desk/rebuild.ts"
import { openSearch } from "#desk/search.ts"
import { openFilling } from "#desk/search-filling.ts"
import { clearIndex, fillAgainFrom } from "#desk/search-index.ts"
import type { SearchAnswer, SearchHit } from "#offices/joins/screen.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { manualClock } from "../src/clock.ts"
import { answer, type Office, openOffice, received, say, until } from "./office.ts"

type Asked = Record<string, string>

function ask(desk: Pick<Desk, "search">, q: string, more: Asked = {}): SearchAnswer {
  const found = desk.search({ q, ...more })
  if ("refused" in found) assert.fail(`"${q}" was refused: ${found.refused}`)
  return found
}

const mattersOf = (found: SearchAnswer) => found.hits.map((hit) => hit.matter)
const plain = (pieces: SearchHit["excerpt"]) => pieces.map((piece) => piece.text).join("")
const marked = (pieces: SearchHit["excerpt"]) => pieces.filter((piece) => piece.hit).map((piece) => piece.text)

const SAID = [
  ["direct line", "Пошкоджено лінію електропередачі біля Енергодара.", "ROUTINE"],
  ["direct line", "Повреждена линия электропередачи около Энергодара.", "PRIORITY"],
  ["all", "The crew near Enerhodar is unarmed; power line 750 kV.", "ROUTINE"],
  ["all", "A convoy of four vehicles from Ivano-Frankivsk.", "IMMEDIATE"],
] as const

/** Says what stands above, each by ukraine, and waits until the other party holds it. */
async function sayAll(office: Office): Promise<string[]> {
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const matters: string[] = []
  for (const [purpose, body, precedence] of SAID) {
    const matter = say(from, office.line(purpose), body, precedence)
    await received(to, office.line(purpose), matter)
    matters.push(matter)
  }
  return matters
}

test("one spelling finds the others on every line, and answers are found beside what they answer", async (t) => {
  await using office = await openOffice()
  const matters = await sayAll(office)
  const [first = "", second = "", third = "", fourth = ""] = matters
  const desk = office.desk("russian-federation")

  await t.test("a name in any of three scripts finds the same messages, newest first where asked", () => {
    for (const name of ["Енергодар", "энергодар", "Enerhodar", "Energodar"])
      assert.deepEqual(mattersOf(ask(desk, name, { order: "newest" })), [third, second, first], name)
  })

  await t.test("a hit stands in the text as its author wrote it, under its subject", () => {
    const hit = ask(desk, "energodar пошкод").hits[0] ?? assert.fail("nothing was found")
    assert.deepEqual(marked(hit.excerpt), ["Пошкоджено", "Енергодара"])
    assert.equal(plain(hit.excerpt), SAID[0][1])
    assert.deepEqual(marked(hit.title ?? []), ["Пошкоджено"])
    assert.deepEqual([hit.by, hit.act, hit.office, hit.refused], ["ukraine", "message.sent", "message", null])
  })

  await t.test("words of subject and body are found together, a phrase never across them", () => {
    // The subject is "Subject of The crew near Enerhod", the body begins with "The crew".
    assert.deepEqual(mattersOf(ask(desk, "subject unarmed")), [third])
    assert.deepEqual(mattersOf(ask(desk, '"Enerhod The crew"')), [])
    assert.deepEqual(mattersOf(ask(desk, '"power line"')), [third])
  })

  await t.test("more of what was looked for stands before less of it", () => {
    assert.equal(mattersOf(ask(desk, "convoy"))[0], fourth)
    const twice = ask(desk, "line")
    assert.equal(mattersOf(twice)[0], third)
  })

  await t.test("it is narrowed to a line, a delegation, a precedence and days", () => {
    const narrowed = (more: Asked) => mattersOf(ask(desk, "energodar", { order: "newest", ...more }))
    assert.deepEqual(narrowed({ line: office.line("direct line") }), [second, first])
    assert.deepEqual(narrowed({ by: "icrc" }), [])
    assert.deepEqual(narrowed({ by: "ukraine", precedence: "PRIORITY" }), [second])
    const today = desk.now().slice(0, 10)
    assert.deepEqual(narrowed({ from: today, to: today }), [third, second, first])
    assert.deepEqual(narrowed({ from: "2099-01-01" }), [])
    assert.deepEqual(narrowed({ to: "2020-01-01" }), [])
  })

  await t.test("an objection and a recall are found with what they answer as their subject", async () => {
    const message = await received(desk, office.line("all"), third)
    const texts = { text: "Координати не збігаються з нашими." }
    const fields = { matter: third, of: message.header, reason: "COORDS_MISMATCH" }
    desk.door.hand({ act: "message.objected", line: message.line, records: [{ fields, texts }] }, { officer: "o" })
    const from = office.desk("ukraine")
    await until(from, "the objection is found", () => ask(from, "koordynaty").hits.length === 1)
    const hit = ask(from, "koordynat").hits[0] ?? assert.fail("nothing was found")
    assert.deepEqual([hit.act, hit.by, hit.matter], ["message.objected", "russian-federation", third])
    assert.match(plain(hit.title ?? []), /^Subject of The crew/)
  })

  await t.test("what the rules did not take is found and says so", async () => {
    const line = office.line("direct line")
    const twice = { matter: first, language: "en" }
    const texts = { subject: "twice", body: "the same matter once more: Lindenau" }
    const taken = desk.door.hand({ act: "message.sent", line, records: [{ fields: twice, texts }] }, { officer: "o" })
    assert.deepEqual(taken, { refused: "message.already-sent" })
    const other = office.desk("ukraine")
    // Two desks open the same matter at once: the later one stands and counts for nothing.
    const matter = nodeCrypto.sha256(Buffer.from("both")).toHex()
    for (const one of [desk, other])
      one.door.hand(
        { act: "message.sent", line, records: [{ fields: { matter, language: "en" }, texts }] },
        { officer: "o" },
      )
    await until(desk, "both are there", () => ask(desk, "lindenau").hits.length === 2)
    const refused = ask(desk, "lindenau").hits.map((hit) => hit.refused)
    assert.deepEqual(refused.toSorted(), ["message.already-sent", null].toSorted())
  })

  await t.test("a page ends where it was asked to, and the next one goes on", () => {
    const page = (offset: number) => ask(desk, "energodar", { order: "newest", limit: "2", offset: String(offset) })
    assert.deepEqual([mattersOf(page(0)), page(0).more], [[third, second], true])
    assert.deepEqual([mattersOf(page(2)), page(2).more], [[first], false])
  })

  await t.test("a delegation finds nothing of a line that it is not on", () => {
    assert.deepEqual(mattersOf(ask(office.desk("icrc"), "energodar")), [third])
  })

  await t.test("whatever is typed is an answer or a refusal in a code, and is in no log", () => {
    const evil = ['"', "a AND", "NEAR(a b)", "keys : x", "a* b*", "col:a", "^a", "-a", "a; DROP TABLE text", "{a b}: c"]
    const asked = fc.oneof(fc.constantFrom(...evil), fc.string({ unit: "grapheme", maxLength: 220 }))
    fc.assert(
      fc.property(asked, (q) => {
        const found = desk.search({ q })
        if ("refused" in found) assert.match(found.refused, /^search\.(empty|malformed)$/)
      }),
      { numRuns: 300 },
    )
    for (const wrong of [
      {},
      { q: 1 },
      { q: "a", order: "x" },
      { q: "a", by: "X Y" },
      { q: "a", limit: "-1" },
      { q: "a", z: "" },
    ])
      assert.deepEqual(desk.search(wrong), { refused: "search.malformed" })
    assert.deepEqual(desk.search({ q: " * " }), { refused: "search.empty" })
    assert.ok(!office.logged.some((line) => /energodar|lindenau|NEAR/i.test(line)))
  })

  await t.test("an erased text is found no more, and nothing of it stays in the index", () => {
    const { archive } = desk
    const fields = archive.sql.get`SELECT fields FROM record WHERE matter = ${first} ORDER BY "index" LIMIT 1`?.fields
    archive.sql.run`DELETE FROM text WHERE hash = ${JSON.parse(String(fields)).body}`
    assert.deepEqual(mattersOf(ask(desk, "energodar", { order: "newest" })), [third, second])
    // Its subject stands, and is found by its own words.
    assert.deepEqual(mattersOf(ask(desk, "subject Пошкоджено")), [first])
    archive.db.exec("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, search_words, row)")
    const has = (key: string) =>
      archive.db.prepare("SELECT 1 AS known FROM temp.words WHERE term = ?").get(key) !== undefined
    assert.deepEqual(["bilia", "enerhodara", "poshkodzheno"].map(has), [false, true, true])
    assert.equal(archive.sql.get`SELECT count(*) AS n FROM search WHERE keys LIKE '%bilia%'`?.n, 0)
    archive.db.exec("INSERT INTO search_words (search_words, rank) VALUES ('integrity-check', 1)")
  })
})

test("an archive that is older than its index is filled while the desk works, and a kill goes on where it ended", async () => {
  await using office = await openOffice()
  const from = office.desk("ukraine")
  const line = office.line("direct line")
  // Each of them is more than is put in before a question is answered.
  for (const list of [1, 2, 3]) {
    const records = Array.from({ length: 210 }, (_, i) => ({
      fields: { language: "uk" },
      texts: { subject: `запис ${list}.${i}`, body: `опора ${i} біля Ліндави` },
    }))
    const listed = from.door.hand({ act: "message.sent", line, precedence: "PRIORITY", records }, { officer: null })
    assert.ok(!("refused" in listed))
    await received(from, line, listed.matters.at(-1) ?? "")
  }
  const matters = await sayAll(office)
  await office.closeDesk("ukraine")
  const file = join(office.data, "desk", "ukraine", "desk.sqlite")
  {
    using archive = await openArchive(file)
    // As a release before the index left it.
    archive.transact(() => clearIndex(archive))
    archive.sql.run`DELETE FROM meta WHERE key = 'search.filled'`
  }
  const clock = manualClock(Date.parse("2026-11-23T10:00:00.000Z"))
  const logged: string[] = []
  const steps: number[] = []
  for (let kills = 0; ; kills++) {
    assert.ok(kills < 20, "the index is never full")
    using archive = await openArchive(file)
    const filling = openFilling(archive, clock, (line) => void logged.push(line))
    const search = openSearch(archive, filling)
    const before = ask({ search }, "energodar")
    if (before.filling === null) break
    steps.push(before.filling.done)
    clock.advance(10)
    filling.close()
  }
  assert.ok(steps.length > 1, "there was more than one step")
  assert.ok(logged.some((line) => /holds \d+ of \d+ envelopes/.test(line)))
  const again = await office.reopenDesk("ukraine")
  assert.deepEqual(mattersOf(ask(again, "energodar", { order: "newest" })), [matters[2], matters[1], matters[0]])
  assert.equal(ask(again, "ліндави", { limit: "200", offset: "480" }).hits.length, 150)

  const message = await received(again, line, matters[0] ?? "")
  answer(again, message, "message.recalled")
  await until(again, "the recall", () => again.views.message(line, message.matter)?.recall !== null)
  const found = ask(again, "ліндави", { limit: "200" })
  await office.closeDesk("ukraine")
  using archive = await openArchive(file)
  const folded = await rebuild(archive, nodeCrypto, from.founded)
  assert.equal(folded.different, 0)
  const search = openSearch(
    archive,
    openFilling(archive, clock, () => assert.fail("a rebuilt index is not filled")),
  )
  assert.deepEqual(ask({ search }, "ліндави", { limit: "200" }), found)
  archive.db.exec("INSERT INTO search_words (search_words, rank) VALUES ('integrity-check', 1)")
})

test("the index follows by itself once mail is quiet, and again from an envelope that takes its place late", async () => {
  await using office = await openOffice()
  await sayAll(office)
  await office.closeDesk("ukraine")
  using archive = await openArchive(join(office.data, "desk", "ukraine", "desk.sqlite"))
  const clock = manualClock(Date.parse("2026-11-23T10:00:00.000Z"))
  const filling = openFilling(archive, clock, () => undefined)
  clock.advance(60_000)
  assert.equal(filling.progress(), undefined)
  const late = Number(archive.sql.get`SELECT min(id) / 512 AS "index" FROM search`?.index)
  archive.transact(() => fillAgainFrom(archive, late))
  archive.sql.run`DELETE FROM search WHERE id / 512 = ${late}`
  filling.look()
  for (let mails = 0; mails < 9; mails++) {
    clock.advance(900)
    filling.look()
  }
  assert.notEqual(filling.progress(), undefined, "mail goes first")
  clock.advance(1900)
  assert.equal(filling.progress(), undefined)
  assert.notEqual(archive.sql.get`SELECT 1 AS held FROM search WHERE id / 512 = ${late}`, undefined)
})
