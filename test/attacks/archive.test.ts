import assert from "node:assert/strict"
import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { test } from "node:test"
import { type Archive, openArchive } from "#desk/archive.ts"
import { checkArrival, RegistryFault, TransitFault } from "#desk/arrival.ts"
import { type Finding, inspect } from "#desk/inspect.ts"
import { rebuild } from "#desk/rebuild.ts"
import { openVault } from "#desk/vault.ts"
import { rules } from "#offices/index.ts"
import { utf8 } from "#register/bytes.ts"
import { parseVerifierKey } from "#register/note.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { signRequest } from "#seal/node/request.ts"
import { frameReader } from "#seal/wire.ts"
import { programFolder } from "../../src/cli/exercise/found.ts"
import { answer, openOffice, received, say, until } from "../office.ts"
import type { Envelope } from "./keys.ts"

const SLOW = process.env.SLOW === "1"
/** Which rows of a table are changed, as fractions of its length. */
const WHERE = SLOW ? [0, 0.25, 0.5, 0.75, 0.99] : [0.5]

/** What a stranger may change and its owner must notice: every table whose rows are somebody's signed word. */
const SIGNED: Record<string, readonly string[]> = {
  envelope: [
    "index",
    "line",
    "place",
    "sender",
    "serial",
    "hash",
    "header",
    "stamp",
    "head",
    "at",
    "precedence",
    "seen",
    "salt",
    "act",
    "sealed",
    "fault",
  ],
  record: ["index", "number", "kind", "line", "matter", "fields", "salt"],
  text: ["hash", "salt", "bytes"],
  line: ["place", "head"],
  checkpoint: ["size", "root", "note", "witnessed"],
  proof: ["index", "size", "hashes"],
}

test("bytes flipped anywhere are refused or found, never believed", async (t) => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const message = await received(to, line, say(from, line, "на папері й на диску"))
  answer(to, message, "message.acknowledged")
  const records = [1, 2, 3].map((i) => ({ fields: { language: "uk" }, texts: { subject: `s${i}`, body: `b${i}` } }))
  const handed = from.door.hand({ act: "message.sent", line, records }, { officer: null })
  assert.ok(!("refused" in handed))
  await received(to, line, handed.matters[2] ?? "")
  await until(to, "all is witnessed", () => to.registerView().notWitnessed === 0 && to.outbox.waiting() === 0)
  const { founded } = to
  const roll = to.book.roll()
  await office.closeDesk("russian-federation")
  const folder = programFolder(office.data, "desk", "russian-federation")
  const path = join(folder, "desk.sqlite")
  const vault = openVault(folder)
  const frame = await sealedFrame()

  const checked = async (archive: Archive) => {
    const findings = await inspect(archive, nodeCrypto, founded)
    return { findings, different: (await rebuild(archive, nodeCrypto, founded)).different }
  }

  await t.test("an archive that nobody touched holds", async () => {
    using archive = await openArchive(copyOf(path))
    assert.deepEqual(await checked(archive), { findings: [], different: 0 })
  })

  for (const [table, columns] of Object.entries(SIGNED))
    await t.test(`a change of any column of ${table} is found`, async () => {
      const spots = columns.flatMap((column) => WHERE.map((where) => ({ column, where })))
      for (const { column, where } of spots) {
        const copy = copyOf(path)
        if (!change(copy, table, column, where)) continue
        using archive = await openArchive(copy)
        const findings = await inspect(archive, nodeCrypto, founded)
        assert.ok(findings.length > 0, `${table}.${column} was changed and nothing found`)
      }
    })

  await t.test("a row left out of the archive is found, an erased text is not a fault", async () => {
    const finding = async (statement: string): Promise<Finding[]> => {
      const copy = copyOf(path)
      const db = new DatabaseSync(copy)
      db.exec(`PRAGMA foreign_keys = OFF; ${statement}`)
      db.close()
      using archive = await openArchive(copy)
      return await inspect(archive, nodeCrypto, founded)
    }
    assert.ok((await finding(`DELETE FROM envelope WHERE hash = '${message.header}'`)).length > 0)
    assert.ok((await finding(`DELETE FROM record WHERE matter = '${message.matter}'`)).length > 0)
    assert.ok((await finding("DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM proof)")).length > 0)
    assert.deepEqual(await finding("DELETE FROM text WHERE hash = (SELECT max(hash) FROM text)"), [])
  })

  await t.test("a folded state that was changed differs from the state that the envelopes give", async () => {
    const copy = copyOf(path)
    const db = new DatabaseSync(copy)
    db.exec(`UPDATE matter SET state = replace(state, '"acknowledged"', '"objected"') WHERE id = '${message.matter}'`)
    db.close()
    using archive = await openArchive(copy)
    assert.deepEqual(await checked(archive), { findings: [], different: 1 })
    assert.deepEqual(await checked(archive), { findings: [], different: 0 })
  })

  await t.test("a byte flipped in the file is refused, found, or changes no signed word", async () => {
    const bytes = new Uint8Array(readFileSync(path))
    const before = wordsOf(path)
    const random = generator(20_261_123)
    const outcomes = { refused: 0, found: 0, nothing: 0 }
    // Most of the file is room to grow, indices and what nobody signed: it goes on until something was hit.
    const isEnough = (i: number) => i >= (SLOW ? 2000 : 40) && outcomes.found + outcomes.refused > 0
    for (let i = 0; !isEnough(i) && i < 2000; i++) {
      const at = Math.floor(random() * bytes.length)
      const copy = `${path}.flipped`
      writeFileSync(copy, bytes.with(at, (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))))
      const outcome = await outcomeOf(copy)
      outcomes[outcome]++
      if (outcome === "nothing") assert.deepEqual(wordsOf(copy), before, `byte ${at}`)
    }
    assert.ok(outcomes.found + outcomes.refused > 0, JSON.stringify(outcomes))
  })

  /** One envelope of the other party as the registry hands it out. */
  async function sealedFrame(): Promise<Envelope | undefined> {
    const url = `${office.registry.url}/desk/mail?after=${message.index}`
    const delegation = "russian-federation"
    const request = { method: "GET", url, office: founded.office, delegation, now: Date.now() }
    const stop = new AbortController()
    const response = await fetch(url, { headers: signRequest(request, vault.desk[0]), signal: stop.signal })
    const read = frameReader()
    for await (const piece of response.body ?? [])
      for (const one of read(piece)) if (one.kind === "envelope") return one
    return undefined
  }

  async function outcomeOf(copy: string): Promise<"refused" | "found" | "nothing"> {
    try {
      using archive = await openArchive(copy)
      const { findings, different } = await checked(archive)
      return findings.length > 0 || different > 0 ? "found" : "nothing"
    } catch {
      return "refused"
    }
  }

  await t.test("a bit flipped anywhere in an envelope or its stamp is refused", async () => {
    const parts = {
      crypto: nodeCrypto,
      registryKey: parseVerifierKey(nodeCrypto, founded.charter.registry),
      delegation: "russian-federation",
      identity: vault.identity,
      versions: rules,
    }
    assert.ok(frame?.body)
    assert.equal((await checkArrival(parts, roll, frame)).fault, undefined)
    const random = generator(7)
    for (let i = 0; i < (SLOW ? 20_000 : 250); i++) {
      const changed = flipped(frame, (["header", "stamp", "body"] as const)[i % 3] ?? "body", random)
      if (changed) await assert.rejects(checkArrival(parts, roll, changed), isRefusal, `flip ${i}`)
    }
  })
})

