import assert from "node:assert/strict"
import { mkdtempDisposable } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js"
import { hex, utf8 } from "#register/bytes.ts"
import { formatCheckpoint } from "#register/checkpoint.ts"
import { cosignedMessage, verifyCosignature } from "#register/cosignature.ts"
import { memoryTree, signer } from "#register/fixture.test.ts"
import { formatNote, formatVerifierKey, parseNote, parseSignatureLines, parseVerifierKey } from "#register/note.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import example from "../../test/vectors/register-worked-example.json" with { type: "json" }
import {
  body,
  checkpoint,
  clock,
  evidenceIn,
  growth,
  logSigner,
  logs,
  newWitness,
  ORIGIN,
  post,
  TIME,
  tree,
} from "./fixture.test.ts"
import { makeWitness, type WitnessKey } from "./key.ts"
import { openWitness } from "./open.ts"

test("the worked example's cosignatures come out byte for byte", async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), "iod-test-"))
  const seed = (text: string) => Uint8Array.fromHex(text).toBase64()
  const key: WitnessKey = {
    ed25519: { name: "witness.iod.example/ch", seed: seed(example.seeds.witness) },
    mlDsa44: { name: "witness.iod.example/sg", seed: seed(example.seeds.mlWitness) },
  }
  assert.deepEqual(makeWitness(place.path, key), [example.keys.witness, example.keys.mlWitness])
  await using witness = await openWitness({ folder: place.path, logs: [example.keys.log], clock })
  assert.deepEqual(witness.vkeys, [example.keys.witness, example.keys.mlWitness])

  const log = signer(example.checkpoint.origin, "ed25519", 0x11)
  const two = memoryTree([["alpha", "bravo"].map(utf8)])
  assert.equal((await post(witness, body(0, [], checkpoint(two.head, [log], log.key.name)))).status, 200)
  const answer = await post(witness, example.addCheckpoint)
  assert.equal(answer.status, 200)
  const [ed25519, mlDsa44, ...rest] = answer.text.split(/(?<=\n)/)
  assert.deepEqual([ed25519, rest], [example.cosignature.line, []])

  // Node's ML-DSA is randomised: the message is compared by signing it again without chance, by another hand.
  const mlKey = parseVerifierKey(nodeCrypto, example.keys.mlWitness)
  const line = parseSignatureLines(mlDsa44 ?? "")[0]
  assert.ok(line)
  assert.equal(await verifyCosignature(nodeCrypto, mlKey, example.checkpoint.text, line), BigInt(TIME))
  const message = cosignedMessage(mlKey, example.checkpoint.text, BigInt(TIME))
  assert.equal(hex(message), example.mlCosignature.message)
  const { secretKey } = ml_dsa44.keygen(Uint8Array.fromHex(example.seeds.mlWitness))
  const fixed = ml_dsa44.sign(message, secretKey, { extraEntropy: false })
  assert.equal(hex(nodeCrypto.sha256(fixed)), example.mlCosignature.signatureSha256)
})

test("a witness cosigns a log that grows, with both keys, and again when asked again", async () => {
  await using made = await newWitness()
  await using witness = await made.open()
  for (const [old, size] of [
    [0, 1],
    [1, 2],
    [2, 5],
    [5, 5],
    [5, 64],
    [64, 200],
  ] as const) {
    const answer = await post(witness, await growth(old, size))
    assert.equal(answer.status, 200, `${old} to ${size}`)
    const text = parseNote(checkpoint(tree(size).head)).text
    const lines = parseSignatureLines(answer.text)
    assert.equal(lines.length, 2)
    for (const [i, vkey] of witness.vkeys.entries()) {
      const line = lines[i]
      assert.ok(line)
      const time = await verifyCosignature(nodeCrypto, parseVerifierKey(nodeCrypto, vkey), text, line)
      assert.equal(time, BigInt(TIME))
    }
  }
  assert.equal(await (await fetch(`${witness.url}/healthz`)).text(), "ok\n")
})

test("who does not know the witness's size is told it and can go on from there", async () => {
  await using made = await newWitness()
  await using witness = await made.open()
  await post(witness, await growth(0, 5))
  for (const request of [await growth(0, 9), await growth(3, 9), await growth(7, 9)])
    assert.deepEqual(await post(witness, request), { status: 409, type: "text/x.tlog.size", text: "5\n" })
  assert.equal((await post(witness, await growth(5, 9))).status, 200)
})

