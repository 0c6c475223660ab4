import assert from "node:assert/strict"
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { test } from "node:test"
import pg from "pg"
import { z } from "zod"
import { openArchive } from "#desk/archive.ts"
import { type Desk, openDesk } from "#desk/open.ts"
import { type AnyActKind, id, refuse, text } from "#offices/act.ts"
import { type Rules, rules } from "#offices/index.ts"
import type { LiveEvent } from "#offices/joins/screen.ts"
import { utf8 } from "#register/bytes.ts"
import { publicLine } from "#seal/stamp.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { systemClock } from "../src/clock.ts"
import { answer, lineOf, type Office, openOffice, received, say, until } from "./office.ts"

/** What the invented second version has more: an act that no release before it knows. */
const noted: AnyActKind = {
  kind: "message.noted",
  schema: z.strictObject({ matter: id, of: id, text }),
  texts: ["text"],
  by: "officer",
  callsForReceipt: true,
  mayAct: (state, record) => (state?.header === record.of ? "permitted" : refuse("message.unknown")),
  fold: (state, record, { by, at }) => ({ ...state, noted: { ...state.noted, [by]: { at, text: record.text } } }),
}

/** The next release: the first version as it is, and a second that takes no FLASH in the language of the first. */
function nextRelease(): ReadonlyMap<number, Rules> {
  const first = rules.get(1) ?? assert.fail("the first version is missing")
  const sent = first.get("message.sent") ?? assert.fail("there is no message.sent")
  const stricter: AnyActKind = {
    ...sent,
    mayAct: (state, record, entry) =>
      record.language === "ru" ? refuse("act.malformed") : sent.mayAct(state, record, entry),
  }
  const second = new Map([...first, [sent.kind, stricter], [noted.kind, noted]])
  return new Map([
    [1, first],
    [2, second],
  ])
}

async function runBy(office: Office, name: string, versions: ReadonlyMap<number, Rules>): Promise<Desk> {
  await office.closeDesk(name)
  const desk = await openDesk({
    folder: programFolder(office.data, "desk", name),
    ...{ delegation: name, registry: office.registry.url, clock: systemClock(), versions },
    log: (message) => void office.logged.push(message),
  })
  office.desks.set(name, desk)
  return desk
}

/** The secretariat puts a version of the rules in force. */
async function adopt(office: Office, number: number): Promise<void> {
  const secretariat = office.desk("secretariat")
  const act = { act: "rules.adopted", matter: secretariat.founded.office, number, release: "5f".repeat(32) }
  const whole = { line: publicLine(0), members: ["*"], precedence: "ROUTINE" as const, texts: [], officer: null }
  secretariat.outbox.submit({ ...whole, act: utf8(JSON.stringify(act)), token: `rules.${number}` })
  // Something that is said wakes the outbox.
  say(secretariat, office.line("all"), "the rules change")
  for (const desk of office.desks.values())
    await until(desk, "the rules are in force", () => desk.book.roll().rules === number)
}

/** All that a desk holds and folded of a line. */
function heldBy({ archive: { sql } }: Desk, line: string) {
  return {
    envelopes: sql.all`SELECT "index", place, hash FROM envelope WHERE line = ${line} ORDER BY place`,
    records: sql.all`SELECT r.* FROM record r WHERE r.line = ${line} ORDER BY r."index", r.number`,
    states: sql.all`SELECT id, state, folded FROM matter WHERE line = ${line} ORDER BY id`,
  }
}

test("a desk of this release beside one of the next shows and rings, folds nothing by guess, and agrees once upgraded", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const next = nextRelease()
  const ours = await runBy(office, "ukraine", next)
  const old = office.desk("russian-federation")
  const before = await received(old, line, say(ours, line, "under the first version"))
  const stateOf = (desk: Desk) => desk.archive.sql.get`SELECT state, folded FROM matter WHERE id = ${before.matter}`
  const folded = stateOf(old)
  await adopt(office, 2)

  const rung: LiveEvent[] = []
  using _ = (() => {
    const stop = new AbortController()
    old.live.watch((event) => rung.push(event), stop.signal)
    return { [Symbol.dispose]: () => stop.abort() }
  })()
  const flash = say(ours, line, "Горить насосна станція", "FLASH")
  const records = [
    { fields: { matter: before.matter, of: before.header }, texts: { text: "a word of the next release" } },
  ]
  const handed = ours.door.hand({ act: "message.noted", line, records }, { officer: "officer" })
  assert.ok(!("refused" in handed), JSON.stringify(handed))
  const arrived = () => old.status().needs?.rows.filter(({ by }) => by === "ukraine") ?? []
  await until(old, "both arrive", () => arrived().length === 2)

  const { needs, distrusted } = old.status()
  assert.equal(needs?.rules, 2)
  const shown = needs.rows.map(({ by, precedence, act, texts }) => ({ by, precedence, act, texts }))
  assert.deepEqual(
    shown.filter(({ by }) => by === "ukraine").toSorted((a, b) => (a.act < b.act ? -1 : 1)),
    [
      { by: "ukraine", precedence: "ROUTINE", act: "message.noted", texts: ["a word of the next release"] },
      ...[
        {
          by: "ukraine",
          precedence: "FLASH",
          act: "message.sent",
          texts: ["Subject of Горить насосна станц", "Горить насосна станція"],
        },
      ],
    ],
  )
  const heard = rung.flatMap((event) => (event.kind === "entered" ? event.entered : []))
  assert.ok(
    heard.some((one) => one.matter === flash && one.precedence === "FLASH"),
    "it rings",
  )
  assert.equal(old.views.message(line, flash), undefined)
  assert.deepEqual(stateOf(old), folded, "what was folded stays as it was")
  assert.deepEqual(answer(old, before, "message.acknowledged"), { refused: "version.unknown" })
  assert.deepEqual([distrusted, old.evidenceView()], [null, []])
  assert.equal(ours.status().needs, null)

  const upgraded = await runBy(office, "russian-federation", next)
  assert.equal(upgraded.status().needs, null)
  const message = await received(upgraded, line, flash)
  assert.equal(message.body, "Горить насосна станція")
  assert.ok(!("refused" in answer(upgraded, message, "message.acknowledged")))
  await until(ours, "the answer arrives", () => ours.views.message(line, flash)?.awaits === false)
  await until(upgraded, "its own answer comes back", () => upgraded.views.message(line, flash)?.awaits === false)
  assert.deepEqual(heldBy(upgraded, line), heldBy(ours, line))
  const [state] = upgraded.archive.sql.all`SELECT state FROM matter WHERE id = ${before.matter}`
  assert.ok(JSON.parse(String(state?.state)).noted.ukraine, "the act that it did not know is folded")
  assert.equal(upgraded.archive.sql.get`SELECT count(*) AS n FROM record WHERE refused IS NOT NULL`?.n, 0)
})

