import assert from "node:assert/strict"
import { test } from "node:test"
import { ed25519 } from "@noble/curves/ed25519.js"
import { Decrypter } from "age-encryption"
import type { Precedence } from "#offices/act.ts"
import type { MessageState } from "#offices/lines/message.ts"
import { deadline, messageUnanswered } from "#offices/lines/silence.ts"
import { publicAct } from "#offices/roll/acts.ts"
import { clocksOf, openCharter } from "#offices/roll/charter.ts"
import { emptyRoll, enterPublicAct, isSealingKeyValid, type Roll, secretariatLine } from "#offices/roll/roll.ts"
import { concat, fromHex, fromUtf8, hex, u32be, utf8 } from "#register/bytes.ts"
import { rejection } from "#register/fixture.test.ts"
import { formatNote, parseNote, parseVerifierKey } from "#register/note.ts"
import { leafHash } from "#register/tree.ts"
import { verifiesByNoble } from "../../test/vectors/envelope-noble.ts"
import { makeVectors, readVectors } from "../../test/vectors/envelope-write.ts"
import { packBody, textHash, unpackBody } from "./body.ts"
import { openDeskKeyCertificate, openDeskKeyRevocation, parseKeyPair } from "./desk-key.ts"
import { commitment, parseSignedHeader, verifyHeader } from "./header.ts"
import { lineId, parseLine } from "./line.ts"
import { nodeCrypto as crypto } from "./node/crypto.ts"
import { open } from "./node/hybrid.ts"
import { verifiedDelegation } from "./node/request.ts"
import { openRelease } from "./release.ts"
import { openSealingKeys } from "./sealing-keys.ts"
import { formatStamp, nextHead, openLineHead, openRefusal, openStamp, publicLine, registerEntry } from "./stamp.ts"
import { formatPosted, frameReader, parseAnswers, parsePosted } from "./wire.ts"

const valid = readVectors("envelope-valid")
const refused = readVectors("envelope-refused")
const registry = parseVerifierKey(crypto, valid.keys.registry)
const root = (who: string) => parseKeyPair(crypto, valid.keys.roots[who])
const desk = (who: string) => parseKeyPair(crypto, valid.keys.desks[who])

type Envelope = {
  what: string
  salt: string
  act: string
  texts: { salt: string; text: string; hash: string }[]
  packed: { length: number; sha256: string }
  sealed: string | null
  header: string
  hash: string
  stamp: string
  entry: string
  leaf: string
}
const envelopes: Envelope[] = valid.envelopes
const sealed = envelopes.flatMap((e) => e.sealed ?? [])

test("everything but the sealing follows from the seeds, byte for byte", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(makeVectors(sealed))), valid)
})

test("another implementation verifies every note, and with no other key", () => {
  const { keys, certificates, revocations, refusals } = valid
  const notes: [string, readonly string[]][] = [
    [certificates.secretariat, keys.roots.secretariat],
    [certificates.meridia, keys.roots.meridia],
    [certificates.meridia2, keys.roots.meridia],
    [revocations.byRoot, keys.roots.meridia],
    [revocations.bySelf, keys.desks.meridia],
    [valid.sealing.publication, keys.desks.meridia],
    [valid.release, keys.desks.meridia],
    [valid.lineHead, [keys.registry]],
    [refusals.wait, [keys.registry]],
    [refusals.final, [keys.registry]],
    ...envelopes.map((e): [string, readonly string[]] => [e.stamp, [keys.registry]]),
    ...envelopes.map((e): [string, readonly string[]] => [
      e.header,
      keys.desks[/\nfrom (.*)\n/.exec(e.header)?.[1] ?? ""],
    ]),
  ]
  for (const [note, by] of notes) {
    assert.ok(verifiesByNoble(note, by), note.slice(0, 60))
    assert.equal(verifiesByNoble(note, keys.desks.meridia2), false)
  }
})

test("another implementation opens every sealed body at both members' desks", async () => {
  for (const e of envelopes.filter((one) => one.sealed)) {
    for (const { identity } of Object.values<{ identity: string }>(valid.sealing.identities)) {
      const decrypter = new Decrypter()
      decrypter.addIdentity(identity)
      const packed = await decrypter.decrypt(Uint8Array.fromBase64(e.sealed ?? ""))
      assert.equal(hex(crypto.sha256(packed)), e.packed.sha256)
    }
  }
})

const packedOf = ({ salt, act, texts }: Envelope) =>
  packBody({
    salt: fromHex(salt),
    act: utf8(act),
    texts: texts.map((t) => ({ salt: fromHex(t.salt), bytes: utf8(t.text) })),
  })

