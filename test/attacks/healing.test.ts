import assert from "node:assert/strict"
import { test } from "node:test"
import { inspect } from "#desk/inspect.ts"
import { rebuild } from "#desk/rebuild.ts"
import { utf8 } from "#register/bytes.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { formatData, formatSheet, parseSheet } from "#sheet/form.ts"
import { verifySheet } from "#sheet/verify.ts"
import { openOffice, received, say, until } from "../office.ts"
import { type Deceived, RARE, slotsAreOver, stopDesk } from "./copies.ts"
import { convicted } from "./fault.ts"
import type { Envelope } from "./keys.ts"
import type { Tampering } from "./relay.ts"

test("what the registry keeps from a desk never stops its lines for good", async (t) => {
  await using office = await openOffice({ charter: { clocks: RARE } })
  const direct = office.line("direct line")
  const [ukraine, russia] = [office.desk("ukraine"), office.desk("russian-federation")]
  await slotsAreOver(office)
  await until(russia, "all is witnessed", () => russia.registerView().notWitnessed === 0)
  const stopped = await stopDesk(office, "russian-federation")
  const said = async (body: string) => received(ukraine, direct, say(ukraine, direct, body))
  const words = { first: "the first", second: "the second", third: "the third" }
  const first = await said(words.first)
  const second = await said(words.second)
  const third = await said(words.third)

  const hashOf = ({ header }: Envelope) =>
    nodeCrypto.sha256(utf8(header.slice(0, header.lastIndexOf("\n\n") + 1))).toHex()
  const change = (hash: string, into: (envelope: Envelope) => readonly Envelope[]): Tampering => ({
    frame: (frame) => (frame.kind === "envelope" && hashOf(frame) === hash ? into(frame) : [frame]),
  })
  const row = (one: Deceived, place: number) =>
    one.desk.views.envelopes(direct, undefined, 100).find((envelope) => envelope.place === place)
  const reads = async (one: Deceived, matter: string, body: string) =>
    assert.equal((await received(one.desk, direct, matter)).body, body)
  const seenBy = (one: Deceived, header: string) =>
    Number(one.desk.archive.sql.get`SELECT seen FROM envelope WHERE hash = ${header}`?.seen)
  const isWhole = async ({ desk }: Deceived) => {
    await until(desk, "everything is proven", () => desk.registerView().notWitnessed === 0)
    assert.deepEqual(await inspect(desk.archive, nodeCrypto, desk.founded), [])
    assert.equal((await rebuild(desk.archive, nodeCrypto, desk.founded)).different, 0)
  }

  /** What a stranger is told by a sheet of the whole line, of which the desk lacks one place. */
  async function sheetAcross({ desk }: Deceived, matter: string, missing: number): Promise<void> {
    const sheet = await desk.sheet(direct, matter, { language: "ru", disclose: [], whole: true })
    assert.ok(typeof sheet === "string", JSON.stringify(sheet))
    const answer = await verifySheet(nodeCrypto, sheet)
    assert.ok(answer.verdict, JSON.stringify(answer))
    assert.deepEqual([answer.findings.extract, answer.findings.missing], [true, [String(missing)]])
    assert.ok(sheet.includes(`PLACES MISSING · БРАКУЄ МІСЦЬ · НЕ ХВАТАЕТ МЕСТ: ${missing}\n`))
    // Whoever leaves the gap out says that what is behind it follows what is before it.
    const { readable, data } = parseSheet(sheet)
    const { chain, behind = [], ...rest } = data
    const hashes = [chain, ...behind].flatMap((part) => part.hashes)
    for (const forged of [
      { ...rest, chain: { ...chain, hashes }, envelopes: data.envelopes },
      { ...rest, chain, behind: behind.map((part) => ({ ...part, from: part.from + 1 })), envelopes: data.envelopes },
    ]) {
      const ordered = { ...data, ...forged }
      if (!("behind" in forged)) delete ordered.behind
      const { verdict } = await verifySheet(nodeCrypto, formatSheet(readable, formatData(ordered)))
      assert.equal(verdict, false)
    }
  }

  await t.test(
    "a body damaged each time keeps its place and is asked for from a member, and mail goes on",
    async () => {
      let times = 0
      const damaged = (e: Envelope) => {
        times++
        return [{ ...e, body: e.body?.with(times, (e.body[times] ?? 0) ^ 1) ?? null }]
      }
      await using one = await stopped.open(change(second.header, damaged))
      await convicted(one.desk, "body", () => reads(one, third.matter, words.third))
      assert.equal(times, 3)
      assert.equal(row(one, second.place)?.fault, "body.withheld")
      assert.deepEqual(
        one.desk.evidenceView().map((e) => `${e.whose} ${e.code}`),
        ["registry body"],
        "its author is innocent",
      )
      // Its author answers by himself, and everything said since is judged as if it had never been missing.
      await reads(one, second.matter, words.second)
      const [asked] = row(one, second.place)?.unopenable ?? []
      assert.deepEqual([asked?.by, asked?.resealed?.by], ["russian-federation", "ukraine"])
      assert.equal(row(one, second.place)?.fault, "body.withheld")
      assert.equal(one.desk.status().distrusted, null)
      await isWhole(one)
    },
  )

  await t.test(
    "after officers resume, a line goes on behind the place that was left out, and the gap is shown",
    async () => {
      await using one = await stopped.open(change(second.header, () => []))
      // Nobody is there to fill it.
      await office.closeDesk("ukraine")
      await convicted(one.desk, "place", async () => {
        assert.equal(one.desk.views.message(direct, third.matter), undefined)
        const waits = one.desk.status().unproven.find((unproven) => unproven.hash === third.header)
        assert.deepEqual([waits?.texts[1], waits?.waits], [words.third, true])
      })
      await reads(one, third.matter, words.third)
      assert.deepEqual(one.desk.status().unproven, [])
      assert.deepEqual(row(one, third.place)?.gap, { after: first.place, code: "place" })
      assert.equal(row(one, first.place)?.gap, null)
      assert.equal(one.desk.status().distrusted, null, "what follows the gap is no new fault")
      // Of what it lacks, a desk signs nothing.
      const own = await received(one.desk, direct, say(one.desk, direct, "an answer behind the gap"))
      assert.equal(seenBy(one, own.header), first.place)
      await isWhole(one)
      await sheetAcross(one, first.matter, second.place)

      // A member that holds the place brings it with header and stamp, and the gap is closed.
      await office.reopenDesk("ukraine")
      await reads(one, second.matter, words.second)
      assert.equal(row(one, third.place)?.gap, null)
      const said = await received(one.desk, direct, say(one.desk, direct, "all of it"))
      assert.ok(seenBy(one, said.header) > third.place)
      assert.equal((await received(office.desk("ukraine"), direct, said.matter)).body, "all of it")
      for (const desk of [one.desk, office.desk("ukraine")])
        assert.deepEqual(
          desk.evidenceView().filter((e) => e.code !== "place"),
          [],
        )
      await isWhole(one)
    },
  )
})
