import { readFileSync, writeFileSync } from "node:fs"
import { fromHex, fromUtf8, hex, utf8 } from "#register/bytes.ts"
import { formatVerifierKey } from "#register/note.ts"
import { leafHash } from "#register/tree.ts"
import { type Body, packBody, recordHash, type SaltedText, textHash } from "#seal/body.ts"
import { fingerprint, formatKeyPair, revokeDeskKey, type SignerPair } from "#seal/desk-key.ts"
import { commitment, formatHeader, type Header, headerHash, signHeader } from "#seal/header.ts"
import { formatLine, lineId } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { seal } from "#seal/node/hybrid.ts"
import { publicPair } from "#seal/node/keys.ts"
import { signRequest } from "#seal/node/request.ts"
import { signRelease } from "#seal/release.ts"
import { SEALING_KEYS, signSealingKeys } from "#seal/sealing-keys.ts"
import {
  formatStamp,
  nextHead,
  publicLine,
  registerEntry,
  type Stamp,
  signLineHead,
  signRefusal,
  signStamp,
} from "#seal/stamp.ts"
import { formatAnswers, formatFrame, formatPosted } from "#seal/wire.ts"
import {
  at,
  certificates,
  charter,
  DAY,
  desks,
  fill,
  identity,
  office,
  registerKeys,
  registry,
  roots,
  SEEDS,
  sha,
} from "./envelope-plan.ts"

// Writes test/vectors/envelope-valid.json: `node test/vectors/envelope-write.ts`. Only sealing draws on chance; everything
// else follows from the seeds, so that a test makes it again byte for byte.

const crypto = nodeCrypto
const VALID = new URL("./envelope-valid.json", import.meta.url)
const SOFTWARE = "5f".repeat(32)

type Planned = {
  what: string
  line: string
  from: "secretariat" | "meridia"
  act: object
  texts: readonly SaltedText[]
  salt: string
  precedence: Header["precedence"]
  register?: Header["register"]
}

const text = (salt: number, words: string): SaltedText => ({ salt: fromHex(fill(salt)), bytes: utf8(words) })
const subject = text(0xa1, "Line test")
const words = text(0xa2, "Перевірка зв'язку. Проверка связи.\n— one — two —")

/** What is said in public before the line, then on the line; header hashes tell the line's nonce. */
function publicActs(): Planned[] {
  const root = (who: "secretariat" | "meridia") => formatKeyPair(publicPair(roots[who]))
  const common = { line: publicLine(0), texts: [], precedence: "ROUTINE" } as const
  const founded = { act: "charter.founded", matter: office, charter, root: root("secretariat") }
  const accepted = { act: "mandate.accepted", matter: office, delegation: "meridia", language: "en" }
  const { secretariat, meridia } = certificates
  const first = { ...founded, certificate: secretariat }
  const second = { ...accepted, root: root("meridia"), certificate: meridia }
  return [
    { ...common, what: "the secretariat founds the office", from: "secretariat", act: first, salt: fill(0xb1) },
    { ...common, what: "a delegation accepts the mandate", from: "meridia", act: second, salt: fill(0xb2) },
  ]
}

function lineActs(line: string, lineText: string): Planned[] {
  const act = (name: string, record: object) => ({ act: name, software: SOFTWARE, record })
  const message = {
    ...{ matter: fill(0xc1), language: "uk" },
    ...{ subject: textHash(crypto, subject), body: textHash(crypto, words) },
  }
  const proposed = act("line.proposed", { matter: line, text: lineText, purpose: "secretariat" })
  const common = { line, texts: [], precedence: "ROUTINE" } as const
  return [
    { ...common, what: "a line is proposed", from: "secretariat", act: proposed, salt: fill(0xb3) },
    {
      ...{ ...common, what: "and accepted", from: "meridia" },
      ...{ act: act("line.accepted", { matter: line }), salt: fill(0xb4) },
    },
    {
      ...{ ...common, what: "a message with two texts", from: "meridia" },
      ...{ act: act("message.sent", message), texts: [subject, words], salt: fill(0xb5), precedence: "FLASH" },
      register: { size: 4n, root: fill(0xd1) },
    },
  ]
}

type Made = { text: string; note: string; hash: string; stamp: Stamp; stampNote: string; body: Uint8Array }

