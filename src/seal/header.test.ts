import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { rejection, runs, signer } from "#register/fixture.test.ts"
import { change, changed, id, instant, name, names, number, orRefused, record, size } from "./arbitrary.test.ts"
import { keyPair } from "./desk-key.ts"
import {
  commitment,
  formatHeader,
  type Header,
  headerHash,
  PRECEDENCES,
  parseHeader,
  parseSignedHeader,
  signHeader,
  verifyHeader,
} from "./header.ts"
import { nodeCrypto } from "./node/crypto.ts"

const place = record({ place: number, head: id })
const to = fc.oneof(
  fc.constant("*" as const),
  names.chain((all) => fc.tuple(...all.map((one) => record({ name: fc.constant(one), sealingKey: number })))),
)
const header: fc.Arbitrary<Header> = record({
  ...{ office: id, line: id, from: name, to, seen: place, signed: instant, commit: id, nonce: id },
  serial: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  register: fc.option(record({ size, root: id })),
  precedence: fc.constantFrom(...PRECEDENCES),
  body: record({ hash: id, length: number }),
  before: id,
}).map(({ before, ...rest }) => ({ ...rest, prev: rest.serial === 1 ? null : before }))

test("a header that was written is read as it was", () => {
  fc.assert(
    fc.property(header, (one) => assert.deepEqual(parseHeader(formatHeader(one)), one)),
    runs(200),
  )
})

test("a changed header is refused, or is just what its text says and has another hash", () => {
  fc.assert(
    fc.property(header, fc.array(change, { minLength: 1, maxLength: 3 }), (one, changes) => {
      const text = formatHeader(one)
      const other = changed(text, changes)
      const parsed = orRefused(() => parseHeader(other))
      if (parsed) assert.equal(formatHeader(parsed), other)
      if (parsed && other !== text) assert.notEqual(headerHash(nodeCrypto, other), headerHash(nodeCrypto, text))
    }),
    runs(1500),
  )
})

test("every single character of a header counts", () => {
  const [one] = fc.sample(header, { numRuns: 1, seed: 11 })
  assert.ok(one)
  const text = formatHeader(one)
  for (let at = 0; at < text.length; at++)
    for (const letter of ["0", "1", "a", " ", "\n", ""]) {
      const other = text.slice(0, at) + letter + text.slice(at + 1)
      const parsed = orRefused(() => parseHeader(other))
      if (parsed && other !== text) assert.notDeepEqual(parsed, one, `character ${at}`)
    }
})

test("a header of no form is refused", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      assert.throws(() => parseHeader(text), rejection("header.malformed"))
      assert.equal(
        orRefused(() => parseSignedHeader(nodeCrypto, text)),
        undefined,
      )
    }),
    runs(300),
  )
})

const signers = [signer("x-desk-1", "ed25519", 1), signer("x-desk-1", "ml-dsa-65", 2)] as const
const keys = keyPair(signers[0].key, signers[1].key)

test("a header is valid with exactly its two signatures, in their order", async () => {
  await fc.assert(
    fc.asyncProperty(header, fc.array(fc.nat(3), { maxLength: 4 }), async (one, order) => {
      const note = signHeader(one, signers)
      const [text = "", lines = ""] = note.split("\n\n")
      const all = [...lines.trimEnd().split("\n"), `— other ${Buffer.alloc(68, 3).toString("base64")}`, ""]
      const chosen = order.map((i) => all[i] ?? "").filter((line) => line !== "")
      const other = `${text}\n\n${chosen.map((line) => `${line}\n`).join("")}`
      const parsed = orRefused(() => parseSignedHeader(nodeCrypto, other))
      const good =
        parsed &&
        (await verifyHeader(nodeCrypto, parsed, keys)
          .then(() => true)
          .catch(() => false))
      assert.equal(good ?? false, chosen.join("\n") === all.slice(0, 2).join("\n"))
    }),
    runs(60),
  )
})

test("a commitment fits no other office, line, author, serial, salt or act", () => {
  const parts = record({ office: id, line: id, from: name, serial: fc.nat() })
  const all = fc.tuple(parts, id, fc.uint8Array({ maxLength: 64 }))
  const of = ([header, salt, act]: [Pick<Header, "office" | "line" | "from" | "serial">, string, Uint8Array]) =>
    commitment(nodeCrypto, header, Uint8Array.fromHex(salt), act)
  fc.assert(
    fc.property(all, all, fc.nat(5), ([header, salt, act], [otherHeader, otherSalt, otherAct], which) => {
      const field = (["office", "line", "from", "serial"] as const)[which]
      const mixed = field ? { ...header, [field]: otherHeader[field] } : header
      const other = of([mixed, which === 4 ? otherSalt : salt, which === 5 ? otherAct : act])
      const same = JSON.stringify([mixed, which === 4 ? otherSalt : salt]) === JSON.stringify([header, salt])
      const sameAct = which !== 5 || Buffer.from(act).equals(otherAct)
      assert.equal(other === of([header, salt, act]), same && sameAct)
    }),
    runs(300),
  )
})
