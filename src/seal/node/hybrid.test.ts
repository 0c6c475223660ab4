import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { bech32 } from "@scure/base"
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
  type Recipient,
  Stanza,
} from "age-encryption"
import fc from "fast-check"
import { concat, sameBytes, utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { checkMac, formatHeader, parseHeader, sealPayload } from "./age-file.ts"
import { generateSealingIdentity, importIdentity, open, parseRecipient, recipientOf, seal } from "./hybrid.ts"

const numRuns = process.env.SLOW === "1" ? 3000 : 30
const SIZES = [0, 1, 4096, 65535, 65536, 65537, 200000]

const [anna, boris, carol, stranger] = Array.from({ length: 4 }, generateSealingIdentity)
assert.ok(anna && boris && carol && stranger)
const plaintext = utf8("words for two")

function isCode(code: string) {
  return (error: unknown) => error instanceof VerificationError && error.code === code
}

function members(count: number) {
  return Array.from({ length: count }, generateSealingIdentity)
}

/** Sealed by age-encryption: a sender that knows the file key and keeps to no rule of ours. */
function sealFreely(recipients: readonly (string | Recipient)[], bytes: Uint8Array = plaintext): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return encrypter.encrypt(bytes)
}

function openFreely(identity: string, file: Uint8Array): Promise<Uint8Array> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  return decrypter.decrypt(file)
}

/** What each member is told by a file whose members are `of`. */
function told(file: Uint8Array, of: readonly { identity: string }[]): string[] {
  return of.map(({ identity }, place) => {
    try {
      return Buffer.from(open({ identity, place, count: of.length }, file)).toString()
    } catch (error) {
      if (error instanceof VerificationError) return error.code
      throw error
    }
  })
}

for (const count of [1, 2, 5, 20]) {
  test(`what is sealed to ${count} opens for each of them here and with age-encryption`, async () => {
    const all = members(count)
    for (const size of SIZES) {
      const bytes = randomBytes(size)
      const file = seal(
        all.map((m) => m.recipient),
        bytes,
      )
      for (const [place, { identity }] of all.entries())
        assert.ok(sameBytes(open({ identity, place, count }, file), bytes), `place ${place}, ${size} bytes`)
      assert.ok(sameBytes(await openFreely(all.at(-1)?.identity ?? "", file), bytes), `${size} bytes`)
    }
  })

  test(`what age-encryption seals to ${count} opens for each of them here`, async () => {
    const all = members(count)
    for (const size of SIZES) {
      const bytes = new Uint8Array(randomBytes(size))
      const file = await sealFreely(
        all.map((m) => m.recipient),
        bytes,
      )
      for (const [place, { identity }] of all.entries())
        assert.ok(sameBytes(open({ identity, place, count }, file), bytes), `place ${place}, ${size} bytes`)
    }
  })
}

test("identities and recipients are age's own", async () => {
  assert.equal(await identityToRecipient(anna.identity), anna.recipient)
  const theirs = await generateHybridIdentity()
  assert.equal(recipientOf(theirs), await identityToRecipient(theirs))
})

test("to seal and then to open gives the same bytes", () => {
  const sizes = fc.oneof(fc.nat(300), fc.constantFrom(65535, 65536, 65537), fc.nat(200000))
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 4 }), (size, count) => {
      const bytes = randomBytes(size)
      const place = size % count
      const all = [anna, boris, carol, stranger].slice(0, count)
      const file = seal(
        all.map((m) => m.recipient),
        bytes,
      )
      assert.ok(sameBytes(open({ identity: all[place]?.identity ?? "", place, count }, file), bytes))
    }),
    { numRuns },
  )
})

test("an imported identity opens what its text opens", () => {
  const file = seal([anna.recipient], plaintext)
  assert.deepEqual(open({ identity: importIdentity(anna.identity), place: 0, count: 1 }, file), plaintext)
})

test("one plaintext is never sealed to the same bytes twice", () => {
  const twice = [seal([anna.recipient], plaintext), seal([anna.recipient], plaintext)]
  assert.notDeepEqual(twice[0], twice[1])
})

test("a sealed file has one hybrid stanza for each member, in their order, and no other", () => {
  const to = [anna, boris, anna]
  const { stanzas } = parseHeader(
    seal(
      to.map((m) => m.recipient),
      plaintext,
    ),
    3,
  )
  assert.deepEqual(
    stanzas.map((s) => s.args[0]),
    ["mlkem768x25519", "mlkem768x25519", "mlkem768x25519"],
  )
})