/** Enters what is planned as a registry would: places, heads, indices; `seal` gives the bytes that travel. */
function enter(before: readonly Made[], planned: Planned, sealed: (packed: Uint8Array) => Uint8Array) {
  const { line, from, act, texts, precedence } = planned
  const onLine = before.filter((m) => m.stamp.line === line)
  const own = before.filter((m) => m.stamp.line === line && m.text.includes(`\nfrom ${from}\n`))
  const roll = before.filter((m) => m.stamp.line === publicLine(0)).at(-1)?.stamp
  const end = onLine.at(-1)?.stamp ?? { place: 0, head: line }
  const number = before.length + 1
  const actText = JSON.stringify(act)
  const body: Body = { salt: fromHex(planned.salt), act: utf8(actText), texts }
  const packed = packBody(body)
  const travels = line === publicLine(0) ? packed : sealed(packed)
  const serial = own.length + 1
  const header: Header = {
    ...{ office, line, from, serial, precedence },
    to:
      line === publicLine(0)
        ? "*"
        : [
            { name: "meridia", sealingKey: 1 },
            { name: "secretariat", sealingKey: 1 },
          ],
    prev: own.at(-1)?.hash ?? null,
    seen: { place: end.place, head: end.head },
    register: planned.register ?? null,
    signed: at(number),
    body: { hash: sha(travels), length: travels.length },
    commit: commitment(crypto, { office, line, from, serial }, body.salt, body.act),
    nonce: fill(0xe0 + number),
  }
  const hash = headerHash(crypto, formatHeader(header))
  const stamp: Stamp = {
    ...{ office, header: hash, line, place: end.place + 1, head: nextHead(crypto, end.head, hash) },
    roll: roll ? { place: roll.place, head: roll.head } : { place: 0, head: publicLine(0) },
    // Two publications of sealing keys, which are not shown, stand between the roll and the line.
    index: BigInt(line === publicLine(0) ? before.length : before.length + 2),
    at: at(number + 0.25),
  }
  const made: Made = {
    ...{ text: formatHeader(header), note: signHeader(header, desks[from]), hash, stamp },
    ...{ stampNote: signStamp(stamp, registry), body: travels },
  }
  const entry = registerEntry(crypto, stamp, formatStamp(stamp))
  const shown = {
    what: planned.what,
    salt: planned.salt,
    act: actText,
    texts: texts.map((t) => ({ salt: hex(t.salt), text: fromUtf8(t.bytes), hash: textHash(crypto, t) })),
    packed: { length: packed.length, sha256: sha(packed) },
    sealed: line === publicLine(0) ? null : travels.toBase64(),
    header: made.note,
    hash,
    stamp: made.stampNote,
    entry: hex(entry),
    leaf: hex(leafHash(crypto, entry)),
  }
  return { made, shown }
}

/** All that follows from the seeds and from the three sealed bodies; without those it seals anew. */
export function makeVectors(sealedBodies?: readonly string[]) {
  const made: Made[] = []
  const envelopes: unknown[] = []
  const recipients = [identity("meridia", 1).recipient, identity("secretariat", 1).recipient]
  const add = (planned: Planned, sealed: (packed: Uint8Array) => Uint8Array) => {
    const entered = enter(made, planned, sealed)
    made.push(entered.made)
    envelopes.push(entered.shown)
  }
  for (const act of publicActs()) add(act, (packed) => packed)
  const acceptance = made.at(-1)?.hash ?? ""
  const line = { office, members: ["meridia", "secretariat"], purpose: "secretariat", nonce: acceptance, follows: null }
  const id = lineId(crypto, line)
  for (const [i, act] of lineActs(id, formatLine(line)).entries())
    add(act, (packed) => {
      const given = sealedBodies?.[i]
      return given === undefined ? seal(recipients, packed) : Uint8Array.fromBase64(given)
    })
  return { ...known(), line: lines(line), envelopes, ...answers(made, id), ...wire(made) }
}

