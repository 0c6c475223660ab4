import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { utf8 } from "./bytes.ts"
import { formatCheckpoint } from "./checkpoint.ts"
import { cosign } from "./cosignature.ts"
import { flipBit, memoryTree, rejection, runs, signer } from "./fixture.test.ts"
import { formatNote, formatVerifierKey, signNote } from "./note.ts"
import { parsePolicy } from "./policy.ts"
import { formatProof, parseProof, type TlogProof, verifyProof } from "./proof.ts"
import { proveInclusion } from "./tree.ts"

const origin = "log.example/2027"
const by = signer(origin, "ed25519", 1)
const witness = signer("witness.example/ch", "ed25519-cosignature", 2)
const log = { origin, keys: [by.key] }
const policy = parsePolicy(nodeCrypto, `witness ch ${formatVerifierKey(witness.key)}\nquorum ch\n`)

async function prove(size: number, index: number): Promise<{ proof: TlogProof; entry: Uint8Array }> {
  const entries = Array.from({ length: size }, (_, i) => utf8(`entry ${i}`))
  const { head, read } = memoryTree([entries])
  const note = signNote(formatCheckpoint({ origin, ...head }), [by])
  const signatures = [...note.signatures, cosign(witness.key, witness.sign, note.text, 1_800_000_000n)]
  const hashes = await proveInclusion(nodeCrypto, BigInt(index), head.size, read)
  const checkpoint = formatNote({ text: note.text, signatures })
  return { proof: { index: BigInt(index), hashes, checkpoint }, entry: entries[index] ?? utf8("") }
}

test("a proof is read as it was written, and shows the entry under its checkpoint and quorum", async () => {
  const places = fc
    .integer({ min: 1, max: 40 })
    .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n - 1 })))
  await fc.assert(
    fc.asyncProperty(places, fc.uint8Array({ maxLength: 9 }), async ([size, index], extra) => {
      const { proof, entry } = await prove(size, index)
      const text = formatProof({ ...proof, extra })
      const read = parseProof(utf8(text))
      assert.equal(formatProof(read), text)
      assert.equal(text.includes("\nextra "), extra.length > 0)
      const proven = await verifyProof(nodeCrypto, read, entry, log, policy)
      assert.deepEqual([proven.index, proven.checkpoint.size], [BigInt(index), BigInt(size)])
      assert.deepEqual(proven.quorum.time, 1_800_000_000n)
      await assert.rejects(verifyProof(nodeCrypto, read, utf8("another"), log, policy), rejection("tree.proof"))
    }),
    runs(15),
  )
})

test("no bit of a proof can be flipped", async () => {
  const { proof, entry } = await prove(5, 2)
  const bytes = utf8(formatProof(proof))
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const attempt = async () => verifyProof(nodeCrypto, parseProof(flipBit(bytes, bit)), entry, log, policy)
    await assert.rejects(attempt, rejection(), `bit ${bit}`)
  }
})

test("a proof without its quorum proves nothing", async () => {
  const { proof, entry } = await prove(5, 2)
  const lines = proof.checkpoint.split("\n")
  const checkpoint = lines.filter((line) => !line.startsWith("— witness")).join("\n")
  const attempt = verifyProof(nodeCrypto, { ...proof, checkpoint }, entry, log, policy)
  await assert.rejects(attempt, rejection("checkpoint.unwitnessed"))
})

test("a proof in any other form is refused", async () => {
  const { proof } = await prove(5, 2)
  const text = formatProof({ ...proof, extra: utf8("x") })
  const hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
  const broken = ["", "c2sp.org/tlog-proof@v1\n\n", text.replace("@v1", "@v2"), text.replace("index 2", "index 02")]
  broken.push(
    text.replace("index 2", "Index 2"),
    text.replace("index 2\n", ""),
    text.replace("index", "index 2\nindex"),
  )
  broken.push(
    text.replace("extra eA==", "extra "),
    text.replace("extra eA==", "extra eB=="),
    text.replace("eA==", "eA"),
  )
  broken.push(text.replace("index 2", "index 9223372036854775808"), `\n${text}`, text.replaceAll("\n", "\r\n"))
  broken.push(
    text.replace("index 2\n", `index 2\n${`${hash}\n`.repeat(64)}`),
    text.replace("index 2\n", "index 2\nAAAA\n"),
  )
  broken.push(text.replace("\n\n", "\n"), text.replace("\n\n", "\n\n\n"), text.slice(0, -1), `${text}x`)
  broken.push(text.replace("extra eA==\nindex 2", "index 2\nextra eA=="), text.replace("extra", "extra eA==\nextra"))
  for (const input of broken)
    assert.throws(
      () => parseProof(input),
      rejection("proof.malformed", "encoding", "note.malformed", "checkpoint.malformed"),
    )
})

test("nothing but a rejection comes of any other proof", async () => {
  const { proof } = await prove(5, 2)
  const text = formatProof(proof)
  const lines = text.split("\n")
  const shuffled = fc.array(fc.constantFrom(...lines, "extra eA==")).map((some) => some.join("\n"))
  const cut = fc.tuple(fc.nat(text.length), fc.nat(text.length)).map(([a, b]) => text.slice(0, a) + text.slice(b))
  fc.assert(
    fc.property(fc.oneof(fc.string(), shuffled, cut), (input) => {
      try {
        assert.equal(formatProof(parseProof(input)), input)
      } catch (error) {
        assert.ok(rejection()(error), String(error))
      }
    }),
    runs(200),
  )
})
