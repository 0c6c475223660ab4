import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { test } from "node:test"
import { rebuild } from "#desk/rebuild.ts"
import { openVault } from "#desk/vault.ts"
import { formatWords } from "#offices/lines/words.ts"
import { utf8 } from "#register/bytes.ts"
import { type SaltedText, textHash } from "#seal/body.ts"
import type { SignerPair } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { newPairSeeds, pairSigners } from "#seal/node/keys.ts"
import { type Release, signRelease } from "#seal/release.ts"
import { programFolder } from "../../src/cli/exercise/found.ts"
import { lineOf, openOffice, received, until } from "../office.ts"
import { fail, openAuthor } from "./author.ts"
import { accusesNobody, evidenceOf } from "./fault.ts"

const SAID = { language: "en", form: "words", subject: "Repair crew", body: "Four people from 09:00, two vehicles." }
const salted = (bytes: Uint8Array): SaltedText => ({ salt: new Uint8Array(randomBytes(32)), bytes })
const hashOf = (text: SaltedText) => textHash(nodeCrypto, text)

/** A message that passes on words under somebody's name, as a dishonest secretariat can put one together. */
function passedOn(from: string, note: string, words: SaltedText, said = SAID) {
  const texts = [said.subject, said.body, note].map((text) => salted(utf8(text)))
  const [subject, body, release] = texts.map(hashOf)
  const matter = randomBytes(32).toHex()
  const relayed = { attribution: "attributed", from }
  const record = { matter, language: said.language, subject, body, relayed, release, words: hashOf(words) }
  const act = utf8(JSON.stringify({ act: "message.sent", software: "0".repeat(64), record }))
  return { matter, act, texts: [...texts, words] }
}

test("words count under a name only where that delegation signed exactly them, for this reader and in this office", async (t) => {
  await using office = await openOffice()
  const russia = office.desk("russian-federation")
  const line = lineOf(russia, "secretariat")
  const { office: id } = russia.founded
  const ukraine = openVault(programFolder(office.data, "desk", "ukraine")).desk
  const secretariat = await openAuthor(office, "secretariat", () => russia.book.roll())
  const words = salted(utf8(formatWords(SAID)))
  const release: Release = {
    ...{ office: id, id: randomBytes(32).toHex(), kind: "message", from: "ukraine" },
    ...{ to: ["russian-federation", "secretariat"], at: new Date().toISOString(), text: hashOf(words) },
  }
  const signed = (change: Partial<Release> = {}, by: SignerPair = ukraine) =>
    signRelease({ ...release, id: randomBytes(32).toHex(), ...change }, by)

  /** Enters a message as the secretariat; answers its hash and what the addressee made of it. */
  async function entered(made: ReturnType<typeof passedOn>) {
    const composed = secretariat.compose(line, "", { act: made.act, texts: made.texts })
    assert.equal(await secretariat.post(composed), "stamped")
    const row = () => russia.views.envelopes(line, undefined, 500).find((e) => e.hash === composed.hash)
    await until(russia, "the envelope", () => row() !== undefined)
    return { ...made, hash: composed.hash, refused: row()?.records[0]?.refused, fault: row()?.fault }
  }

  await t.test("what its author signed is taken, and shown as signed", async () => {
    const note = signed()
    const good = await entered(passedOn("ukraine", note, words))
    assert.deepEqual([good.refused, good.fault], [null, null])
    const view = await received(russia, line, good.matter)
    assert.ok(view.relay?.side === "passed")
    assert.deepEqual([view.relay.from, view.relay.release?.to], ["ukraine", [...release.to]])
    assert.equal(view.relay.release?.again, false)
    accusesNobody(russia)
    // Words brought a second time are the same words, and the reader is told.
    const again = await entered(passedOn("ukraine", note, words))
    const second = await received(russia, line, again.matter)
    assert.equal(second.relay?.release?.again, true)
    accusesNobody(russia)
  })

  const other = { ...SAID, body: "Four people from 09:00, six vehicles." }
  const otherWords = salted(utf8(formatWords(other)))
  const foreign = pairSigners(newPairSeeds("ukraine-desk-1"))
  const forgeries: [string, string, () => ReturnType<typeof passedOn>][] = [
    [
      "signed by whoever passes it on",
      "release.signature",
      () => passedOn("ukraine", signed({}, secretariat.vault.desk), words),
    ],
    ["signed by a key of the same name", "release.signature", () => passedOn("ukraine", signed({}, foreign), words)],
    ["with one signature of the two", "release.signature", () => passedOn("ukraine", oneLine(signed()), words)],
    ["of another office", "release.mismatch", () => passedOn("ukraine", signed({ office: "0".repeat(64) }), words)],
    ["of another kind", "release.mismatch", () => passedOn("ukraine", signed({ kind: "statement" }), words)],
    ["by another author", "release.mismatch", () => passedOn("icrc", signed(), words)],
    [
      "for another reader",
      "release.mismatch",
      () => passedOn("ukraine", signed({ to: ["icrc", "secretariat"] }), words),
    ],
    ["over other words", "release.words", () => passedOn("ukraine", signed(), otherWords, other)],
    ["over words that the message does not say", "release.words", () => passedOn("ukraine", signed(), words, other)],
    ["that is no release", "release.malformed", () => passedOn("ukraine", "I said so", words)],
    ["that is not there", "text.missing", () => without(passedOn("ukraine", signed(), words))],
  ]
  for (const [what, code, made] of forgeries)
    await t.test(`a release ${what} is kept, marked and evidence`, async () => {
      const evil = await entered(made())
      assert.equal(evil.refused, code)
      assert.equal(russia.views.message(line, evil.matter), undefined)
      const evidence = await evidenceOf(russia, "author", code)
      assert.ok(evidence.includes("iod.envelope/v1\n") && evidence.includes("message.sent"))
      assert.equal(russia.status().distrusted, null)
    })

  await t.test("two releases under one id convict their author, and both messages are shown", async () => {
    const one = randomBytes(32).toHex()
    for (const [said, text] of [[SAID, words] as const, [other, otherWords] as const]) {
      const note = signed({ id: one, text: hashOf(text) })
      assert.equal((await entered(passedOn("ukraine", note, text, said))).refused, null)
    }
    const evidence = await evidenceOf(russia, "author", "release.twice")
    assert.equal(evidence.split("iod.release/v1\n").length, 3)
  })

  await t.test("folded again without the words, the archive comes to the same states", async () => {
    russia.archive.sql.run`DELETE FROM text`
    const { different } = await rebuild(russia.archive, nodeCrypto, russia.founded)
    assert.equal(different, 0)
    const marked = russia.archive.sql
      .get`SELECT count(*) AS n FROM record WHERE refused LIKE 'release.%' OR refused = 'text.missing'`
    assert.equal(marked?.n, forgeries.length)
  })
})

/** A note without its last signature line. */
function oneLine(note: string): string {
  return `${note.split("\n").slice(0, -2).join("\n")}\n`
}

/** The message without its release's text. */
function without(made: ReturnType<typeof passedOn>) {
  const [subject = fail("no subject"), body = fail("no body"), , words = fail("no words")] = made.texts
  return { ...made, texts: [subject, body, words] }
}
