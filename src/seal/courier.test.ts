import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { concat, fromUtf8, utf8 } from "#register/bytes.ts"
import { flipBit, rejection, runs, signer } from "#register/fixture.test.ts"
import { formatNote, parseNote, signNote } from "#register/note.ts"
import { bytes, change, changed, id, instant, name, orRefused, record, size } from "./arbitrary.test.ts"
import {
  type AnswerFile,
  type CourierFile,
  type DeskFile,
  formatAnswerFile,
  formatDeskFile,
  formatOrderFile,
  formatSealedFile,
  MOST_PARTS,
  readCourierFile,
  verifyDeskFile,
  verifyRegistryFile,
} from "./courier.ts"
import { keyPair } from "./desk-key.ts"
import { nodeCrypto } from "./node/crypto.ts"

const desk = [signer("ukraine-desk-1", "ed25519", 1), signer("ukraine-desk-1", "ml-dsa-65", 2)] as const
const keys = keyPair(desk[0].key, desk[1].key)
const registry = signer("registry", "ed25519", 3)

const text = fc.string({ maxLength: 40 })
const deskFile: fc.Arbitrary<DeskFile> = record({
  ...{ office: id, from: name, made: instant, next: size },
  posted: fc.array(record({ header: text, body: bytes(60) }), { maxLength: 4 }),
  stamps: fc.array(text, { maxLength: 3 }),
})
const frame = record({
  ...{ kind: fc.constant("envelope" as const), header: text, stamp: text },
  body: fc.option(bytes(60)),
})
const mail = fc.tuple(size, size).map(([a, b]) => (a < b ? { after: a, until: b } : { after: b, until: a }))
const answerFile: fc.Arbitrary<AnswerFile> = record({
  ...{ office: id, to: name, of: fc.option(id), made: instant, left: fc.nat(), mail },
  answers: fc.array(text, { maxLength: 4 }),
  frames: fc.array(frame, { maxLength: 4 }),
})
const order = record({ office: id, to: name, after: size, made: instant })
const sealed = record({ office: id, to: name, key: fc.nat(), made: instant, sealed: bytes(80) })

const write = (file: DeskFile) => formatDeskFile(nodeCrypto, file, desk)
const answer = (file: AnswerFile) => formatAnswerFile(nodeCrypto, file, registry)
const read = (file: Uint8Array) => readCourierFile(nodeCrypto, file)
const some: DeskFile = {
  ...{ office: "0".repeat(64), from: "ukraine", made: "2026-11-23T10:00:00.000Z", next: 7n },
  posted: [
    { header: "first", body: Uint8Array.of(1, 2, 3) },
    { header: "second", body: Uint8Array.of(4) },
  ],
  stamps: ["stamp"],
}

function of<F extends CourierFile["form"]>(form: F, bytes: Uint8Array): Extract<CourierFile, { form: F }> {
  const file = read(bytes)
  assert.equal(file.form, form)
  return file as Extract<CourierFile, { form: F }>
}

test("every file that was written is read as it was, and names its office in its second line", async () => {
  await fc.assert(
    fc.asyncProperty(deskFile, async (file) => {
      const written = write(file)
      const back = of("desk", written)
      assert.deepEqual(back.file, file)
      assert.equal(fromUtf8(written.subarray(0, 100)).split("\n")[1], `office ${file.office}`)
      await verifyDeskFile(nodeCrypto, back.note, keys)
    }),
    runs(30),
  )
  await fc.assert(
    fc.asyncProperty(answerFile, async (file) => {
      const back = of("answer", answer(file))
      assert.deepEqual(back.file, file)
      await verifyRegistryFile(nodeCrypto, back.note, registry.key)
    }),
    runs(60),
  )
  fc.assert(fc.property(order, (file) => assert.deepEqual(of("order", formatOrderFile(file, registry)).file, file)))
  fc.assert(fc.property(sealed, (file) => assert.deepEqual(of("sealed", formatSealedFile(file)).file, file)))
})

