import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { test } from "node:test"
import { Encrypter, Stanza } from "age-encryption"
import type { Desk } from "#desk/open.ts"
import { concat, utf8 } from "#register/bytes.ts"
import { packBody } from "#seal/body.ts"
import { commitment } from "#seal/header.ts"
import { formatHeader, parseHeader, sealPayload } from "#seal/node/age-file.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { generateSealingIdentity, seal } from "#seal/node/hybrid.ts"
import { newPairSeeds, pairSigners } from "#seal/node/keys.ts"
import { publicLine } from "#seal/stamp.ts"
import { openOffice, received, say, until } from "../office.ts"
import { openAuthor } from "./author.ts"
import { evidenceOf } from "./fault.ts"

test("an author’s fault leaves evidence at every addressee and never stops the line", async (t) => {
  await using office = await openOffice()
  const [russia, icrc] = [office.desk("russian-federation"), office.desk("icrc")]
  const others = [russia, icrc, office.desk("secretariat")]
  const line = office.line("all")
  const ukraine = await openAuthor(office, "ukraine", () => icrc.book.roll())

  const faultOf = (desk: Desk, hash: string) => desk.views.envelopes(line, undefined, 500).find((e) => e.hash === hash)
  const entered = (desk: Desk, hash: string) => until(desk, "the envelope", () => faultOf(desk, hash) !== undefined)

  /** That the envelope is marked with `code` at these desks, that nobody accuses the registry, and that the next word passes. */
  async function marked(hash: string, code: string, at: readonly Desk[] = others): Promise<void> {
    for (const desk of at) {
      await entered(desk, hash)
      assert.equal(faultOf(desk, hash)?.fault, code)
      assert.ok((await evidenceOf(desk, "author", code)).includes("iod.envelope/v1\n"))
      const row = desk.evidenceView().find((one) => one.code === code && one.place === faultOf(desk, hash)?.place)
      assert.equal(row?.line, line)
    }
    await goesOn()
  }

  async function goesOn(): Promise<void> {
    const said = `the line goes on ${randomBytes(4).toHex()}`
    assert.equal((await received(russia, line, say(icrc, line, said))).body, said)
    for (const desk of others) assert.equal(desk.status().distrusted, null)
  }

  /** A desk's own word, on the line, that it cannot open the envelope. */
  const unopenable = (by: Desk, hash: string) =>
    until(russia, `${by.delegation} says that it cannot open`, () =>
      russia.views
        .envelopes(line, undefined, 500)
        .some(
          (e) => e.by === by.delegation && e.records.some((r) => r.kind === "line.unopenable" && r.refused === null),
        ),
    ).then(() => assert.equal(faultOf(by, hash)?.fault, "body.unopenable"))

  await t.test("a stranger in a member's place shows as that member's unopenable, and the others read", async () => {
    const stranger = generateSealingIdentity().recipient
    const evil = ukraine.compose(line, "for a stranger", { seal: ([, ...rest], p) => seal([stranger, ...rest], p) })
    assert.equal(evil.named.to === "*" ? "" : evil.named.to[0]?.name, "icrc")
    assert.equal(await ukraine.post(evil), "stamped")
    assert.equal((await received(russia, line, evil.matter)).body, "for a stranger")
    await marked(evil.hash, "body.unopenable", [icrc])
    await unopenable(icrc, evil.hash)
    assert.equal(faultOf(russia, evil.hash)?.fault, null)
  })

  await t.test("a stanza added is refused by everyone", async () => {
    const stranger = generateSealingIdentity().recipient
    const evil = ukraine.compose(line, "one too many", { seal: (to, plain) => seal([...to, stranger], plain) })
    assert.equal(await ukraine.post(evil), "stamped")
    await marked(evil.hash, "body.stanzas")
  })

  await t.test("a stanza removed is refused by everyone", async () => {
    const evil = ukraine.compose(line, "one too few", { seal: (to, plain) => seal(to.slice(0, -1), plain) })
    assert.equal(await ukraine.post(evil), "stamped")
    await marked(evil.hash, "body.stanzas")
  })

  await t.test("stanzas out of place do not open at those places", async () => {
    const evil = ukraine.compose(line, "out of place", {
      seal: ([a = "", b = "", ...rest], plain) => seal([b, a, ...rest], plain),
    })
    assert.equal(await ukraine.post(evil), "stamped")
    await marked(evil.hash, "body.unopenable", [icrc, russia])
    assert.equal(faultOf(office.desk("secretariat"), evil.hash)?.fault, null)
  })

  await t.test(
    "two addressees are given one body under one commitment, and a second key in it opens nothing",
    async () => {
      const honest = ukraine.compose(line, "the same for all")
      assert.equal(await ukraine.post(honest), "stamped")
      for (const desk of others) assert.equal((await received(desk, line, honest.matter)).body, "the same for all")
      const copies = others.map(
        (d) => d.archive.sql.get`SELECT header, act, salt FROM envelope WHERE hash = ${honest.hash}`,
      )
      assert.deepEqual(copies[0], copies[1])
      assert.deepEqual(copies[0], copies[2])

      const { plain, ...draft } = ukraine.compose(line, "for some")
      const body = await withSecondKey(ukraine.recipients(line), 1, plain)
      const evil = ukraine.compose(line, "", { plain, seal: () => body, header: { commit: draft.named.commit } })
      assert.equal(await ukraine.post(evil), "stamped")
      await marked(evil.hash, "body.malformed", [russia])
      assert.deepEqual(
        [icrc, office.desk("secretariat")].map((desk) => faultOf(desk, evil.hash)?.fault),
        [null, null],
      )
    },
  )

  await t.test(
    "a body copied under another author's, line's or serial's header does not fit its commitment",
    async () => {
      const first = say(icrc, line, "words of another")
      const original = await received(icrc, line, first)
      const [row] = [icrc.archive.sql.get`SELECT salt, act, header FROM envelope WHERE hash = ${original.header}`]
      const commit = /\ncommit ([0-9a-f]{64})\n/.exec(String(row?.header))?.[1] ?? ""
      const plain = packBody({ salt: row?.salt as Uint8Array, act: row?.act as Uint8Array, texts: [] })
      const stolen = ukraine.compose(line, "", { plain, header: { commit } })
      assert.equal(await ukraine.post(stolen), "stamped")
      await marked(stolen.hash, "body.commit")
      // Its own words under another serial, and under another line.
      const own = ukraine.compose(line, "once")
      assert.equal(await ukraine.post(own), "stamped")
      const again = ukraine.compose(line, "", { plain: own.plain, header: { commit: own.named.commit } })
      assert.equal(await ukraine.post(again), "stamped")
      await marked(again.hash, "body.commit")
      const direct = office.line("direct line")
      const moved = ukraine.compose(direct, "", { plain: own.plain, header: { commit: own.named.commit } })
      assert.equal(await ukraine.post(moved), "stamped")
      await until(
        russia,
        "the moved copy",
        () => russia.views.envelopes(direct, undefined, 9)[0]?.fault === "body.commit",
      )
    },
  )

  await t.test("a commitment that does not name the act is evidence against its author", async () => {
    const evil = ukraine.compose(line, "committed to nothing", { header: { commit: randomBytes(32).toHex() } })
    assert.equal(await ukraine.post(evil), "stamped")
    await marked(evil.hash, "body.commit")
  })

  await t.test("an act of no form, and a body of no form or padding, keep their place and say nothing", async () => {
    const noAct = ukraine.compose(line, "", { act: utf8('{"act":7}'), texts: [] })
    assert.equal(await ukraine.post(noAct), "stamped")
    await marked(noAct.hash, "act.malformed")
    const unpadded = ukraine.compose(line, "", { plain: new Uint8Array(5000) })
    assert.equal(await ukraine.post(unpadded), "stamped")
    await marked(unpadded.hash, "body.padding")
    const garbage = ukraine.compose(line, "", { seal: () => new Uint8Array(randomBytes(9000)) })
    assert.equal(await ukraine.post(garbage), "stamped")
    await marked(garbage.hash, "body.malformed")
  })

  await t.test("a false `seen` is evidence and does not stop the line", async () => {
    const beyond = ukraine.compose(line, "seen beyond", { header: { seen: { place: 9999, head: line } } })
    assert.equal(await ukraine.post(beyond), "stamped")
    assert.equal((await received(russia, line, beyond.matter)).body, "seen beyond")
    await evidenceOf(russia, "author", "seen")
    const other = ukraine.compose(line, "seen otherwise", {
      header: { seen: { place: 1, head: randomBytes(32).toHex() } },
    })
    assert.equal(await ukraine.post(other), "stamped")
    assert.equal((await received(russia, line, other.matter)).body, "seen otherwise")
    assert.equal(russia.evidenceView().filter((row) => row.code === "seen").length, 2)
    // It is not taken for a receipt either.
    const mine = await received(russia, line, say(icrc, line, "who holds this?"))
    const lie = ukraine.compose(line, "I do", {
      header: { seen: { place: mine.place, head: randomBytes(32).toHex() } },
    })
    assert.equal(await ukraine.post(lie), "stamped")
    await received(icrc, line, lie.matter)
    const ladder = icrc.views.message(line, mine.matter)?.ladders.find((l) => l.addressee === "ukraine")
    assert.ok(ladder?.steps.every((step) => step.rung !== "delivered"))
    await goesOn()
  })

  await t.test("a false `register` is an accusation and does not stop the line", async () => {
    await until(russia, "a witnessed register", () => (russia.registerView().size ?? 0) > 0)
    const { size } = russia.registerView()
    const register = { size: BigInt(size ?? 0), root: randomBytes(32).toHex() }
    const otherRoot = ukraine.compose(line, "another root", { header: { register } })
    assert.equal(await ukraine.post(otherRoot), "stamped")
    assert.equal((await received(russia, line, otherRoot.matter)).body, "another root")
    assert.ok((await evidenceOf(russia, "author", "register-root")).includes(register.root))
    const future = ukraine.compose(line, "a register to come", {
      header: { register: { size: 1_000_000n, root: randomBytes(32).toHex() } },
    })
    assert.equal(await ukraine.post(future), "stamped")
    await received(russia, line, future.matter)
    await evidenceOf(russia, "author", "register-size")
    await goesOn()
  })

  await t.test("the evidence against one author is the same bytes at every addressee", async () => {
    const files = await Promise.all([russia, icrc].map((desk) => evidenceOf(desk, "author", "body.stanzas")))
    assert.ok(files[0]?.includes("iod.stamp/v1\n"))
  })

  const evidenceBefore = [russia, icrc].map((desk) => desk.evidenceView().length)
  const refused = async (title: string, expected: string, ...forged: Parameters<typeof ukraine.compose>) =>
    t.test(`the registry refuses ${title}: ${expected}`, async () =>
      assert.equal(await ukraine.post(ukraine.compose(...forged)), expected),
    )

  const lines = (note: string) => note.split("\n\n")[1]?.split("\n").slice(0, 2) ?? []
  const withLines = (note: string, chosen: readonly string[]) => `${note.split("\n\n")[0]}\n\n${chosen.join("\n")}\n`
  const stranger = pairSigners(newPairSeeds("ukraine-desk-1"))
  const third = (note: string) => `${note}— third ${Buffer.alloc(68, 1).toString("base64")}\n`
  await refused("a third signature", "final signature", line, "x", { note: third })
  await refused("swapped signatures", "final signature", line, "x", { note: (n) => withLines(n, lines(n).reverse()) })
  await refused("only Ed25519", "final signature", line, "x", { note: (n) => withLines(n, lines(n).slice(0, 1)) })
  await refused("only ML-DSA-65", "final signature", line, "x", { note: (n) => withLines(n, lines(n).slice(1)) })
  await refused("the first twice", "final signature", line, "x", {
    note: (n) => withLines(n, [lines(n)[0] ?? "", lines(n)[0] ?? ""]),
  })
  for (const bad of [0, 1])
    await refused(`only one of two valid (${1 - bad})`, "final signature", line, "x", {
      note: (n) =>
        withLines(
          n,
          lines(n).map((l, i) => (i === bad ? spoilt(l) : l)),
        ),
    })
  await refused("another's signatures under the delegation's name", "final signature", line, "x", {
    note: (n) => {
      const text = `${n.split("\n\n")[0]}\n`
      const own = stranger.map(
        ({ key, sign }) => `— ${key.name} ${Buffer.concat([key.id, sign(utf8(text))]).toString("base64")}`,
      )
      return withLines(n, own)
    },
  })
  await refused("a body that the header does not name", "final body", line, "x", {
    sent: (b) => b.with(b.length - 1, 7),
  })
  await refused("a body cut off", "final body", line, "x", { sent: (b) => b.subarray(0, -1) })
  await refused("an envelope of another office", "final office", line, "x", {
    header: { office: randomBytes(32).toHex() },
  })
  await refused("another's name", "final signature", line, "x", { header: { from: "icrc" } })
  await refused("a delegation that has not joined", "final members", line, "x", {
    header: { from: "osce", to: ["icrc", "osce"].map((name) => ({ name, sealingKey: 1 })) },
  })
  await refused("fewer members", "final members", line, "x", {
    header: { to: ["icrc", "ukraine"].map((name) => ({ name, sealingKey: 1 })) },
  })
  await refused("a sealing key of a later day", "final sealing-key", line, "x", {
    header: { to: ["icrc", "russian-federation", "secretariat", "ukraine"].map((name) => ({ name, sealingKey: 9 })) },
  })
  await refused("a skipped serial until the one before it", "wait order", line, "x", {
    header: { serial: 900, prev: randomBytes(32).toHex() },
  })
  await refused("a serial that is taken", "final serial", line, "x", { header: { serial: 1, prev: null } })
  await refused("another prev", "final prev", line, "x", { header: { prev: randomBytes(32).toHex() } })
  await refused("addressees on a public line", "final line", publicLine(0), "x", {
    header: { to: ["icrc", "ukraine"].map((name) => ({ name, sealingKey: 1 })) },
  })
  await refused("a public act of no form", "final malformed", publicLine(0), "x")

  await t.test("the same header gets the same stamp, whoever sends it how often, and stands once", async () => {
    const said = ukraine.compose(line, "once and for all")
    assert.equal(await ukraine.post(said), "stamped")
    for (let i = 0; i < 3; i++) assert.equal(await ukraine.post(said), "stamped")
    await received(russia, line, said.matter)
    const held = russia.archive.sql.get`SELECT count(*) AS n FROM envelope WHERE hash = ${said.hash}`
    assert.equal(held?.n, 1)
  })

  await t.test("an envelope of an exercise is of another office, whatever else is the same", async () => {
    const exercise = randomBytes(32).toHex()
    const replayed = ukraine.compose(line, "from the exercise", { header: { office: exercise } })
    assert.equal(
      replayed.named.commit,
      commitment(nodeCrypto, { ...replayed.named, office: exercise }, replayed.salt, replayed.act),
    )
    assert.equal(await ukraine.post(replayed), "final office")
  })

  await t.test("what the registry refused troubles nobody", () => {
    assert.deepEqual(
      [russia, icrc].map((desk) => desk.evidenceView().length),
      evidenceBefore,
    )
    for (const desk of others) assert.equal(desk.status().distrusted, null)
  })
})