test("a stanza added or removed is refused by everybody", async () => {
  const of = [anna, boris]
  const refused = ["body.stanzas", "body.stanzas"]
  const added = await sealFreely([anna.recipient, boris.recipient, stranger.recipient])
  assert.deepEqual(told(added, of), refused)
  assert.deepEqual(told(await sealFreely([anna.recipient]), of), refused)
  const grease: Recipient = { wrapFileKey: () => [new Stanza(["x-grease", "abc"], new Uint8Array(5))] }
  assert.deepEqual(told(await sealFreely([anna.recipient, boris.recipient, grease]), of), refused)
  const classic = await identityToRecipient(await generateX25519Identity())
  assert.deepEqual(told(await sealFreely([anna.recipient, classic]), of), refused)
  assert.deepEqual(told(seal([], plaintext), of), refused)
})

test("a member out of place or replaced is told so, and the others open", async () => {
  const of = [anna, boris, carol]
  const swapped = await sealFreely([boris.recipient, anna.recipient, carol.recipient])
  assert.deepEqual(told(swapped, of), ["body.unopenable", "body.unopenable", "words for two"])
  const replaced = await sealFreely([anna.recipient, stranger.recipient, carol.recipient])
  assert.deepEqual(told(replaced, of), ["words for two", "body.unopenable", "words for two"])
  const lowOrder: Recipient = {
    wrapFileKey: () => [new Stanza(["mlkem768x25519", Buffer.alloc(1120).toString("base64url")], new Uint8Array(32))],
  }
  const blinded = await sealFreely([anna.recipient, lowOrder, carol.recipient])
  assert.deepEqual(told(blinded, of), ["words for two", "body.unopenable", "words for two"])
})

test("whoever does not know the file key can not change the stanzas", () => {
  const file = seal([anna.recipient, boris.recipient], plaintext)
  const other = seal([anna.recipient, boris.recipient], plaintext)
  // The version line, and a stanza of two lines with 1494 and 43 characters of base64.
  const [start, length] = [22, 18 + 1494 + 1 + 43 + 1]
  const stanza = (f: Uint8Array, i: number) => f.subarray(start + i * length, start + (i + 1) * length)
  const tail = file.subarray(start + 2 * length)
  assert.equal(Buffer.from(tail.subarray(0, 4)).toString(), "--- ")
  const rebuilt = (...stanzas: Uint8Array[]) => concat(file.subarray(0, start), ...stanzas, tail)
  assert.deepEqual(rebuilt(stanza(file, 0), stanza(file, 1)), file)
  const of = [anna, boris]
  assert.deepEqual(told(rebuilt(stanza(file, 0), stanza(other, 1)), of), ["body.malformed", "body.malformed"])
  assert.deepEqual(told(rebuilt(stanza(file, 1), stanza(file, 0)), of), ["body.unopenable", "body.unopenable"])
  assert.deepEqual(told(rebuilt(stanza(file, 0)), of), ["body.stanzas", "body.stanzas"])
  assert.deepEqual(told(rebuilt(stanza(file, 0), stanza(file, 1), stanza(file, 1)), of), [
    "body.stanzas",
    "body.stanzas",
  ])
})

test("a malformed stanza is refused by every member alike", () => {
  const of = [anna, boris]
  const key = randomBytes(16)
  const [good] = parseHeader(seal([anna.recipient], plaintext), 1).stanzas
  assert.ok(good)
  const enc = good.args[1] ?? ""
  const damaged = [
    { args: ["mlkem768x25519"], body: good.body },
    { args: [...good.args, "more"], body: good.body },
    { args: ["mlkem768x25519", enc.slice(4)], body: good.body },
    { args: ["mlkem768x25519", `${enc}AAAA`], body: good.body },
    { args: ["mlkem768x25519", `${enc}==`], body: good.body },
    { args: good.args, body: good.body.subarray(1) },
    { args: good.args, body: new Uint8Array(48) },
    { args: good.args, body: new Uint8Array() },
  ]
  for (const stanza of damaged) {
    const file = concat(formatHeader(key, [good, stanza]), sealPayload(key, plaintext))
    assert.deepEqual(told(file, of), ["body.malformed", "body.malformed"])
  }
})

