import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import { parse } from "csv-parse/sync"
import type { Desk } from "#desk/open.ts"
import type { Crypto } from "#register/crypto.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { verifySheet } from "#sheet/verify.ts"
import { openOffice, received, until } from "../office.ts"

const DATA = new URL("../../../shared/data/", import.meta.url)

/** Reports on corridors; the others are from the media. */
const CORRIDORS = 155

type Report = { subject: string; body: string; language: string }

function rows(file: string): Record<string, string>[] {
  return parse(gunzipSync(readFileSync(new URL(file, DATA))), { columns: true, relax_quotes: true })
}

/** The 155 reports on corridors and 400 of the media reports, each in the language it was written in. */
function reports(): Report[] {
  const corridors = rows("arrangements-humanitarian-corridors/corridors.csv.gz").map((r) => ({
    subject: `Report ${r.HC_ID} of ${r.date}`,
    body: r.text || "-",
    language: "en",
  }))
  const media = rows("incidents-viina-subset/reports.csv.gz")
    .filter((r) => r.text_lang_guess === "uk" || r.text_lang_guess === "ru")
    .slice(0, 400)
    .map((r) => ({ subject: r.event_id_1pd ?? "", body: r.text || "-", language: r.text_lang_guess ?? "uk" }))
  return [...corridors, ...media]
}

const absent =
  !existsSync(new URL("arrangements-humanitarian-corridors", DATA)) && "the folder ../shared/data is absent"

/** How many of the media reports one act brings: an import is a list, what an officer writes is a message. */
const LISTED = 25

/** Reports as they are handed in: each corridor report by itself, the others in lists. */
function batches(all: readonly Report[]): Report[][] {
  const single = all.slice(0, CORRIDORS).map((report) => [report])
  const rest = all.slice(CORRIDORS)
  const lists = Array.from({ length: Math.ceil(rest.length / LISTED) }, (_, i) =>
    rest.slice(i * LISTED, (i + 1) * LISTED),
  )
  return [...single, ...lists]
}

/** A stranger who verifies many sheets of one office looks at each signature once. */
function remembering(crypto: Crypto): Crypto {
  const known = new Map<string, Promise<boolean>>()
  return {
    ...crypto,
    verify(algorithm, publicKey, message, signature) {
      const name = [publicKey, message, signature].map((bytes) => crypto.sha256(bytes).toHex()).join(algorithm)
      const verified = known.get(name) ?? crypto.verify(algorithm, publicKey, message, signature)
      known.set(name, verified)
      return verified
    },
  }
}

type Sent = { from: Desk; line: string; matter: string; body: string }

function hand(from: Desk, line: string, reports: readonly Report[]): Sent[] {
  const records = reports.map(({ subject, body, language }) => ({ fields: { language }, texts: { subject, body } }))
  const handed = from.door.hand({ act: "message.sent", line, records }, { officer: "officer" })
  if ("refused" in handed) assert.fail(handed.refused)
  return reports.map(({ body }, i) => ({ from, line, matter: handed.matters[i] ?? "", body }))
}

/** Every other member reads each report and acknowledges it: alone, or those of a list in one act. */
async function acknowledgeAll(desks: Iterable<Desk>, together: readonly Sent[]): Promise<void> {
  const [{ from, line } = assert.fail()] = together
  for (const desk of desks) {
    if (desk === from || !desk.book.members(line).includes(desk.delegation)) continue
    const records = []
    for (const { matter, body } of together) {
      const message = await received(desk, line, matter)
      assert.equal(message.body, body.normalize("NFC"))
      records.push({ fields: { matter, of: message.header } })
    }
    const handed = desk.door.hand({ act: "message.acknowledged", line, records }, { officer: "officer" })
    assert.ok(!("refused" in handed))
  }
}

const WANTED = ["recorded", "witnessed", "delivered", "acknowledged"]

function isComplete({ from, line, matter }: Sent): boolean {
  const ladders = from.views.message(line, matter)?.ladders ?? []
  return ladders.length > 0 && ladders.every((l) => WANTED.every((rung) => l.steps.some((s) => s.rung === rung)))
}

test("real reports in three languages pass through the office, each witnessed, acknowledged and provable", {
  skip: absent,
}, async () => {
  await using office = await openOffice()
  const all = reports()
  assert.equal(all.length, 555)
  const routes: [Desk, string][] = [
    [office.desk("ukraine"), office.line("direct line")],
    [office.desk("russian-federation"), office.line("direct line")],
    [office.desk("icrc"), office.line("all")],
    [office.desk("secretariat"), office.line("all")],
  ]
  const sent = batches(all).map((batch, i) => {
    const [from, line] = routes[i % routes.length] ?? assert.fail()
    return hand(from, line, batch)
  })
  for (const together of sent) await acknowledgeAll(office.desks.values(), together)
  for (const one of sent.flat()) await until(one.from, "every ladder is complete", () => isComplete(one))
  const crypto = remembering(nodeCrypto)
  for (const together of sent)
    await Promise.all(
      together.map(async ({ from, line, matter }) => {
        const message = await received(from, line, matter)
        const sheet = await from.sheet(line, matter, { language: "en", disclose: message.textHashes })
        assert.ok(typeof sheet === "string")
        assert.equal((await verifySheet(crypto, sheet)).verdict, true)
      }),
    )
})
