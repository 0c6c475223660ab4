import assert from "node:assert/strict"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { test } from "node:test"
import { formatCheckpoint } from "#register/checkpoint.ts"
import { signer } from "#register/fixture.test.ts"
import { formatNote, formatVerifierKey, parseNote } from "#register/note.ts"
import { evaluatePolicy, parsePolicy } from "#register/policy.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { logSigner, newWitness, ORIGIN, TIME, tree } from "#witness/fixture.test.ts"
import { type Cosigner, cosigners, createWitnessKey } from "#witness/key.ts"
import { manualClock } from "../clock.ts"
import { openCheckpoints } from "./checkpoints.ts"

/** A witness that cosigns another tree than the one that it is shown. */
async function openLiar(keys: readonly Cosigner[]): Promise<{ url: string } & AsyncDisposable> {
  const text = formatCheckpoint({ origin: ORIGIN, ...tree(3, 1).head })
  const lines = keys.map((key) => key.cosign(text, BigInt(TIME)))
  const answer = formatNote({ text: "-\n", signatures: lines }).slice("-\n\n".length)
  const server = createServer((_, response) => response.end(answer))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test("a witness whose cosignature does not verify is left out, and a quorum of the others stands", async () => {
  await using one = await newWitness()
  await using two = await newWitness()
  await using honest = await one.open()
  await using other = await two.open()
  const liar = cosigners(createWitnessKey("liar.example/ch"))
  await using lying = await openLiar(liar)
  const keys = [honest.vkeys, other.vkeys, liar.map(({ key }) => formatVerifierKey(key))]
  const witnesses = keys.flatMap((vkeys, i) => vkeys.map((key, k) => `witness w${i}-${k} ${key}`))
  const groups = keys.map((vkeys, i) => `group w${i} all ${vkeys.map((_, k) => `w${i}-${k}`).join(" ")}`)
  const quorum = ["group states 2 w0 w1 w2", "quorum states", ""]
  const log = `log ${formatVerifierKey(logSigner.key)}`
  const policy = parsePolicy(nodeCrypto, [log, ...witnesses, ...groups, ...quorum].join("\n"))
  const { head } = tree(3)
  const kept: { note: string; witnessed: boolean }[] = []
  const checkpoints = await openCheckpoints({
    ...{ crypto: nodeCrypto, clock: manualClock(TIME * 1000), policy: () => policy, origin: ORIGIN },
    ledger: {
      lastCheckpoint: async () => undefined,
      keepCheckpoint: async (_size, note, witnessed) => void kept.push({ note, witnessed }),
    },
    growth: { size: () => head.size, root: () => head.root },
    tiles: { read: assert.fail },
    signers: [logSigner, signer(ORIGIN, "ml-dsa-44-cosignature", 0x33)],
    witnesses: [lying.url, honest.url, other.url],
    published: () => undefined,
    held: () => true,
    beyond: (size) => assert.fail(`a witness stands for ${size} entries`),
    log: assert.fail,
  })
  try {
    assert.equal(await checkpoints.publish(), true)
    assert.deepEqual(
      kept.map(({ witnessed }) => witnessed),
      [true],
    )
    const note = parseNote(checkpoints.latest())
    const { members } = await evaluatePolicy(nodeCrypto, policy, note)
    assert.deepEqual(
      members.map(({ time }) => time !== undefined),
      [true, true, false],
    )
  } finally {
    await checkpoints.close()
  }
})