test("a file that ends too early is refused at every byte, and so is one that goes on", () => {
  for (const whole of [write(some), formatSealedFile({ ...some, to: "icrc", key: 3, sealed: utf8("abc") })]) {
    for (let end = 0; end < whole.length; end++) assert.throws(() => read(whole.subarray(0, end)), rejection())
    assert.throws(() => read(whole.subarray(0, -1)), rejection("courier.cut-off"))
    assert.throws(() => read(concat(whole, utf8("x"))), rejection("courier.malformed"))
  }
})

test("a bit that changed on the way is noticed, by the parts' hashes or by whoever asks who signed", async () => {
  const whole = write(some)
  const bits = fc.nat(whole.length * 8 - 1)
  await fc.assert(
    fc.asyncProperty(bits, async (bit) => {
      const file = orRefused(() => read(flipBit(whole, bit)))
      if (file === undefined) return
      assert.ok(file.form === "desk")
      await assert.rejects(verifyDeskFile(nodeCrypto, file.note, keys), rejection())
    }),
    runs(300),
  )
  const body = whole.length - "stamp".length - 1
  assert.throws(() => read(flipBit(whole, body * 8)), rejection("courier.altered"))
})

test("parts that changed places are refused", () => {
  const whole = write(some)
  const lines = fromUtf8(whole.subarray(0, -40)).split("\n")
  const [one = "", two = ""] = lines.filter((line) => line.startsWith("part posted"))
  const swapped = Buffer.from(whole).toString("latin1").replace(`${one}\n${two}`, `${two}\n${one}`)
  assert.throws(() => read(Buffer.from(swapped, "latin1")), rejection())
  const stamp = lines.find((line) => line.startsWith("part stamp")) ?? assert.fail("no stamp")
  const first = Buffer.from(whole).toString("latin1").replace(`${one}\n${two}\n${stamp}`, `${stamp}\n${one}\n${two}`)
  assert.throws(() => read(Buffer.from(first, "latin1")), rejection())
})

test("a text that was changed before it was signed says just what it says, or is refused", () => {
  const property = fc.property(deskFile, fc.array(change, { minLength: 1, maxLength: 3 }), (file, changes) => {
    const whole = write(file)
    const note = parseNote(fromUtf8(whole.subarray(0, whole.lastIndexOf(0x0a, headOf(whole)) + 1)))
    const forged = changed(note.text, changes)
    if (!forged.endsWith("\n") || !forged.isWellFormed()) return
    const rest = whole.subarray(headOf(whole) + 2)
    const back = orRefused(() => read(concat(utf8(`${formatNote(signNote(forged, desk))}\n`), rest)))
    if (back?.form === "desk")
      assert.equal(
        parseNote(`${fromUtf8(write(back.file).subarray(0, -rest.length || undefined)).trimEnd()}\n`).text,
        forged,
      )
  })
  fc.assert(property, runs(60))
})

/** Where the head of a file ends: the last newline before the empty line behind its signatures. */
function headOf(whole: Uint8Array): number {
  const latin = Buffer.from(whole).toString("latin1")
  return latin.indexOf("\n\n", latin.indexOf("\n\n") + 2)
}

test("what a file claims makes no room for itself: millions of parts, or one of many bytes, are refused", () => {
  const hash = "0".repeat(64)
  const head = `iod.courier/v1\noffice ${hash}\nfrom ukraine\nmade 2026-11-23T10:00:00.000Z\nnext 0\n`
  const claim = (parts: string) => utf8(`${formatNote(signNote(`${head}${parts}`, desk))}\n`)
  const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  assert.throws(() => read(claim(`part posted ${empty} 0\n`.repeat(MOST_PARTS + 1))), rejection("courier.malformed"))
  assert.throws(() => read(claim(`part posted ${hash} 0\n`.repeat(150_000))), rejection("courier.malformed"))
  assert.throws(() => read(claim(`part posted ${hash} 9007199254740991\n`)), rejection("courier.cut-off"))
  assert.throws(() => read(new Uint8Array((16 << 20) + 1)), rejection("courier.malformed"))
})

test("bytes of whoever they are, are a file or a refusal", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void orRefused(() => read(bytes))),
    runs(300),
  )
})
