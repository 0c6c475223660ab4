import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { fromHex, hex, utf8 } from "./bytes.ts"
import { formatCheckpoint } from "./checkpoint.ts"
import { cosign, cosignedMessage, verifyCosignature } from "./cosignature.ts"
import { memoryTree, rejection, signer } from "./fixture.test.ts"
import { openCheckpoint } from "./log.ts"
import { formatNote, formatVerifierKey, parseSignatureLines, parseVerifierKey, signNote } from "./note.ts"
import { formatPolicy, parsePolicy } from "./policy.ts"
import { formatProof, parseProof, verifyProof } from "./proof.ts"
import { encodeBundle, formatTilePath, newBundles, newTiles, tileBytes } from "./tiles.ts"
import { leafHash, proveConsistency, proveInclusion, verifyInclusion } from "./tree.ts"

// Written by another implementation (@noble) than the one that reads it here.
const file = new URL("../../test/vectors/register-worked-example.json", import.meta.url)
const example = JSON.parse(readFileSync(file, "utf8"))
const entries: Uint8Array[] = example.tree.entries.map(utf8)
const { head, read } = memoryTree([entries])
const { origin, text, note } = example.checkpoint
const log = { origin, keys: [parseVerifierKey(nodeCrypto, example.keys.log)] }

test("the worked example's keys have these identifiers and texts", () => {
  const log = signer(origin, "ed25519", fromHex(example.seeds.log)).key
  const witness = signer("witness.iod.example/ch", "ed25519-cosignature", fromHex(example.seeds.witness)).key
  const ml = signer("witness.iod.example/sg", "ml-dsa-44-cosignature", fromHex(example.seeds.mlWitness)).key
  assert.equal(formatVerifierKey(log), example.keys.log)
  assert.equal(formatVerifierKey(witness), example.keys.witness)
  assert.equal(formatVerifierKey(ml), example.keys.mlWitness)
  assert.equal(hex(ml.id), example.keys.mlWitnessId)
  assert.equal(hex(nodeCrypto.sha256(ml.publicKey)), example.keys.mlWitnessPublicKeySha256)
  for (const key of [log, witness, ml]) assert.deepEqual(parseVerifierKey(nodeCrypto, formatVerifierKey(key)), key)
})

test("the worked example's tree, tile, bundle and proofs come out byte for byte", async () => {
  assert.deepEqual(
    entries.map((entry) => hex(leafHash(nodeCrypto, entry))),
    example.tree.leaves,
  )
  assert.equal(hex(await read(1, 0n)), example.tree.node01)
  assert.equal(hex(head.root), example.tree.root)
  assert.equal(newBundles(0n, 3n).map(formatTilePath).join(), example.tree.bundlePath)
  assert.equal(hex(encodeBundle(entries)), example.tree.bundle)
  const [tile] = newTiles(0n, 3n)
  assert.ok(tile && tile.level !== "entries")
  assert.equal(formatTilePath(tile), example.tree.tilePath)
  assert.equal(hex(await tileBytes({ ...tile, level: 0 }, read)), example.tree.tile)
  for (const { index, size, leaf, proof } of example.inclusion) {
    assert.deepEqual((await proveInclusion(nodeCrypto, BigInt(index), BigInt(size), read)).map(hex), proof)
    verifyInclusion(
      nodeCrypto,
      BigInt(index),
      fromHex(leaf),
      head,
      proof.map((hash: string) => fromHex(hash)),
    )
  }
  const { from, to, proof } = example.consistency
  assert.deepEqual((await proveConsistency(nodeCrypto, BigInt(from), BigInt(to), read)).map(hex), proof)
})

test("the worked example's checkpoint is signed and opened", async () => {
  assert.equal(formatCheckpoint({ origin, ...head }), text)
  const signed = signNote(text, [signer(origin, "ed25519", fromHex(example.seeds.log))])
  assert.equal(formatNote(signed), note)
  const opened = await openCheckpoint(nodeCrypto, note, log)
  assert.deepEqual([opened.origin, opened.size, hex(opened.root)], [origin, 3n, example.tree.root])
})

test("the worked example's cosignatures are made and verified, at their time", async () => {
  const witness = signer("witness.iod.example/ch", "ed25519-cosignature", fromHex(example.seeds.witness))
  const ml = signer("witness.iod.example/sg", "ml-dsa-44-cosignature", fromHex(example.seeds.mlWitness))
  for (const [by, expected] of [
    [witness, example.cosignature],
    [ml, example.mlCosignature],
  ] as const) {
    const time = BigInt(expected.time)
    assert.equal(hex(cosignedMessage(by.key, text, time)), expected.message)
    const [line] = parseSignatureLines(expected.line)
    assert.ok(line)
    assert.equal(await verifyCosignature(nodeCrypto, by.key, text, line), time)
    const made = cosign(by.key, by.sign, text, time)
    assert.equal(await verifyCosignature(nodeCrypto, by.key, text, made), time)
  }
  const made = cosign(witness.key, witness.sign, text, BigInt(example.cosignature.time))
  assert.equal(formatNote({ text, signatures: [made] }), `${text}\n${example.cosignature.line}`)
  const [mlLine] = parseSignatureLines(example.mlCosignature.line)
  assert.ok(mlLine)
  assert.equal(hex(nodeCrypto.sha256(mlLine.signature.slice(8))), example.mlCosignature.signatureSha256)
})

test("the worked example's proof is believed under its policy, and its broken sisters are not", async () => {
  const policy = parsePolicy(nodeCrypto, example.policy)
  assert.equal(formatPolicy(policy), example.policy)
  const proof = parseProof(example.proof.text)
  assert.equal(formatProof(proof), example.proof.text)
  const entry = fromHex(example.proof.entry)
  const proven = await verifyProof(nodeCrypto, proof, entry, log, policy)
  assert.deepEqual([proven.index, proven.quorum.time], [1n, BigInt(example.proof.time)])
  for (const refused of example.refused) {
    const attempt = async () => verifyProof(nodeCrypto, parseProof(refused.proof), entry, log, policy)
    await assert.rejects(attempt, rejection(refused.why), refused.what)
  }
})