test("a register that shrank is not cosigned", async () => {
  await using made = await newWitness()
  await using witness = await made.open()
  await post(witness, await growth(0, 9))
  for (const [old, size] of [
    [0, 5],
    [4, 5],
    [5, 5],
  ] as const)
    assert.deepEqual(await post(witness, await growth(old, size)), {
      status: 409,
      type: "text/x.tlog.size",
      text: "9\n",
    })
  const { head } = tree(5)
  assert.equal((await post(witness, body(9, [], checkpoint(head)))).status, 400, "old is beyond the checkpoint")
})

test("the empty tree is cosigned once and continued by any other without a proof", async () => {
  await using made = await newWitness()
  await using witness = await made.open()
  const wrong = { size: 0n, root: tree(1).head.root }
  assert.equal((await post(witness, body(0, [], checkpoint(wrong)))).status, 422)
  assert.equal((await post(witness, await growth(0, 0))).status, 200)
  assert.equal((await post(witness, body(0, [tree(1).head.root], checkpoint(tree(3).head)))).status, 422)
  assert.equal((await post(witness, await growth(0, 3))).status, 200)
})

test("a witness answers strangers and broken requests as the specification says", async () => {
  await using made = await newWitness()
  await using witness = await made.open()
  const { head } = tree(3)
  const good = await growth(0, 3)
  const stranger = signer("log.example/stranger", "ed25519", 0x44)
  const forger = signer(ORIGIN, "ed25519", 0x44)
  const forged = formatNote({
    text: formatCheckpoint({ origin: ORIGIN, ...head }),
    signatures: [{ name: ORIGIN, id: logSigner.key.id, signature: forger.sign(utf8("x")) }],
  })
  const requests: [string, number, string][] = [
    ["another log", 404, body(0, [], checkpoint(head, [stranger], stranger.key.name))],
    [
      "another log's name in a checkpoint of ours",
      404,
      body(0, [], checkpoint(head, [logSigner], "log.example/other")),
    ],
    ["another key under the log's name", 403, body(0, [], checkpoint(head, [forger]))],
    ["a signature that does not verify", 403, body(0, [], forged)],
    ["nothing", 400, ""],
    ["no checkpoint", 400, "old 0\n\n"],
    ["no old size", 400, good.replace("old 0\n", "")],
    ["a size with a leading zero", 400, good.replace("old 0", "old 00")],
    ["a negative size", 400, good.replace("old 0", "old -1")],
    ["a size beyond 63 bits", 400, good.replace("old 0", `old ${2n ** 63n}`)],
    ["a proof of 64 lines", 400, body(0, Array<Uint8Array>(64).fill(head.root), checkpoint(head))],
    ["a short hash", 400, good.replace("old 0\n", "old 0\nAAAA\n")],
    ["no signature lines", 400, `old 0\n\n${formatCheckpoint({ origin: ORIGIN, ...head })}`],
    ["carriage returns", 400, good.replaceAll("\n", "\r\n")],
    ["old beyond the checkpoint", 400, good.replace("old 0", "old 4")],
    ["more than 64 KiB", 413, `${good}${"— x AAAAAAAA\n".repeat(6000)}`],
  ]
  for (const [name, status, text] of requests) assert.equal((await post(witness, text)).status, status, name)
  assert.equal((await fetch(`${witness.url}/add-checkpoint`)).status, 404)
  assert.equal((await post(witness, good)).status, 200)
  assert.deepEqual(await evidenceIn(made.folder), [])
})

test("a log with two keys is cosigned only when both have signed", async () => {
  await using made = await newWitness()
  const pq = signer(ORIGIN, "ml-dsa-44-cosignature", 0x12)
  const both = [...logs, formatVerifierKey(pq.key)]
  await using witness = await openWitness({ folder: made.folder, logs: both, clock })
  const { head } = tree(3)
  assert.equal((await post(witness, await growth(0, 3))).status, 403)
  const note = parseNote(checkpoint(head))
  const signature = Buffer.concat([Buffer.alloc(8), pq.sign(cosignedMessage(pq.key, note.text, 0n))])
  const line = { name: ORIGIN, id: pq.key.id, signature: new Uint8Array(signature) }
  const whole = formatNote({ text: note.text, signatures: [...note.signatures, line] })
  assert.equal((await post(witness, body(0, [], whole))).status, 200)
})