function known() {
  const both = (signers: SignerPair) => formatKeyPair(publicPair(signers))
  const keys = Array.from({ length: SEALING_KEYS }, (_, i) => identity("meridia", i + 1).recipient)
  const publication = { office, delegation: "meridia", first: 1, from: DAY, recipients: keys }
  const revocation = { office, delegation: "meridia", key: "meridia-desk-1" }
  const salted = text(0xa3, '{"matter":"'.concat(fill(0xc2), '"}'))
  return {
    about:
      "Vectors of docs/specs/envelope.md, keys.md, charter.md and mail.md, written by test/vectors/envelope-write.ts. Seeds are 32 equal bytes, hex is lower-case, sealed bodies are base64, other text is UTF-8. Ed25519 and ML-DSA-65 (deterministic, empty context) signatures follow from the seeds; only sealing draws on chance.",
    seeds: SEEDS,
    charter: { text: charter, office },
    keys: {
      registry: formatVerifierKey(registry.key),
      register: registerKeys,
      roots: { secretariat: both(roots.secretariat), meridia: both(roots.meridia) },
      desks: {
        secretariat: both(desks.secretariat),
        meridia: both(desks.meridia),
        meridia2: both(desks.meridia2),
      },
      fingerprints: {
        secretariat: fingerprint(crypto, publicPair(roots.secretariat)),
        meridia: fingerprint(crypto, publicPair(roots.meridia)),
      },
    },
    certificates,
    revocations: {
      byRoot: revokeDeskKey(revocation, roots.meridia),
      bySelf: revokeDeskKey(revocation, desks.meridia),
    },
    sealing: {
      identities: { meridia: identity("meridia", 1), secretariat: identity("secretariat", 1) },
      publication: signSealingKeys(publication, desks.meridia),
      // Fourteen keys, 1 for the first of January to 14 for the fourteenth.
      validity: [
        { number: 1, at: "2026-12-31T23:59:59.999Z", valid: false },
        { number: 1, at: "2027-01-01T00:00:00.000Z", valid: true },
        { number: 1, at: "2027-01-02T23:59:59.999Z", valid: true },
        { number: 1, at: "2027-01-03T00:00:00.000Z", valid: false },
        { number: 14, at: "2027-01-13T23:59:59.999Z", valid: false },
        { number: 14, at: "2028-06-01T00:00:00.000Z", valid: true },
        { number: 15, at: "2027-01-15T00:00:00.000Z", valid: false },
      ],
    },
    record: { salt: hex(salted.salt), record: fromUtf8(salted.bytes), hash: recordHash(crypto, salted) },
  }
}

function lines(line: Parameters<typeof formatLine>[0]) {
  const successor = { ...line, nonce: fill(0xf1), follows: { line: lineId(crypto, line), place: 3, head: fill(0xf2) } }
  return {
    text: formatLine(line),
    id: lineId(crypto, line),
    successor: { text: formatLine(successor), id: lineId(crypto, successor) },
  }
}

function answers(made: readonly Made[], line: string) {
  const last = made.at(-1)?.stamp
  const head = { office, line, place: last?.place ?? 0, head: last?.head ?? "", size: 7n, at: at(60) }
  const wait = { office, header: fill(0xf3), kind: "wait", code: "rate", again: 250, at: at(61) } as const
  const final = { ...wait, kind: "final", code: "sealing-key", again: 0 } as const
  const release = {
    ...{ office, id: fill(0xf4), kind: "statement", from: "meridia", to: ["borealia", "secretariat"] },
    ...{ at: at(62), text: textHash(crypto, words) },
  }
  return {
    lineHead: signLineHead(head, registry),
    refusals: { wait: signRefusal(wait, registry), final: signRefusal(final, registry) },
    release: signRelease(release, desks.meridia),
    deadlines: [
      { precedence: "FLASH", at: at(0), replyBy: null, stamp: "2027-01-01T06:10:00.999Z", passed: false },
      { precedence: "FLASH", at: at(0), replyBy: null, stamp: "2027-01-01T06:10:01.000Z", passed: true },
      { precedence: "FLASH", at: at(0.5), replyBy: null, stamp: "2027-01-01T06:10:00.999Z", passed: false },
      { precedence: "FLASH", at: at(0.5), replyBy: null, stamp: "2027-01-01T06:10:01.000Z", passed: true },
      { precedence: "ROUTINE", at: at(0), replyBy: at(30), stamp: "2027-01-01T06:00:30.999Z", passed: false },
      { precedence: "ROUTINE", at: at(0), replyBy: at(30), stamp: "2027-01-01T06:00:31.000Z", passed: true },
    ],
  }
}

const REQUEST = { method: "GET", url: "https://registry.example/desk/mail?after=7", delegation: "meridia" }

function wire(made: readonly Made[]) {
  const last = made.at(-1)
  if (!last) throw new Error("nothing was entered")
  const { note, stampNote, body } = last
  const frame = (kept: Uint8Array | null) =>
    sha(formatFrame({ kind: "envelope", header: note, stamp: stampNote, body: kept }))
  return {
    frames: {
      about: "Of the last envelope: SHA-256 of its frame with and without body, of it handed in, of its answer.",
      quiet: hex(formatFrame({ kind: "quiet" })),
      checkpoint: {
        note: "not a checkpoint\n",
        frame: hex(formatFrame({ kind: "checkpoint", note: "not a checkpoint\n" })),
      },
      envelope: frame(body),
      withoutBody: frame(null),
      posted: sha(formatPosted([{ header: note, body }])),
      answers: sha(formatAnswers([stampNote])),
    },
    request: { ...REQUEST, headers: signRequest({ ...REQUEST, office, now: Date.parse(at(70)) }, desks.meridia[0]) },
  }
}

if (process.argv[1] === import.meta.filename) writeFileSync(VALID, `${JSON.stringify(makeVectors(), null, 1)}\n`)

/** A file of vectors as it lies here. */
export function readVectors(name: string) {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), "utf8"))
}