test("each envelope is what its parts make: body, texts, commitment, hash, stamp, head, entry, leaf", async () => {
  const heads = new Map<string, string>()
  for (const e of envelopes) {
    const signed = parseSignedHeader(crypto, e.header)
    const { header } = signed
    await verifyHeader(crypto, signed, desk(header.from))
    assert.equal(signed.hash, e.hash)
    const packed = packedOf(e)
    assert.deepEqual([packed.length, hex(crypto.sha256(packed))], [e.packed.length, e.packed.sha256])
    const travels = e.sealed === null ? packed : Uint8Array.fromBase64(e.sealed)
    assert.deepEqual(header.body, { hash: hex(crypto.sha256(travels)), length: travels.length })
    const place = header.to === "*" ? -1 : header.to.findIndex((a) => a.name === "meridia")
    const identity = valid.sealing.identities.meridia.identity
    const opened = unpackBody(place < 0 ? travels : open({ identity, place, count: 2 }, travels))
    assert.equal(fromUtf8(opened.act), e.act)
    assert.deepEqual(
      opened.texts.map((t) => textHash(crypto, t)),
      e.texts.map((t) => t.hash),
    )
    assert.equal(commitment(crypto, header, opened.salt, opened.act), header.commit)
    const stamp = await openStamp(crypto, e.stamp, registry)
    assert.equal(stamp.header, e.hash)
    const head = nextHead(crypto, heads.get(header.line) ?? header.line, e.hash)
    heads.set(header.line, head)
    assert.equal(stamp.head, head)
    const entry = registerEntry(crypto, stamp, formatStamp(stamp))
    assert.deepEqual([hex(entry), hex(leafHash(crypto, entry))], [e.entry, e.leaf])
    assert.equal(entry[0], header.line === publicLine(0) ? 0x01 : 0x00)
  }
  assert.equal(heads.size, 2)
})

const AT = "2026-11-23T00:00:00.000Z"

async function foldedRoll(): Promise<Roll> {
  let roll = emptyRoll(openCharter(crypto, valid.charter.text))
  const matter = roll.office
  const acts = envelopes.slice(0, 2).map((e) => ({ act: publicAct.parse(JSON.parse(e.act)), e }))
  for (const [index, { act, e }] of acts.entries()) {
    const { from } = parseSignedHeader(crypto, e.header).header
    const next = await enterPublicAct(crypto, roll, act, { by: from, at: AT, index, line: 0, header: e.hash })
    assert.ok(!("refused" in next), e.what)
    roll = next
  }
  const act = { act: "sealing-keys.published", matter, keys: valid.sealing.publication } as const
  const next = await enterPublicAct(crypto, roll, act, { by: "meridia", at: AT, index: 2, line: 1, header: "" })
  assert.ok(!("refused" in next))
  return next
}

test("the roll that the public acts fold has the keys, their days and the line with the secretariat", async () => {
  assert.equal(openCharter(crypto, valid.charter.text).office, valid.charter.office)
  const roll = await foldedRoll()
  const meridia = roll.members.meridia
  assert.ok(meridia)
  for (const { number, at, valid: expected } of valid.sealing.validity)
    assert.equal(isSealingKeyValid(meridia, number, at), expected, `${number} at ${at}`)
  const line = secretariatLine(roll, meridia)
  assert.ok(line)
  assert.deepEqual(parseLine(valid.line.text), line)
  assert.equal(lineId(crypto, line), valid.line.id)
  assert.equal(lineId(crypto, parseLine(valid.line.successor.text)), valid.line.successor.id)
})

test("a deadline goes by the stamp's instant, its own second included", () => {
  const clocks = clocksOf(openCharter(crypto, valid.charter.text).charter)
  for (const { precedence, at, replyBy, stamp, passed } of valid.deadlines) {
    const known = { at, precedence: precedence as Precedence, replyBy }
    const state = { ...known, by: "meridia", header: valid.line.id, answers: { secretariat: {} } }
    const record = { matter: valid.line.id, of: valid.line.id, by: "secretariat" }
    const facts = { at: stamp, by: "secretariat", index: 9, place: 9, header: "", precedence: "ROUTINE" } as const
    const line = { id: valid.line.id, members: ["meridia", "secretariat"] }
    const entry = { ...facts, line, secretariat: "secretariat", clocks }
    const verdict = messageUnanswered.mayAct(state as unknown as MessageState, record, entry)
    assert.deepEqual(
      verdict,
      passed ? "permitted" : { refused: "message.deadline-not-passed" },
      deadline(known, clocks),
    )
  }
})

test("frames, postings and answers have these bytes", () => {
  const { quiet, checkpoint, posted, answers } = valid.frames
  const read = frameReader()
  const frames = [...fromHex(quiet + checkpoint.frame)].flatMap((byte) => read(Uint8Array.of(byte)))
  assert.deepEqual(frames, [{ kind: "quiet" }, { kind: "checkpoint", note: checkpoint.note }])
  const last = envelopes.at(-1)
  assert.ok(last)
  const body = Uint8Array.fromBase64(last.sealed ?? "")
  const bytes = formatPosted([{ header: last.header, body }])
  assert.equal(hex(crypto.sha256(bytes)), posted)
  assert.deepEqual(parsePosted(bytes), [{ header: last.header, body }])
  const stamp = utf8(last.stamp)
  const answer = concat(u32be(stamp.length), stamp)
  assert.equal(hex(crypto.sha256(answer)), answers)
  assert.deepEqual(parseAnswers(answer), [last.stamp])
})