const isRefusal = (error: unknown) => error instanceof TransitFault || error instanceof RegistryFault

/** The envelope with one bit of one part flipped; undefined where that is no text any more and no frame could hold it. */
function flipped(frame: Envelope, kind: "header" | "stamp" | "body", random: () => number): Envelope | undefined {
  const part = kind === "body" ? (frame.body ?? new Uint8Array()) : utf8(frame[kind])
  const at = Math.floor(random() * part.length)
  const spoilt = part.with(at, (part[at] ?? 0) ^ (1 << Math.floor(random() * 8)))
  if (kind === "body") return { ...frame, body: spoilt }
  const text = decode(spoilt)
  return text === undefined ? undefined : { ...frame, [kind]: text }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

let copies = 0
function copyOf(path: string): string {
  const copy = `${path}.copy-${copies++}`
  copyFileSync(path, copy)
  return copy
}

/** Changes one column of the row at `where` (a fraction of the table); false where no row has anything in it. */
function change(path: string, table: string, column: string, where: number): boolean {
  const db = new DatabaseSync(path)
  try {
    db.exec("PRAGMA foreign_keys = OFF")
    const key = db
      .prepare(`SELECT name FROM pragma_table_info('${table}') WHERE pk > 0`)
      .all()
      .map((r) => `"${r.name}"`)
    const rows = db
      .prepare(`SELECT ${key.join(", ")}, "${column}" AS value FROM ${table} WHERE "${column}" IS NOT NULL`)
      .all()
    const row = rows[Math.floor(rows.length * where)]
    // A column that nobody filled is filled.
    const target = row ?? db.prepare(`SELECT ${key.join(", ")} FROM ${table} LIMIT 1`).get()
    if (!target) return false
    const value = changed(row?.value, column)
    const conditions = key.map((name) => `${name} = ?`).join(" AND ")
    const names = key.map((name) => target[name.slice(1, -1)] ?? null)
    db.prepare(`UPDATE ${table} SET "${column}" = ? WHERE ${conditions}`).run(value, ...names)
    return true
  } finally {
    db.close()
  }
}

function changed(value: unknown, column: string): string | number | Uint8Array {
  if (typeof value === "number") return value + 100_000
  if (value instanceof Uint8Array) return value.with(value.length >> 1, (value[value.length >> 1] ?? 0) ^ 1)
  if (typeof value !== "string") return column === "fault" ? "body.commit" : new Uint8Array([1])
  const at = value.length >> 1
  return `${value.slice(0, at)}${value[at] === "0" ? "1" : "0"}${value.slice(at + 1)}`
}

/** Every signed word that an archive holds. */
function wordsOf(path: string): unknown[] {
  const db = new DatabaseSync(path)
  try {
    return Object.entries(SIGNED).map(([table, columns]) =>
      db
        .prepare(`SELECT ${columns.map((c) => `"${c}"`).join(", ")} FROM ${table} ORDER BY 1, 2`)
        .all()
        .map(signedOnly),
    )
  } finally {
    db.close()
  }
}

/** Of a checkpoint the text: a line under it that its name makes a stranger's proves nothing and takes nothing away. */
function signedOnly(row: Record<string, unknown>): Record<string, unknown> {
  const { note } = row
  return typeof note === "string" ? { ...row, note: note.slice(0, note.lastIndexOf("\n\n")) } : row
}

/** The same numbers every time (Park and Miller), so that a failure can be seen again. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