/** The same line with another last byte of the signature. */
function spoilt(line: string): string {
  const [dash, name, encoded = ""] = line.split(" ")
  const bytes = Buffer.from(encoded, "base64")
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  return `${dash} ${name} ${bytes.toString("base64")}`
}

/** An age file whose stanza at `place` wraps another key than the rest: what its author would need to say two things. */
async function withSecondKey(to: readonly string[], place: number, plain: Uint8Array): Promise<Uint8Array> {
  const one = await wrapped(to)
  const other = await wrapped(to)
  const stanzas = one.stanzas.map((stanza, i) => (i === place ? (other.stanzas[i] ?? stanza) : stanza))
  return concat(formatHeader(one.fileKey, stanzas), sealPayload(one.fileKey, plain))
}

/** Stanzas for `to` with the key that they wrap, caught by one recipient more. */
async function wrapped(to: readonly string[]) {
  let fileKey = new Uint8Array()
  const encrypter = new Encrypter()
  for (const recipient of to) encrypter.addRecipient(recipient)
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = key.slice()
      return [new Stanza(["listening"], new Uint8Array())]
    },
  })
  const { stanzas } = parseHeader(await encrypter.encrypt(new Uint8Array()), to.length + 1)
  return { fileKey, stanzas: stanzas.slice(0, to.length) }
}
