import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { test } from "node:test"
import { utf8 } from "#register/bytes.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { signSealingKeys } from "#seal/sealing-keys.ts"
import { formatStamp, nextHead, publicLine, registerEntry, type Stamp } from "#seal/stamp.ts"
import { formatFrame } from "#seal/wire.ts"
import { openOffice, received, say, until } from "../office.ts"
import { openAuthor } from "./author.ts"
import { type Deceived, hastyClock, RARE, slotsAreOver, stopDesk } from "./copies.ts"
import { accusesNobody, convicted, evidenceOf } from "./fault.ts"
import { type Envelope, publishedEntries, stolenKeys } from "./keys.ts"
import type { Tampering } from "./relay.ts"

test("the registry’s fault takes the word certain away until two officers resume", async (t) => {
  await using office = await openOffice({ charter: { clocks: RARE } })
  const keys = stolenKeys(office)
  const [direct, all] = [office.line("direct line"), office.line("all")]
  const [ukraine, secretariat] = [office.desk("ukraine"), office.desk("secretariat")]
  const roll = () => secretariat.book.roll()
  const russia = office.desk("russian-federation")
  await slotsAreOver(office)
  await until(russia, "all is witnessed", () => russia.registerView().notWitnessed === 0)
  const stopped = await stopDesk(office, "russian-federation")

  const rows = secretariat.archive.sql
  // What everyone but that desk has heard since: two on one line, two on the other, a public act, one more.
  const first = await received(ukraine, direct, say(ukraine, direct, "the first"))
  const second = await received(ukraine, direct, say(ukraine, direct, "the second"))
  const icrc = await openAuthor(office, "icrc", roll)
  const third = icrc.compose(all, "the third")
  assert.equal(await icrc.post(third), "stamped")
  const fourth = await received(secretariat, all, say(secretariat, all, "the fourth"))
  const published = icrc.compose(publicLine(1), "", { act: sealingKeysAct(), texts: [] })
  assert.equal(await icrc.post(published), "stamped")
  const size = () => secretariat.registerView().size ?? 0
  const isVerified = () =>
    rows.get`SELECT 1 AS held FROM envelope WHERE hash = ${published.hash} AND "index" < ${size()}`
  await until(secretariat, "the public act is verified in the register", () => isVerified() !== undefined)
  const last = await received(secretariat, all, say(secretariat, all, "the last"))
  const hashes = { first: first.header, second: second.header, third: third.hash, fourth: fourth.header }
  await until(secretariat, "everything is witnessed", () => secretariat.registerView().notWitnessed === 0)
  const entries = await publishedEntries(office.registry.url)
  assert.equal(entries.length, Number(rows.get`SELECT max("index") + 1 AS size FROM envelope`?.size))

  function sealingKeysAct(): Uint8Array {
    const member = roll().members.icrc
    const batch = member?.sealing.at(-1)
    const from = new Date(Date.parse(batch?.from ?? "") + 14 * 86_400_000).toISOString().slice(0, 10)
    const { first: number, recipients } = icrc.vault.newIdentities(from)
    const said = { office: roll().office, delegation: "icrc", first: number, from, recipients }
    const signed = signSealingKeys(said, icrc.vault.desk)
    return utf8(JSON.stringify({ act: "sealing-keys.published", matter: roll().office, keys: signed }))
  }

  const is = (hash: string) => (envelope: Envelope) => nodeCrypto.sha256(utf8(textOf(envelope.header))).toHex() === hash
  /** Changes one envelope and lets everything else pass. */
  const change = (hash: string, into: (envelope: Envelope) => readonly Envelope[]): Tampering => ({
    frame: (frame) => (frame.kind === "envelope" && is(hash)(frame) ? into(frame) : [frame]),
  })
  const restamp = (hash: string, other: (stamp: Stamp) => Partial<Stamp>): Tampering => {
    return change(hash, (envelope) => {
      const stamp = stampOf(envelope)
      return [{ ...envelope, stamp: keys.stamp({ ...stamp, ...other(stamp) }) }]
    })
  }
  const held = (one: Deceived, hash: string) =>
    one.desk.archive.sql.get`SELECT 1 AS held FROM envelope WHERE hash = ${hash}` !== undefined
  const complete = (one: Deceived) =>
    until(one.desk, "all mail is there", () => one.desk.views.message(all, last.matter) !== undefined)

  await t.test("an honest road leaves no evidence", async () => {
    await using one = await stopped.open({})
    await complete(one)
    await until(one.desk, "all is witnessed", () => one.desk.registerView().notWitnessed === 0)
    accusesNobody(one.desk)
  })

  await t.test("a place left out convicts, and what still arrives is kept as unproven", async () => {
    await using one = await stopped.open(change(hashes.first, () => []))
    const evidence = await convicted(one.desk, "place", async () => {
      const kept = one.desk.status().unproven.find((row) => row.hash === hashes.second)
      assert.equal(kept?.code, "place")
      assert.ok(kept?.texts.includes("the second"))
      await complete(one)
    })
    assert.ok(evidence.includes("iod.stamp/v1\n"))
  })

  const forged: [string, string, Tampering][] = [
    ["a stamp for another place", "place", restamp(hashes.first, ({ place }) => ({ place: place + 1 }))],
    ["a head that does not follow", "head", restamp(hashes.first, () => ({ head: randomBytes(32).toHex() }))],
    [
      "a roll that was never handed out",
      "roll",
      restamp(hashes.first, (s) => ({ roll: { ...s.roll, place: s.roll.place + 1 } })),
    ],
    ["a roll that is over", "roll", restamp(hashes.first, (s) => ({ roll: { ...s.roll, place: 1 } }))],
    [
      "an instant before a smaller index",
      "at",
      restamp(hashes.second, ({ at }) => ({ at: new Date(Date.parse(at) - 5000).toISOString() })),
    ],
    ["an index that is taken: a register that shrank", "index", restamp(hashes.first, () => ({ index: 0n }))],
    [
      "a stamp at which the sealing keys are not valid",
      "sealing-key",
      restamp(hashes.first, ({ at }) => ({ at: new Date(Date.parse(at) + 3 * 86_400_000).toISOString() })),
    ],
  ]
  for (const [title, code, tampering] of forged)
    await t.test(`${title} convicts: ${code}`, async () => {
      await using one = await stopped.open(tampering)
      const meanwhile = async () => assert.equal(held(one, hashes.first), code === "at")
      assert.ok((await convicted(one.desk, code, meanwhile)).includes("iod.envelope/v1\n"))
    })

  await t.test("a line withheld at its tail convicts by the signed head of the line", async () => {
    await using one = await stopped.open(
      change(hashes.second, () => []),
      hastyClock(),
    )
    await complete(one)
    const evidence = await convicted(one.desk, "line-withheld")
    assert.ok(evidence.startsWith("iod.line-head/v1\n") && evidence.includes(`line ${direct}\n`))
    assert.ok(held(one, hashes.first) && !held(one, hashes.second))
  })

  await t.test("a head of a line beside its stamp convicts, and so does one behind it", async () => {
    const end = rowOf(hashes.fourth)
    const head = { office: roll().office, line: all, size: 10_000n, at: new Date().toISOString() }
    for (const other of [
      { place: end.place, head: randomBytes(32).toHex() },
      { place: end.place - 1, head: end.previous },
    ]) {
      await using one = await stopped.open({})
      await complete(one)
      const note = keys.lineHead({ ...head, ...other })
      one.relay.tamper({ frame: (f) => (f.kind === "line-head" ? [f, { kind: "line-head", note }] : [f]) })
      one.relay.drop()
      const evidence = await convicted(one.desk, "line-head")
      assert.ok(evidence.includes("iod.line-head/v1\n") && evidence.includes("iod.stamp/v1\n"))
    }
  })

  await t.test("a public act that is withheld convicts by its mark in the register", async () => {
    await using one = await stopped.open(change(published.hash, () => []))
    await convicted(one.desk, "public-act-withheld")
  })

  await t.test("a public act entered as a sealed one convicts", async () => {
    const { index } = rowOf(published.hash)
    const other = entries.with(index, (entries[index] ?? new Uint8Array()).slice(9).with(0, 0x00))
    const { note, file } = await keys.register(other)
    await using one = await stopped.open({ ...instead(note), file })
    assert.ok((await convicted(one.desk, "entry")).includes(`line ${publicLine(1)}\n`))
    // What stands where its stamp says is proven all the same.
    const unproven = () => one.desk.archive.sql.all`SELECT "index" FROM envelope WHERE "index" < ${entries.length}
      AND "index" NOT IN (SELECT "index" FROM proof)`
    await until(one.desk, "the rest is proven", () => unproven().length === 1 && unproven()[0]?.index === index)
  })

  await t.test("two checkpoints of one size with different roots convict, and both are the evidence", async () => {
    await using one = await stopped.open({})
    await until(one.desk, "a witnessed register", () => (one.desk.registerView().size ?? 0) >= entries.length)
    const size = one.desk.registerView().size ?? 0
    const now = await publishedEntries(office.registry.url)
    const { note } = await keys.register([...now.slice(0, size - 1), utf8("another")], { witnessed: false })
    one.relay.tamper(instead(note))
    one.relay.drop()
    const evidence = await convicted(one.desk, "split-view")
    assert.equal(evidence.split(`\n${size}\n`).length, 3)
  })

  await t.test("a smaller register through which this one never grew convicts", async () => {
    await using one = await stopped.open({})
    await until(one.desk, "a witnessed register", () => (one.desk.registerView().size ?? 0) >= entries.length)
    const { note } = await keys.register([...entries.slice(0, entries.length - 4), utf8("another")])
    one.relay.tamper(instead(note))
    one.relay.drop()
    await convicted(one.desk, "changed-history")
  })

  await t.test(
    "a larger register that changes what was, cosigned by witnesses that were rolled back, convicts",
    async () => {
      const { note, file } = await keys.register([...entries.with(1, utf8("another")), utf8("more"), utf8("and more")])
      await using one = await stopped.open({ ...instead(note), file })
      assert.ok((await convicted(one.desk, "changed-history")).includes(note.slice(0, 40)))
    },
  )

  await t.test("a tile truncated or altered is not taken, accuses nobody, and is asked for again", async () => {
    for (const spoil of [(b: Uint8Array) => b.subarray(0, -1), (b: Uint8Array) => b.with(40, (b[40] ?? 0) ^ 1)])
      for (const kind of ["tile/0/", "tile/entries/"]) {
        const { note, file } = await keys.register(entries)
        const tampering = instead(note)
        await using one = await stopped.open({
          ...tampering,
          file: (path) => (path.startsWith(kind) ? spoil(file(path) ?? new Uint8Array()) : file(path)),
        })
        const before = one.desk.registerView().size
        await complete(one)
        await one.logs("a checkpoint was not verified")
        assert.equal(one.desk.registerView().size, before)
        one.relay.tamper({ ...tampering, file })
        one.relay.drop()
        await until(one.desk, "the register", () => one.desk.registerView().size === entries.length)
        accusesNobody(one.desk)
      }
  })

  await t.test("a checkpoint without its quorum is not witnessed, and accuses nobody", async () => {
    const { note } = await keys.register(entries, { witnessed: false })
    await using one = await stopped.open(instead(note))
    await complete(one)
    assert.ok(one.desk.registerView().notWitnessed > 0)
    assert.equal(one.desk.views.message(all, last.matter)?.witnessed, null)
    accusesNobody(one.desk)
  })

  await t.test("a stamp long after the witnesses’ time over it convicts", async () => {
    const row = rowOf(last.header)
    const stamp = { ...row.stamp, at: new Date(Date.parse(row.at) + 120_000).toISOString() }
    const entry = registerEntry(nodeCrypto, stamp, formatStamp(stamp))
    const { note, file } = await keys.register([...entries.slice(0, row.index), entry])
    const late = change(last.header, (envelope) => [{ ...envelope, stamp: keys.stamp(stamp) }])
    await using one = await stopped.open({
      frame: (frame) => (frame.kind === "checkpoint" ? [{ ...frame, note }] : (late.frame?.(frame) ?? [frame])),
      file,
    })
    assert.ok((await convicted(one.desk, "stamp-time")).includes(stamp.at))
  })

  await t.test("a stamp long before the witnesses’ time of what its author had verified convicts", async () => {
    // The header names a checkpoint; one that is smaller was cosigned before it.
    const named = Number(/^register (\d+) /m.exec(rowOf(last.header).header)?.[1])
    await using one = await stopped.open(withoutLast(await keys.register(entries.slice(0, named - 1), soon())))
    await until(one.desk, "the register before it", () => one.desk.registerView().size === named - 1)
    one.relay.tamper({ frame: (frame) => (frame.kind === "checkpoint" ? [] : [frame]) })
    one.relay.drop()
    const evidence = await convicted(one.desk, "stamp-time")
    assert.ok(evidence.includes("iod.envelope/v1\n") && evidence.includes(`\n${named - 1}\n`))
  })

  await t.test(
    "what the registry lost and took back keeps its stamps, is witnessed late, and accuses nobody",
    async () => {
      // As the registry cosigned anew what it still had, before a desk brought the rest.
      const { index } = rowOf(last.header)
      await using one = await stopped.open(withoutLast(await keys.register(entries.slice(0, index), soon())))
      await until(one.desk, "the register before it", () => one.desk.registerView().size === index)
      const { note, file } = await keys.register(entries, soon())
      one.relay.tamper({ frame: (frame) => (frame.kind === "checkpoint" ? [{ ...frame, note }] : [frame]), file })
      one.relay.drop()
      await complete(one)
      await until(one.desk, "it is witnessed", () => one.desk.views.message(all, last.matter)?.witnessed != null)
      const view = one.desk.views.message(all, last.matter)
      assert.ok(Date.parse(view?.witnessed ?? "") - Date.parse(view?.at ?? "") > 60_000, "late")
      accusesNobody(one.desk)
    },
  )

  await t.test("one serial stamped twice convicts the registry and the author who signed both", async () => {
    const one = icrc.compose(all, "this under the serial")
    const other = icrc.compose(all, "and that")
    assert.equal(await icrc.post(one), "stamped")
    await received(secretariat, all, one.matter)
    const end = rowOf(one.hash)
    await using desk = await stopped.open(
      change(one.hash, (envelope) => {
        const stamp = stampOf(envelope)
        const next = { header: other.hash, place: stamp.place + 1, index: stamp.index + 1n }
        const twin = keys.stamp({ ...stamp, ...next, head: nextHead(nodeCrypto, end.head, other.hash) })
        return [envelope, { kind: "envelope", header: other.header, stamp: twin, body: other.body }]
      }),
    )
    const evidence = await convicted(desk.desk, "serial")
    assert.equal(evidence.split("iod.envelope/v1\n").length, 3)
    assert.equal(await evidenceOf(desk.desk, "author", "serial-twice"), evidence)
    assert.equal(await icrc.post(other), "final serial")
  })

  await t.test("a serial skipped convicts", async () => {
    const gap = icrc.compose(all, "after one that never came", {
      header: { serial: icrc.compose(all, "").named.serial + 1, prev: randomBytes(32).toHex() },
    })
    assert.equal(await icrc.post(gap), "wait order")
    await using desk = await stopped.open(change(last.header, (e) => [stampedInstead(e, gap)]))
    await convicted(desk.desk, "serial")
  })

  await t.test("an envelope entered for others than the members of its line convicts", async () => {
    const keysOf = ["icrc", "secretariat", "russian-federation"].sort().map((name) => ({ name, sealingKey: 1 }))
    const fewer = icrc.compose(all, "not for everyone", { header: { to: keysOf } })
    assert.equal(await icrc.post(fewer), "final members")
    await using desk = await stopped.open(change(last.header, (e) => [stampedInstead(e, fewer)]))
    await convicted(desk.desk, "members")
  })

  await t.test("a stamp and a final refusal of one header convict", async () => {
    const refusals: string[] = []
    await using one = await stopped.open({
      answer(posted) {
        const header = nodeCrypto.sha256(utf8(textOf(posted.header))).toHex()
        const said = { office: roll().office, header, kind: "final" as const, code: "line" as const, again: 0 }
        refusals.push(keys.refuse({ ...said, at: new Date().toISOString() }))
        return refusals.at(-1) ?? ""
      },
    })
    await complete(one)
    const matter = say(one.desk, direct, "taken and refused")
    const evidence = await convicted(one.desk, "stamp-and-refusal")
    assert.ok(evidence.includes("iod.stamp/v1\n") && evidence.includes("iod.refusal/v1\n"))
    // The word is not lost: its addressee has it.
    assert.equal((await received(ukraine, direct, matter)).body, "taken and refused")
  })

  await t.test("answers of another envelope, or of nobody, accuse nobody, and the same bytes go again", async () => {
    const said = { office: roll().office, header: hashes.first, at: new Date().toISOString(), code: "busy" as const }
    const posted: string[] = []
    const wrong = [
      rowOf(hashes.first).note,
      keys.refuse({ ...said, kind: "wait", again: 1_000_000_000 }),
      keys.refuse({ ...said, kind: "final", code: "line", again: 0 }),
      "nobody signed this",
      "",
    ]
    await using one = await stopped.open({}, hastyClock())
    await complete(one)
    one.relay.tamper({
      answer(envelope, note) {
        posted.push(envelope.header)
        return wrong[posted.length - 1] ?? note
      },
    })
    const matter = say(one.desk, direct, "answered with something else")
    const message = await received(one.desk, direct, matter)
    await until(one.desk, "it is answered", () => one.desk.outbox.waiting() === 0)
    assert.ok(posted.length > wrong.length)
    assert.equal(new Set(posted).size, 1)
    assert.equal(message.header, nodeCrypto.sha256(utf8(textOf(posted[0] ?? ""))).toHex())
    accusesNobody(one.desk)
  })

  await t.test("an envelope handed out twice stands once", async () => {
    await using one = await stopped.open({ frame: (frame) => [frame, frame] })
    await complete(one)
    await until(one.desk, "all is witnessed", () => one.desk.registerView().notWitnessed === 0)
    accusesNobody(one.desk)
  })

  const transit: [string, (envelope: Envelope) => Envelope][] = [
    ["a stamp of another envelope", (e) => ({ ...e, stamp: rowOf(hashes.second).note })],
    [
      "a stamp of another office",
      (e) => ({ ...e, stamp: keys.stamp({ ...stampOf(e), office: randomBytes(32).toHex() }) }),
    ],
    ["a stamp that nobody signed", (e) => ({ ...e, stamp: e.stamp.replace(/place \d+/, "place 77") })],
    ["a body cut off", (e) => ({ ...e, body: e.body?.subarray(0, -1) ?? null })],
    ["a third signature", (e) => ({ ...e, header: `${e.header}— third ${Buffer.alloc(68, 1).toString("base64")}\n` })],
    ["one signature stripped", (e) => ({ ...e, header: `${e.header.split("\n").slice(0, -2).join("\n")}\n` })],
  ]
  for (const [title, into] of transit)
    await t.test(`${title} on the way accuses nobody and is asked for again`, async () => {
      let times = 0
      await using one = await stopped.open(change(hashes.first, (e) => [times++ === 0 ? into(e) : e]))
      await complete(one)
      assert.equal(times, 2)
      assert.ok(held(one, hashes.first))
      accusesNobody(one.desk)
    })

  for (const code of ["body", "signature"])
    await t.test(`a registry that hands out a false ${code} every time is convicted`, async () => {
      const [, into] = transit[code === "body" ? 3 : 4] ?? []
      await using one = await stopped.open(change(hashes.first, (e) => [into?.(e) ?? e]))
      await convicted(one.desk, code, async () => {
        await complete(one)
        // Without its body it keeps its place; what nobody signed has none.
        assert.equal(held(one, hashes.first), code === "body")
      })
    })

  await t.test("bytes that are no mail end the stream, accuse nobody, and the mail comes whole", async () => {
    let times = 0
    await using one = await stopped.open({
      frame: (frame) => (times++ === 3 ? [{ kind: "line-head", note: "nobody signed this" }, frame] : [frame]),
    })
    await complete(one)
    await one.logs("mail was interrupted")
    accusesNobody(one.desk)
  })

  await t.test("one line in two orders is convicted by the header of a member who was shown the other", async () => {
    const [before, later] = [rowOf(hashes.third), rowOf(hashes.fourth)]
    assert.equal(later.place, before.place + 1)
    const heads = [nextHead(nodeCrypto, before.previous, hashes.fourth)]
    heads.push(nextHead(nodeCrypto, heads[0] ?? "", hashes.third))
    const waiting: Envelope[] = []
    const swap = (envelope: Envelope): Envelope[] => {
      if (is(last.header)(envelope)) return []
      if (is(hashes.third)(envelope)) waiting.push(envelope)
      if (!is(hashes.fourth)(envelope)) return is(hashes.third)(envelope) ? [] : [envelope]
      const first = keys.stamp({ ...before.stamp, header: hashes.fourth, head: heads[0] ?? "" })
      const second = keys.stamp({ ...later.stamp, header: hashes.third, head: heads[1] ?? "" })
      return [{ ...envelope, stamp: first }, ...waiting.map((one) => ({ ...one, stamp: second }))]
    }
    // No checkpoint reaches this desk: to it the register is consistent.
    await using one = await stopped.open({
      frame: (frame) => (frame.kind === "envelope" ? swap(frame) : frame.kind === "checkpoint" ? [] : [frame]),
    })
    await until(one.desk, "both are there", () => one.desk.views.message(all, third.matter) !== undefined)
    accusesNobody(one.desk)
    say(one.desk, all, "I hold the line")
    // Its desk signs which order it holds: evidence everywhere else, and its own stamp convicts the registry at once.
    assert.ok((await evidenceOf(secretariat, "author", "seen")).includes("seen "))
    await convicted(one.desk, "place")
    assert.equal(secretariat.status().distrusted, null)
  })

  await t.test("no witness and no other desk lost anything by all this", async () => {
    const line = say(ukraine, direct, "still here")
    assert.equal((await received(ukraine, direct, line)).body, "still here")
    await until(ukraine, "it is witnessed", () => ukraine.views.message(direct, line)?.witnessed != null)
    assert.equal(ukraine.status().distrusted, null)
    for (const hash of Object.values(hashes)) assert.ok(rowOf(hash).note.includes(hash))
  })

  /** A register as it was before the last envelope, which is not handed out yet. */
  function withoutLast({ note, file }: Awaited<ReturnType<typeof keys.register>>): Tampering {
    const without = change(last.header, () => [])
    return {
      frame: (frame) => (frame.kind === "checkpoint" ? [{ ...frame, note }] : (without.frame?.(frame) ?? [frame])),
      file,
    }
  }

  type Held = {
    header: string
    index: number
    place: number
    head: string
    previous: string
    at: string
    note: string
    stamp: Stamp
  }
  /** An envelope's stamp as an honest desk holds it. */
  function rowOf(hash: string): Held {
    const of = [secretariat, ukraine].map((desk) => desk.archive.sql.get`SELECT * FROM envelope WHERE hash = ${hash}`)
    const row = of.find((one) => one !== undefined)
    const note = String(row?.stamp)
    const stamp = parseStamp(note)
    const before = secretariat.archive.sql
      .get`SELECT head FROM envelope WHERE line = ${stamp.line} AND place = ${stamp.place - 1}`
    const { place, head, at } = stamp
    const header = String(of.find((one) => one !== undefined)?.header)
    return { header, index: Number(stamp.index), place, head, at, previous: String(before?.head), note, stamp }
  }

  function stampedInstead(envelope: Envelope, other: { header: string; body: Uint8Array; hash: string }): Envelope {
    const stamp = stampOf(envelope)
    const { previous } = rowOf(last.header)
    const note = keys.stamp({ ...stamp, header: other.hash, head: nextHead(nodeCrypto, previous, other.hash) })
    return { kind: "envelope", header: other.header, stamp: note, body: other.body }
  }
})

/** Cosigned two minutes from now: later than any stamp by more than the bound. */
const soon = () => ({ at: Date.now() + 120_000 })

const instead = (note: string): Tampering => ({
  frame: (frame) => (frame.kind === "checkpoint" ? [{ kind: "checkpoint", note }] : [frame]),
})

function textOf(note: string): string {
  return note.slice(0, note.lastIndexOf("\n\n") + 1)
}

function stampOf(envelope: Envelope): Stamp {
  assert.ok(formatFrame(envelope).length > 0)
  return parseStamp(envelope.stamp)
}

/** A stamp's fields as they stand; whoever forges asks no signature. */
function parseStamp(note: string): Stamp {
  const fields = Object.fromEntries(
    textOf(note)
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
  )
  const [place = "", head = ""] = (fields.roll ?? "").split(" ")
  return {
    ...{ office: fields.office ?? "", header: fields.header ?? "", line: fields.line ?? "", head: fields.head ?? "" },
    ...{ place: Number(fields.place), roll: { place: Number(place), head }, index: BigInt(fields.index ?? 0) },
    at: fields.at ?? "",
  }
}