test("a release that a record carries is looked at also where its rules came to be known later", async () => {
  await using office = await openOffice()
  const author = await runBy(office, "icrc", nextRelease())
  const old = office.desk("secretariat")
  await adopt(office, 2)
  const line = lineOf(author, "secretariat")
  const relay = { attribution: "attributed", to: ["ukraine"] }
  const texts = { subject: "to be passed on", body: "words that go beyond their line" }
  const handed = author.door.hand(
    { act: "message.sent", line, records: [{ fields: { language: "en", relay }, texts }] },
    { officer: "officer" },
  )
  assert.ok(!("refused" in handed), JSON.stringify(handed))
  const releases = (desk: Desk) => desk.archive.sql.get`SELECT count(*) AS n FROM release`?.n
  await until(old, "it arrives", () => old.status().needs?.rows.some(({ by }) => by === "icrc") ?? false)
  assert.equal(releases(old), 0)

  const upgraded = await runBy(office, "secretariat", nextRelease())
  assert.equal(upgraded.views.message(line, handed.matters[0] ?? "")?.body, texts.body)
  assert.equal(releases(upgraded), 1)
  await until(author, "it comes back", () => releases(author) === 1)
  assert.deepEqual(heldBy(upgraded, line), heldBy(author, line))
})

function folder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "iod-next-"))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

const SQL = new URL("../src/desk/sql/", import.meta.url)
const versionOf = (file: string) => {
  using db = new DatabaseSync(file, { readOnly: true })
  return Number(db.prepare("PRAGMA user_version").get()?.user_version)
}

test("an archive of the next release is refused and stays as it was", async () => {
  using place = folder()
  const file = join(place.path, "desk.sqlite")
  {
    using db = new DatabaseSync(file)
    db.exec(
      "CREATE TABLE later (word TEXT); INSERT INTO later VALUES ('of the next release'); PRAGMA user_version = 999",
    )
  }
  await assert.rejects(openArchive(file), /belongs to a newer release \(999\); open it with that release/)
  assert.equal(versionOf(file), 999)
  assert.deepEqual(
    readdirSync(place.path).filter((name) => name.includes("before")),
    [],
  )
})

/** An archive as the first release made it, with a word in it. */
function firstArchive(file: string, files: readonly string[]): void {
  using db = new DatabaseSync(file)
  db.exec(readFileSync(new URL(files[0] ?? "", SQL), "utf8"))
  db.exec("INSERT INTO meta VALUES ('word', 'of an older release'); PRAGMA user_version = 1")
}

test("an archive of an older release is migrated with a copy kept, also where it was interrupted", async () => {
  const files = readdirSync(SQL).sort()
  for (const interrupted of [false, true]) {
    using place = folder()
    const file = join(place.path, "desk.sqlite")
    const copy = `${file}.before-${files.length}`
    firstArchive(file, files)
    if (interrupted) {
      // The copy was made, and the power went between two steps.
      copyFileSync(file, copy)
      using db = new DatabaseSync(file)
      db.exec(`BEGIN; ${readFileSync(new URL(files[1] ?? "", SQL), "utf8")}; PRAGMA user_version = 2; COMMIT`)
    }
    for (const _ of ["migrated", "opened again"]) {
      using archive = await openArchive(file)
      assert.equal(archive.meta("word"), "of an older release")
    }
    assert.deepEqual([versionOf(file), versionOf(copy)], [files.length, 1])
  }
})

test("a database of the next release of the registry is refused, and opens again when it is not", async () => {
  await using office = await openOffice()
  await office.closeRegistry()
  const query = async (sql: string) => {
    const client = new pg.Client(office.postgres.connectionOptions)
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await query("INSERT INTO migration VALUES (999)")
  await assert.rejects(office.reopenRegistry(), /this database belongs to a newer release of the registry/)
  await query("DELETE FROM migration WHERE number = 999")
  await office.reopenRegistry()
})
