import assert from "node:assert/strict"
import { test } from "node:test"
import { utf8 } from "#register/bytes.ts"
import { emptyRoot } from "#register/tree.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { body, checkpoint, evidenceIn, growth, newWitness, post, tree } from "./fixture.test.ts"

test("a witness never signs two trees of one size, and keeps both as evidence", async () => {
  await using made = await newWitness()
  await using witness = await made.open()
  await post(witness, await growth(0, 6))
  for (const request of [await growth(6, 6, 2), await growth(0, 6, 2)])
    assert.deepEqual(await post(witness, request), { status: 409, type: "text/x.tlog.size", text: "6\n" })
  const [evidence = "", ...more] = await evidenceIn(made.folder)
  assert.deepEqual(more, [], "one pair is kept once")
  const [first, second] = [checkpoint(tree(6).head), checkpoint(tree(6, 2).head)]
  assert.equal(
    evidence,
    `iod.evidence/v1\nkind one size, two roots\nfirst ${utf8(first).length}\nsecond ${utf8(second).length}\n\n${first}${second}`,
  )
  assert.match(made.said.join(), /A log signed two trees/)
  assert.equal((await post(witness, await growth(6, 6))).status, 200, "the first tree stays")
})

test("a tree that does not continue the last one is not cosigned, and kept as evidence where the proof convicts", async () => {
  await using made = await newWitness()
  await using witness = await made.open()
  await post(witness, await growth(0, 6))
  assert.equal((await post(witness, await growth(6, 11, 2))).status, 422)
  const [evidence = "", ...more] = await evidenceIn(made.folder)
  assert.deepEqual(more, [])
  assert.match(evidence, /^iod\.evidence\/v1\nkind not a continuation\n(proof \S{44}\n)+first \d+\nsecond \d+\n\n/)
  assert.ok(evidence.endsWith(checkpoint(tree(6).head) + checkpoint(tree(11, 2).head)))

  // A proof that leads nowhere says nothing about the log: anyone can send one.
  const { head } = tree(11)
  const junk = body(6, Array<Uint8Array>(4).fill(emptyRoot(nodeCrypto)), checkpoint(head))
  assert.equal((await post(witness, junk)).status, 422)
  assert.equal((await evidenceIn(made.folder)).length, 1)
  assert.equal((await post(witness, await growth(6, 11))).status, 200)
})