test("no bit of a sealed file can be changed", () => {
  const file = seal([anna.recipient, boris.recipient], new Uint8Array(200))
  const options = { identity: importIdentity(boris.identity), place: 1, count: 2 }
  const header = file.length - 232
  // Both ends of the header, and the payload, bit by bit; the long shares in it by samples.
  const step = process.env.SLOW === "1" ? 1 : 61
  for (let bit = 0; bit < file.length * 8; bit += bit > 60 * 8 && bit < (header - 60) * 8 ? step : 1) {
    const altered = file.slice()
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.throws(() => open(options, altered), VerificationError, `bit ${bit}`)
  }
})

test("a sealed file that is cut off, or has anything after its end, does not open", () => {
  const file = seal([anna.recipient], plaintext)
  const options = { identity: importIdentity(anna.identity), place: 0, count: 1 }
  for (let length = 0; length < file.length; length++)
    assert.throws(() => open(options, file.subarray(0, length)), VerificationError, `${length} bytes`)
  assert.throws(() => open(options, concat(file, Uint8Array.of(0))), isCode("body.malformed"))
})

test("bytes that are no sealed file are refused, whatever they are", () => {
  const options = { identity: importIdentity(anna.identity), place: 0, count: 1 }
  const start = utf8("age-encryption.org/v1\n")
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.string(), (bytes, text) => {
      for (const file of [bytes, concat(start, bytes), concat(start, utf8(`-> ${text}\n\n--- `), bytes)])
        assert.throws(() => open(options, file), VerificationError)
    }),
    { numRuns },
  )
})

test("a recipient that is malformed, or that nothing can be sealed to, is refused when it is read", async () => {
  const { recipient, identity } = carol
  const flipped = recipient.slice(0, 50) + (recipient[50] === "q" ? "p" : "q") + recipient.slice(51)
  const texts = ["", "age1pq1", flipped, recipient.toUpperCase(), `A${recipient.slice(1)}`, ` ${recipient}`]
  texts.push(`${recipient}\n`, recipient.slice(0, -1), identity, `1${recipient}`)
  texts.push(await identityToRecipient(await generateX25519Identity()))
  const bytes = bech32.fromWords(bech32.decode(recipient as `${string}1${string}`, false).words)
  const encode = (prefix: string, raw: Uint8Array) => bech32.encode(prefix, bech32.toWords(raw), false)
  assert.equal(encode("age1pq", bytes), recipient)
  const lowOrder = concat(bytes.subarray(0, 1184), new Uint8Array(32))
  const overModulus = concat(new Uint8Array(1152).fill(0xff), bytes.subarray(1152))
  texts.push(encode("age1pq", lowOrder), encode("age1pq", overModulus), encode("age1tagpq", bytes))
  texts.push(encode("age1pq", bytes.subarray(1)), encode("age1pq", concat(bytes, Uint8Array.of(0))))
  texts.push(encode("age1pq1", bytes))
  for (const text of texts) {
    assert.throws(() => parseRecipient(text), isCode("key.malformed"), text)
    assert.throws(() => seal([anna.recipient, text], plaintext), isCode("key.malformed"))
  }
})

test("an identity that is malformed is refused", async () => {
  const texts = ["", anna.recipient, anna.identity.toLowerCase(), anna.identity.slice(0, -1), `${anna.identity} `]
  texts.push(await generateX25519Identity())
  for (const text of texts) assert.throws(() => recipientOf(text), isCode("key.malformed"), text)
})

test("the vector of a sealed file opens for each member at its own place, here and with age-encryption", async () => {
  const vector = JSON.parse(readFileSync(new URL("../../../test/vectors/sealing-hybrid.json", import.meta.url), "utf8"))
  const file = Uint8Array.fromHex(vector.sealed)
  const count = vector.members.length
  checkMac(Uint8Array.fromHex(vector.fileKey), parseHeader(file, count))
  for (const [place, member] of vector.members.entries()) {
    assert.equal(recipientOf(member.identity), member.recipient)
    assert.equal(open({ identity: member.identity, place, count }, file).toHex(), vector.plaintext)
    assert.equal((await openFreely(member.identity, file)).toHex(), vector.plaintext)
    const elsewhere = (place + 1) % count
    assert.throws(() => open({ identity: member.identity, place: elsewhere, count }, file), isCode("body.unopenable"))
  }
})