test("another implementation verifies the request that opens a desk's mail, over these four components", async () => {
  const { method, url, delegation, headers } = valid.request
  const { pathname, search } = new URL(url)
  const params = headers["signature-input"].replace(/^desk=/, "")
  assert.match(
    params,
    /^\("@method" "@path" "@query" "iod-office"\);created=\d+;keyid="meridia\/meridia-desk-1";alg="ed25519"$/,
  )
  const components = [method, pathname, search, headers["iod-office"], params]
  const names = ["@method", "@path", "@query", "iod-office", "@signature-params"]
  const base = names.map((name, i) => `"${name}": ${components[i]}`).join("\n")
  const signature = Uint8Array.fromBase64(/^desk=:(.*):$/.exec(headers.signature)?.[1] ?? "")
  assert.ok(ed25519.verify(signature, utf8(base), desk(delegation).ed25519.publicKey))
  const now = Date.parse("2027-01-01T06:01:10Z")
  const keyOf = () => desk(delegation).ed25519
  const asked = (at: number, to = url) =>
    verifiedDelegation(crypto, new Request(to, { headers }), valid.charter.office, at, keyOf)
  assert.equal(await asked(now), "meridia")
  assert.equal(await asked(now, url.replace("after=7", "after=8")), undefined)
  assert.equal(await asked(now + 601_000), undefined)
})

/** How a note is opened; throws what it is refused with. */
const OPEN: Record<string, (text: string, by: string) => unknown> = {
  header: async (note, by) => verifyHeader(crypto, parseSignedHeader(crypto, note), desk(by)),
  certificate: (note, by) => openDeskKeyCertificate(crypto, note, root(by)),
  revocation: (note, by) => openDeskKeyRevocation(crypto, note, root(by), desk(by)),
  "sealing-keys": (note, by) => openSealingKeys(crypto, note, desk(by)),
  release: (note, by) => openRelease(crypto, note, desk(by)),
  stamp: (note) => openStamp(crypto, note, registry),
  "line-head": (note) => openLineHead(crypto, note, registry),
  refusal: (note) => openRefusal(crypto, note, registry),
  line: (text) => parseLine(text),
  charter: (text) => openCharter(crypto, text),
  "verifier-key": (text) => parseVerifierKey(crypto, text),
}

type Case = {
  what: string
  as: string
  of: string
  edit?: [string, string]
  signatures?: [string, number][]
  by?: string
  why: string
}

const textAt = (path: string): string => path.split(".").reduce((at, key) => at[key], valid)

function changed({ of, edit, signatures }: Case): string {
  let text = textAt(of)
  if (edit) assert.ok(text.includes(edit[0]), `${of} has ${edit[0]}`)
  if (edit) text = text.replace(edit[0], () => edit[1])
  if (!signatures) return text
  const lines = signatures.flatMap(([path, number]) => parseNote(textAt(path)).signatures[number] ?? [])
  assert.equal(lines.length, signatures.length)
  return formatNote({ text: parseNote(text).text, signatures: lines })
}

for (const one of refused.notes as Case[])
  test(`refused: ${one.what}`, async () => {
    const text = changed(one)
    await assert.rejects(async () => OPEN[one.as]?.(text, one.by ?? "meridia"), rejection(one.why))
  })

test("what the refused notes were before they were changed is taken", async () => {
  for (const { as, of } of refused.notes as Case[]) {
    const misplaced = as === "header" ? !of.endsWith("header") : as === "stamp" && !of.endsWith("stamp")
    const by = textAt(of).includes("secretariat-") && as === "certificate" ? "secretariat" : "meridia"
    if (!misplaced) await OPEN[as]?.(textAt(of), by)
  }
})

test("refused: bodies that are not packed as prescribed", () => {
  for (const { prefix, length, why } of refused.bodies) {
    const bytes = new Uint8Array(length)
    bytes.set(fromHex(prefix))
    assert.throws(() => unpackBody(bytes), rejection(why))
  }
})

test("refused: an act under another header than the one that commits to it", () => {
  const last = envelopes.at(-1)
  assert.ok(last)
  const { header } = parseSignedHeader(crypto, last.header)
  for (const { what, ...other } of refused.commitments)
    assert.notEqual(
      commitment(crypto, { ...header, ...other }, fromHex(last.salt), utf8(last.act)),
      header.commit,
      what,
    )
})

test("refused: sealed files that are not one stanza for each member in their order", () => {
  const { cases } = readVectors("envelope-sealed-refused")
  const identities = [valid.sealing.identities.meridia.identity, valid.sealing.identities.secretariat.identity]
  for (const { what, place, count, why, file } of cases) {
    const identity = identities[place]
    assert.throws(() => open({ identity, place, count }, Uint8Array.fromBase64(file)), rejection(why), what)
  }
})
