import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { runs, signer } from "#register/fixture.test.ts"
import { formatNote, parseNote, type Signer, signNote } from "#register/note.ts"
import {
  change,
  changed,
  id,
  instant,
  name,
  names,
  number,
  orRefused,
  orRefusedLater,
  record,
  size,
} from "./arbitrary.test.ts"
import {
  certifyDeskKey,
  formatKeyPair,
  keyPair,
  openDeskKeyCertificate,
  openDeskKeyRevocation,
  revokeDeskKey,
} from "./desk-key.ts"
import { formatLine, lineId, parseLine } from "./line.ts"
import { nodeCrypto } from "./node/crypto.ts"
import { generateSealingIdentity } from "./node/hybrid.ts"
import { contradict, formatRelease, openRelease, type Release, signRelease } from "./release.ts"
import { openSealingKeys, SEALING_KEYS, type SealingKeys, signSealingKeys } from "./sealing-keys.ts"
import {
  formatStamp,
  openLineHead,
  openRefusal,
  openStamp,
  REGISTRY_REFUSALS,
  type RegistryRefusal,
  type Stamp,
  signLineHead,
  signRefusal,
  signStamp,
} from "./stamp.ts"

const registry = signer("registry", "ed25519", 9)
const desk = [signer("x-desk-1", "ed25519", 1), signer("x-desk-1", "ml-dsa-65", 2)] as const
const keys = keyPair(desk[0].key, desk[1].key)
const recipients = Array.from({ length: SEALING_KEYS }, () => generateSealingIdentity().recipient)

const stamp: fc.Arbitrary<Stamp> = record({
  ...{ office: id, header: id, line: id, head: id, index: size, at: instant },
  place: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  roll: record({ place: number, head: id }),
})
const lineHead = record({ office: id, line: id, place: number, head: id, size, at: instant })
const refusal: fc.Arbitrary<RegistryRefusal> = record({
  ...{ office: id, header: id, again: number, at: instant },
  kind: fc.constantFrom("wait" as const, "final" as const),
  code: fc.constantFrom(...REGISTRY_REFUSALS),
})
const release: fc.Arbitrary<Release> = record({
  ...{ office: id, id, kind: name, from: name, to: names, at: instant, text: id },
})
const certificate = record({ office: id, delegation: name, key: fc.constant(keys), replaces: fc.option(name) })
const revocation = record({ office: id, delegation: name, key: name })
const days = record({ office: id, delegation: name, first: number, from: instant.map((at) => at.slice(0, 10)) })
const sealing: fc.Arbitrary<SealingKeys> = days.map((one) => ({ ...one, recipients }))

type Form<T> = {
  arbitrary: fc.Arbitrary<T>
  sign(one: T): string
  open(note: string): Promise<T>
  signers: readonly Signer[]
}
const form = <T>(one: Form<T>): Form<T> => one
const forms = {
  stamp: form({
    ...{ arbitrary: stamp, signers: [registry] },
    sign: (one) => signStamp(one, registry),
    open: (note) => openStamp(nodeCrypto, note, registry.key),
  }),
  "line head": form({
    ...{ arbitrary: lineHead, signers: [registry] },
    sign: (one) => signLineHead(one, registry),
    open: (note) => openLineHead(nodeCrypto, note, registry.key),
  }),
  refusal: form({
    ...{ arbitrary: refusal, signers: [registry] },
    sign: (one) => signRefusal(one, registry),
    open: (note) => openRefusal(nodeCrypto, note, registry.key),
  }),
  release: form({
    ...{ arbitrary: release, signers: desk },
    sign: (one) => signRelease(one, desk),
    open: (note) => openRelease(nodeCrypto, note, keys),
  }),
  certificate: form({
    ...{ arbitrary: certificate, signers: desk },
    sign: (one) => certifyDeskKey(one, desk),
    open: (note) => openDeskKeyCertificate(nodeCrypto, note, keys),
  }),
  revocation: form({
    ...{ arbitrary: revocation, signers: desk },
    sign: (one) => revokeDeskKey(one, desk),
    open: (note) => openDeskKeyRevocation(nodeCrypto, note, keys, keys),
  }),
  "sealing keys": form({
    ...{ arbitrary: sealing, signers: desk },
    sign: (one) => signSealingKeys(one, desk),
    open: (note) => openSealingKeys(nodeCrypto, note, keys),
  }),
}

