import assert from "node:assert/strict"
import { execFile, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { promisify } from "node:util"
import { parse } from "csv-parse/sync"
import { deskApi } from "#desk/api.ts"
import type { Desk } from "#desk/open.ts"
import { leaveScriptAddress, listenDesk } from "#desk/serve.ts"
import { attachedTo } from "#paper/attached.ts"
import { VerificationError } from "#register/error.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { officeFingerprint } from "#sheet/fingerprint.ts"
import { parseSheet } from "#sheet/form.ts"
import { verifySheet } from "#sheet/verify.ts"
import { answer, type Office, openOffice, received, rungs, say, until } from "./office.ts"
import { sessionOf } from "./seat.ts"

const SECRET = "Слово, яке має залишитися в конверті"

/** Runs `iod verify` as anybody would, in a folder without any office. */
function iodVerify(sheet: string, ...args: string[]): { code: number | null; out: string } {
  const folder = mkdtempSync(join(tmpdir(), "iod-verify-"))
  writeFileSync(join(folder, "sheet.txt"), sheet)
  const program = join(import.meta.dirname, "../src/cli/iod.ts")
  const run = spawnSync(process.execPath, [program, "verify", "sheet.txt", ...args], { cwd: folder, encoding: "utf8" })
  rmSync(folder, { recursive: true })
  assert.doesNotMatch(run.stderr, /at .*\.ts:/, "no crash")
  return { code: run.status, out: run.stdout }
}

async function acknowledged(office: Office) {
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const matter = say(from, line, SECRET, "FLASH")
  const message = await received(to, line, matter)
  assert.ok(!("refused" in answer(to, message, "message.acknowledged")))
  for (const desk of [from, to]) {
    await until(desk, "both are witnessed here", () => {
      const reached = rungs(desk, message, to.delegation)
      return ["witnessed", "delivered", "acknowledged"].every((rung) => reached.includes(rung)) && all(desk)
    })
  }
  return { line, matter, message, from, to }
}

test("proof sheets of a real office", async (t) => {
  await using office = await openOffice()
  await t.test("either desk's is accepted by a stranger, and nothing that was changed in it is", () =>
    strangers(office),
  )
  await t.test("texts that were not disclosed are not in the file, of a list only the record is", () => secrets(office))
  await t.test("one of a whole line is no extract, and of other matters it shows nothing", () => wholeLine(office))
  await t.test("the desk's API hands one out as a file to whoever is signed in", () => overTheApi(office))
  await t.test("a line's log names every envelope, as CSV and as a paper with the CSV inside", () => lineLog(office))
  await t.test("iod desk export writes both as files, and overwrites none", () => byScript(office))
  await t.test("there is none of what no quorum has witnessed yet", () => notWitnessed(office))
})

async function strangers(office: Office): Promise<void> {
  const { line, matter, message, from, to } = await acknowledged(office)
  await office.closeRegistry()
  const sheets = await Promise.all(
    [from, to].map((desk) => desk.sheet(line, matter, { language: "uk", disclose: [message.header] })),
  )
  await office.reopenRegistry()
  const [sheet = ""] = sheets.filter((one) => typeof one === "string")
  for (const one of sheets) {
    assert.ok(typeof one === "string")
    const { code, out } = iodVerify(one)
    assert.equal(code, 0, out)
    assert.match(out, /^assumed office \d{5}( \d{5}){7}\n/)
    assert.ok(out.includes(`    | ${SECRET}\n`))
    assert.match(out, /EXTRACT · ВИТЯГ · ВЫПИСКА/)
    assert.match(out, /Acknowledgement of receipt/)
    assert.match(out, /Delivered: /)
  }
  const fingerprint = officeFingerprint(from.founded.office)
  assert.equal(iodVerify(sheet, "--office", fingerprint).code, 0)
  assert.equal(iodVerify(sheet, "--office", from.founded.office, "--language", "ru").code, 0)
  const wrong = iodVerify(sheet, "--office", "0".repeat(64))
  assert.equal(wrong.code, 1, wrong.out)
  assert.equal(iodVerify("no sheet\n").code, 2)
  assert.equal(iodVerify(sheet.slice(0, -1)).code, 2)

  const bytes = Buffer.from(sheet)
  const found = { true: 0, false: 0, unreadable: 0 }
  for (let i = 0; i < 300; i++) {
    // Spread over the whole file, its readable part too, with every bit in turn.
    const at = Math.floor(((i + (i % 7) / 7) * bytes.length) / 300)
    const flipped = Uint8Array.from(bytes)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (i % 8))
    found[await verdictOf(flipped)]++
  }
  assert.equal(found.true, 0)
  assert.ok(found.false > 100 && found.unreadable > 10, JSON.stringify(found))
}

async function verdictOf(sheet: Uint8Array): Promise<"true" | "false" | "unreadable"> {
  try {
    return `${(await verifySheet(nodeCrypto, sheet)).verdict}`
  } catch (error) {
    if (error instanceof VerificationError) return "unreadable"
    throw error
  }
}

