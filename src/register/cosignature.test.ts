import assert from "node:assert/strict"
import { test } from "node:test"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { fromUtf8, hex, utf8 } from "./bytes.ts"
import { formatCheckpoint } from "./checkpoint.ts"
import { cosign, cosignedMessage, subtreeMessage, verifiedCosigners, verifyCosignature } from "./cosignature.ts"
import { flipBit, rejection, signer } from "./fixture.test.ts"
import type { Note } from "./note.ts"

const root = new Uint8Array(32).fill(7)
const text = formatCheckpoint({ origin: "log.example/2027", size: 12n, root })
const ed = signer("witness.example/a", "ed25519-cosignature", 1)
const ml = signer("witness.example/b", "ml-dsa-44-cosignature", 2)
const TIME = 1_800_000_000n

test("an Ed25519 cosignature covers its time and the whole text with its extension lines", () => {
  const message = cosignedMessage(ed.key, `${text}an extension\n`, TIME)
  assert.equal(fromUtf8(message), `cosignature/v1\ntime 1800000000\n${text}an extension\n`)
})

test("an ML-DSA-44 cosignature covers cosigner, time, origin, range and root, and no extension line", () => {
  const message = cosignedMessage(ml.key, text, TIME)
  assert.equal(hex(message), hex(cosignedMessage(ml.key, `${text}an extension\n`, TIME)))
  const statement = { origin: "log.example/2027", start: 0n, end: 12n, root }
  assert.equal(hex(message), hex(subtreeMessage("witness.example/b", TIME, statement)))
})

test("a subtree inside the tree is stated without a time, and names fit one length byte", () => {
  const statement = { origin: "log.example", start: 8n, end: 12n, root }
  assert.equal(subtreeMessage("w", 0n, statement).length, 12 + 2 + 8 + 12 + 8 + 8 + 32)
  const refused = rejection("cosignature.malformed")
  assert.throws(() => subtreeMessage("w", 1n, statement), refused)
  assert.throws(() => subtreeMessage("", 0n, statement), refused)
  assert.throws(() => subtreeMessage("é".repeat(128), 0n, statement), refused)
  assert.throws(() => subtreeMessage("w", 0n, { ...statement, origin: "o".repeat(256) }), refused)
})

test("a cosignature gives back its time, and no bit of it or of the checkpoint can be flipped", async () => {
  for (const by of [ed, ml]) {
    const line = cosign(by.key, by.sign, text, TIME)
    assert.equal(await verifyCosignature(nodeCrypto, by.key, text, line), TIME)
    const step = by === ed ? 1 : 97
    for (let bit = 0; bit < line.signature.length * 8; bit += step) {
      const spoilt = { ...line, signature: flipBit(line.signature, bit) }
      const attempt = verifyCosignature(nodeCrypto, by.key, text, spoilt)
      await assert.rejects(attempt, rejection("note.signature", "cosignature.malformed"))
    }
    const other = formatCheckpoint({ origin: "log.example/2027", size: 13n, root })
    await assert.rejects(verifyCosignature(nodeCrypto, by.key, other, line), rejection("note.signature"))
    const short = { ...line, signature: line.signature.slice(0, -1) }
    await assert.rejects(verifyCosignature(nodeCrypto, by.key, text, short), rejection("cosignature.malformed"))
    const renamed = { ...line, name: "witness.example/c" }
    await assert.rejects(verifyCosignature(nodeCrypto, by.key, text, renamed), rejection("note.signature"))
  }
})

test("a key that signs notes does not cosign", () => {
  const plain = signer("witness.example/a", "ed25519", 1)
  assert.throws(() => cosign(plain.key, plain.sign, text, TIME), rejection("key.malformed"))
  assert.throws(() => cosign(ed.key, ed.sign, text, 1n << 63n), rejection("cosignature.malformed"))
  assert.throws(() => cosign(ed.key, ed.sign, "not a checkpoint\n", TIME), rejection("checkpoint.malformed"))
})

test("all known cosigners of a note are found with their earliest time; one bad line rejects it", async () => {
  const early = cosign(ed.key, ed.sign, text, TIME)
  const late = cosign(ed.key, ed.sign, text, TIME + 60n)
  const stranger = signer("witness.example/z", "ed25519-cosignature", 9)
  const note: Note = {
    text,
    signatures: [late, cosign(stranger.key, stranger.sign, text, 1n), early, cosign(ml.key, ml.sign, text, TIME + 5n)],
  }
  const found = await verifiedCosigners(nodeCrypto, note, [ed.key, ml.key])
  assert.deepEqual(found, [
    { key: ed.key, time: TIME },
    { key: ml.key, time: TIME + 5n },
  ])
  const spoilt = { ...note, signatures: [...note.signatures, { ...early, signature: flipBit(early.signature, 200) }] }
  await assert.rejects(verifiedCosigners(nodeCrypto, spoilt, [ed.key, ml.key]), rejection("note.signature"))
  assert.equal((await verifiedCosigners(nodeCrypto, spoilt, [ml.key])).length, 1)
})

test("an Ed25519 signature of the log over the text is no cosignature", async () => {
  const line = { name: ed.key.name, id: ed.key.id, signature: ed.sign(utf8(text)) }
  await assert.rejects(verifyCosignature(nodeCrypto, ed.key, text, line), rejection("cosignature.malformed"))
})