/** Three things that hold of every note of ours, whoever wrote it. */
function holds<T>(title: string, { arbitrary, sign, open, signers }: Form<T>): void {
  test(`a ${title} that was signed is read as it was`, async () => {
    const property = fc.asyncProperty(arbitrary, async (one) => assert.deepEqual(await open(sign(one)), one))
    await fc.assert(property, runs(25))
  })

  test(`a ${title} changed before it was signed is refused, or is just what its text says`, async () => {
    const property = fc.asyncProperty(
      arbitrary,
      fc.array(change, { minLength: 1, maxLength: 3 }),
      async (one, changes) => {
        const text = changed(parseNote(sign(one)).text, changes)
        if (!text.endsWith("\n") || !text.isWellFormed()) return
        const opened = await orRefusedLater(() => open(formatNote(signNote(text, signers))))
        if (opened !== undefined) assert.equal(parseNote(sign(opened)).text, text)
      },
    )
    await fc.assert(property, runs(120))
  })

  test(`a ${title} changed after it was signed is refused`, async () => {
    const property = fc.asyncProperty(
      arbitrary,
      fc.array(change, { minLength: 1, maxLength: 2 }),
      async (one, changes) => {
        const note = sign(one)
        const other = changed(note, changes)
        const opened = await orRefusedLater(() => open(other))
        if (other !== note) assert.equal(opened, undefined)
      },
    )
    await fc.assert(property, runs(60))
  })
}

holds("stamp", forms.stamp)
holds("line head", forms["line head"])
holds("refusal", forms.refusal)
holds("release", forms.release)
holds("certificate", forms.certificate)
holds("revocation", forms.revocation)
holds("sealing keys note", forms["sealing keys"])

const purpose = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((words) => !words.includes("\n"))
const line = record({
  ...{ office: id, members: names, purpose, nonce: id },
  follows: fc.option(record({ line: id, place: number, head: id })),
})

test("a line's text is read as it was written, and a changed one is refused or is another line", () => {
  fc.assert(
    fc.property(line, fc.array(change, { maxLength: 3 }), (one, changes) => {
      const text = formatLine(one)
      assert.deepEqual(parseLine(text), one)
      const other = changed(text, changes)
      const parsed = orRefused(() => parseLine(other))
      if (parsed) assert.equal(formatLine(parsed), other)
      if (parsed && other !== text) assert.notEqual(lineId(nodeCrypto, parsed), lineId(nodeCrypto, one))
    }),
    runs(600),
  )
})

test("a key pair is two keys of one name, and no other two", () => {
  const [first, second] = formatKeyPair(keys)
  assert.ok(first.startsWith("x-desk-1+") && second.startsWith("x-desk-1+"))
  const other = signer("y-desk-1", "ml-dsa-65", 3)
  for (const [a, b] of [
    [desk[0].key, other.key],
    [desk[1].key, desk[0].key],
    [desk[0].key, desk[0].key],
  ] as const)
    assert.equal(
      orRefused(() => keyPair(a, b)),
      undefined,
    )
})

test("two releases with one id convict their author where they do not say the same to the same", async () => {
  const property = fc.asyncProperty(release, release, fc.nat(5), async (one, other, which) => {
    const field = (["to", "at", "text", "kind", "id", "from"] as const)[which] ?? "text"
    const two = { ...one, [field]: other[field] }
    const [opened, again] = await Promise.all([one, two].map((r) => forms.release.open(signRelease(r, desk))))
    assert.ok(opened && again)
    const sameId = opened.id === again.id && opened.from === again.from
    assert.equal(contradict(opened, again), sameId && formatRelease(opened) !== formatRelease(again))
    assert.equal(contradict(opened, opened), false)
  })
  await fc.assert(property, runs(20))
})

test("a stamp's text is what its entry hashes: one line more or less is another stamp", () => {
  fc.assert(
    fc.property(stamp, stamp, (one, other) => {
      assert.equal(formatStamp(one) === formatStamp(other), JSON.stringify(plain(one)) === JSON.stringify(plain(other)))
    }),
    runs(50),
  )
})

const plain = (one: Stamp) => ({ ...one, index: String(one.index) })