async function secrets(office: Office): Promise<void> {
  const { line, matter, from, to } = await acknowledged(office)
  const closed = await from.sheet(line, matter, { language: "en", disclose: [] })
  assert.ok(typeof closed === "string")
  assert.ok(!closed.includes(SECRET) && !closed.includes(Buffer.from(SECRET).toBase64()))
  assert.equal(iodVerify(closed).code, 0)

  const both = [SECRET, "the other record"].map((body) => ({
    fields: { language: "uk" },
    texts: { subject: `Subject: ${body}`, body },
  }))
  const handed = from.door.hand({ act: "message.sent", line, records: both }, { officer: "officer" })
  assert.ok(!("refused" in handed))
  const [first = "", second = ""] = handed.matters
  const message = await received(to, line, second)
  await until(to, "the list is witnessed", () => rungs(to, message, to.delegation).includes("witnessed") && all(to))
  const listed = await to.sheet(line, second, { language: "ru", disclose: [message.header] })
  assert.ok(typeof listed === "string")
  assert.equal(iodVerify(listed).code, 0)
  assert.ok(listed.includes("    | the other record\n"))
  const { envelopes } = parseSheet(listed).data
  const shown = envelopes.map(({ act }) => Buffer.from(act?.record?.bytes ?? "", "base64").toString()).join("")
  assert.ok(shown.includes(second) && !shown.includes(first))
  assert.ok(!listed.includes(SECRET) && !listed.includes(Buffer.from(SECRET).toBase64()))

  assert.deepEqual(await from.sheet(line, "0".repeat(64), { language: "en", disclose: [] }), {
    refused: "sheet.unknown-matter",
  })
}

async function wholeLine(office: Office): Promise<void> {
  const { line, matter, to } = await acknowledged(office)
  const sheet = await to.sheet(line, matter, { language: "en", disclose: [], whole: true })
  assert.ok(typeof sheet === "string")
  const answer = await verifySheet(nodeCrypto, sheet)
  assert.ok(answer.verdict && !answer.findings.extract)
  assert.doesNotMatch(sheet, /EXTRACT/)
  assert.match(sheet, /WHOLE LINE, PLACES 1 TO \d+\n/)
  assert.equal(parseSheet(sheet).data.envelopes[0]?.act, null)
}

async function overTheApi(office: Office): Promise<void> {
  const { line, matter, message, from } = await acknowledged(office)
  const session = sessionOf(from, "Duty officer")
  const ask = (matter: string, body: unknown, headers = session) =>
    deskApi(from).request(`/messages/${line}/${matter}/sheet`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    })
  const choice = { language: "ru", disclose: message.textHashes }
  const answer = await ask(matter, choice)
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get("content-type") ?? "", /^text\/plain/i)
  assert.match(answer.headers.get("content-disposition") ?? "", /^attachment; filename="iod-sheet-[0-9a-f]{16}\.txt"$/)
  const sheet = await answer.text()
  assert.equal(iodVerify(sheet, "--language", "uk").code, 0)
  assert.ok(sheet.includes(`    | ${SECRET}\n`))
  const paper = await ask(matter, { ...choice, form: "pdf" })
  assert.equal(paper.headers.get("content-type"), "application/pdf")
  const inside = Buffer.from(attachedTo(new Uint8Array(await paper.arrayBuffer()))).toString()
  // Delivered and witnessed go on meanwhile; whose matter it is and what was disclosed do not.
  assert.ok(inside.includes(`    | ${SECRET}\n`) && inside.includes(matter))
  assert.ok((await verifySheet(nodeCrypto, inside)).verdict)
  assert.equal((await ask("0".repeat(64), choice)).status, 404)
  const page = await deskApi(from).request(`/messages/${line}/${matter}/page`, {
    method: "POST",
    headers: session,
    body: JSON.stringify({ language: "uk" }),
  })
  const set = Buffer.from(await page.arrayBuffer()).toString("latin1")
  assert.match(set, /^%PDF-/)
  assert.match(set, /\/Lang \(uk\)/)
  assert.throws(() => attachedTo(Buffer.from(set, "latin1")), VerificationError)
  assert.equal((await ask(matter, { ...choice, language: "de" })).status, 400)
  assert.equal((await ask(matter, choice, {})).status, 401)
}

async function lineLog(office: Office): Promise<void> {
  const { line, message, from } = await acknowledged(office)
  const session = sessionOf(from, "Duty officer")
  const ask = (more: object, id = line, headers = session) =>
    deskApi(from).request(`/lines/${id}/log`, {
      method: "POST",
      headers,
      body: JSON.stringify({ from: day(message.at), until: day(from.now()), language: "en", form: "csv", ...more }),
    })
  await office.closeRegistry()
  const answer = await ask({ checks: true })
  assert.equal(answer.status, 200)
  const csv = Buffer.from(await answer.arrayBuffer())
  const rows: Record<string, string>[] = parse(csv, { bom: true, columns: true })
  const held = new Map(from.views.envelopes(line, undefined, 500).map((envelope) => [envelope.hash, envelope]))
  const named = new Set(rows.map((row) => row["Hash of the header"]))
  assert.deepEqual(
    [...held.keys()].filter((hash) => !named.has(hash)),
    [],
  )
  const places = new Set(rows.map((row) => Number(row.Place)))
  assert.deepEqual(
    [...places],
    Array.from({ length: held.size }, (_, i) => i + 1),
  )
  const sent = rows.find((row) => row["Hash of the header"] === message.header)
  assert.equal(sent?.Subject, message.subject)
  assert.match(sent?.["How far it came: Russian Federation"] ?? "", /^delivered .*; acknowledged \d{4}-\d\d-\d\d /)
  assert.match(sent?.["Witnesses (UTC)"] ?? "", /^\d{4}-.*Z$/)
  const receipt = rows.find((row) => row["On the message at place"] === String(message.place))
  assert.equal(receipt?.["What it is"], "Acknowledgement of receipt")
  const paper = await ask({ checks: true, form: "pdf" })
  assert.deepEqual(Buffer.from(attachedTo(new Uint8Array(await paper.arrayBuffer()))), csv)

  assert.equal((await ask({ until: "2020-01-01" })).status, 400)
  assert.equal((await ask({ from: "2026-02-30", until: "2026-03-01" })).status, 400)
  assert.equal((await ask({}, "0".repeat(64))).status, 404)
  assert.equal((await ask({}, line, {})).status, 401)
  const empty: string[][] = parse(await (await ask({ from: "2020-01-01", until: "2020-01-02" })).text(), { bom: true })
  assert.equal(empty.length, 1)
  // A desk that is no member of the line has no log of it.
  const other = office.desk("icrc")
  const stranger = sessionOf(other, "Duty officer")
  const refused = await deskApi(other).request(`/lines/${line}/log`, {
    method: "POST",
    headers: stranger,
    body: JSON.stringify({ from: "2020-01-01", until: "2030-01-01", language: "en", form: "csv" }),
  })
  assert.deepEqual([refused.status, await refused.json()], [404, { refused: "log.unknown-line" }])
  await office.reopenRegistry()
}

async function byScript(office: Office): Promise<void> {
  const { line, matter, message, from } = await acknowledged(office)
  const folder = mkdtempSync(join(tmpdir(), "iod-script-"))
  using stack = new DisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true }))
  const server = await listenDesk(from, "127.0.0.1", 0)
  stack.defer(() => server.closeAllConnections())
  stack.defer(() => server.close())
  const address = server.address()
  assert.ok(typeof address === "object" && address)
  leaveScriptAddress(from, folder, `http://127.0.0.1:${address.port}`, `ukraine.localhost:${address.port}`)
  const program = join(import.meta.dirname, "../src/cli/iod.ts")
  const run = promisify(execFile)
  const iod = (...args: string[]) =>
    run(process.execPath, [program, "desk", "export", "--folder", folder, ...args], { encoding: "buffer" })
  const period = ["--from", day(message.at), "--until", day(from.now())]
  const file = join(folder, "sheet.pdf")
  const [, csv, text] = await Promise.all([
    iod("--matter", matter, "--form", "pdf", "--language", "uk", "--to", file),
    iod("--line", "direct line", ...period, "--language", "ru"),
    iod("--matter", matter),
  ])
  assert.ok((await verifySheet(nodeCrypto, attachedTo(readFileSync(file)))).verdict)
  assert.ok((await verifySheet(nodeCrypto, text.stdout)).verdict)
  const [first] = parse(csv.stdout, { bom: true, columns: true }) as Record<string, string>[]
  assert.equal(first?.["Что это"], "Линия предложена")
  await assert.rejects(iod("--line", line, ...period, "--to", file), /EEXIST/)
  await assert.rejects(iod("--line", line, "--from", "yesterday"), /refused: log\.period/)
}

function day(at: string): string {
  return at.slice(0, 10)
}

async function notWitnessed(office: Office): Promise<void> {
  const { line, matter, from, to } = await acknowledged(office)
  for (const witness of office.witnesses.splice(0)) await witness[Symbol.asyncDispose]()
  const choice = { language: "en" as const, disclose: [] }
  const unseen = say(from, line, "no witness sees this")
  for (const desk of [from, to]) {
    await received(desk, line, unseen)
    assert.deepEqual(await desk.sheet(line, unseen, choice), { refused: "sheet.not-witnessed" })
  }
  const list = [1, 2, 3].map((n) => ({ fields: { language: "en" }, texts: { subject: `${n}`, body: `${n}` } }))
  const handed = from.door.hand({ act: "message.sent", line, records: list }, { officer: "officer" })
  assert.ok(!("refused" in handed))
  await received(to, line, handed.matters[2] ?? "")
  assert.deepEqual(await to.sheet(line, handed.matters[2] ?? "", choice), { refused: "sheet.not-witnessed" })
  // What was witnessed before stays provable.
  const sheet = await from.sheet(line, matter, choice)
  assert.ok(typeof sheet === "string" && (await verifySheet(nodeCrypto, sheet)).verdict)
}

/** Whether every envelope that the desk holds is proven. */
function all(desk: Desk): boolean {
  return desk.registerView().notWitnessed === 0
}
