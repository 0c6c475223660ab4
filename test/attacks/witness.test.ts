import assert from "node:assert/strict"
import { copyFile } from "node:fs/promises"
import { test } from "node:test"
import { formatNote, type NoteSignature, parseNote, parseSignatureLines } from "#register/note.ts"
import { evaluatePolicy, parsePolicy } from "#register/policy.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { checkpoint, evidenceIn, growth, logs, newWitness, post, tree } from "#witness/fixture.test.ts"
import { witnessFiles } from "#witness/key.ts"
import type { OpenWitness } from "#witness/open.ts"

test("a witness rolled back signs a fork in good faith, and the others’ quorum does not", async () => {
  await using one = await newWitness()
  await using two = await newWitness()
  await using three = await newWitness()
  const made = [one, two, three]
  const old = made.map(({ folder }) => `${witnessFiles(folder).store}.old`)
  for (const [i, { folder, open }] of made.entries()) {
    await using witness = await open()
    assert.equal((await post(witness, await growth(0, 4))).status, 200)
    // As a backup would be: what the witness knew then, and no more.
    await copyFile(witnessFiles(folder).store, old[i] ?? "")
    assert.equal((await post(witness, await growth(4, 6))).status, 200)
  }
  const fork = await growth(4, 6, 5)
  for (const [rolledBack, holds] of [
    [1, false],
    [2, true],
  ] as const) {
    for (const [i, { folder }] of made.slice(0, rolledBack).entries())
      await copyFile(old[i] ?? "", witnessFiles(folder).store)
    const opened = await Promise.all(made.map(({ open }) => open()))
    const answers = await Promise.all(opened.map((witness) => post(witness, fork)))
    const standing = await quorumOf(opened, answers)
    for (const witness of opened) await witness[Symbol.asyncDispose]()
    // Those that remember say at which size they stand, and keep both trees.
    assert.deepEqual(
      answers.map((answer) => answer.status),
      made.map((_, i) => (i < rolledBack ? 200 : 409)),
    )
    assert.equal(standing.holds, holds)
    const evidence = (await evidenceIn(three.folder)).join("\n")
    assert.ok(evidence.includes(parseNote(checkpoint(tree(6).head)).text))
    assert.ok(evidence.includes(parseNote(checkpoint(tree(6, 5).head)).text))
  }
})

test("a witness rolled back goes on with an honest register from where it stands", async () => {
  await using made = await newWitness()
  const { store } = witnessFiles(made.folder)
  {
    await using witness = await made.open()
    assert.equal((await post(witness, await growth(0, 4))).status, 200)
    await copyFile(store, `${store}.old`)
    assert.equal((await post(witness, await growth(4, 6))).status, 200)
  }
  await copyFile(`${store}.old`, store)
  await using witness = await made.open()
  const told = await post(witness, await growth(6, 9))
  assert.deepEqual([told.status, told.text], [409, "4\n"])
  assert.equal((await post(witness, await growth(4, 9))).status, 200)
})

async function quorumOf(witnesses: readonly OpenWitness[], answers: readonly { status: number; text: string }[]) {
  const lines = witnesses.flatMap(({ vkeys }, i) => vkeys.map((key, k) => `witness w${i}-${k} ${key}`))
  const groups = witnesses.map(({ vkeys }, i) => `group w${i} all ${vkeys.map((_, k) => `w${i}-${k}`).join(" ")}`)
  const states = `group states 2 ${witnesses.map((_, i) => `w${i}`).join(" ")}`
  const policy = [...logs.map((log) => `log ${log}`), ...lines, ...groups, states, "quorum states", ""].join("\n")
  const signed = answers.flatMap((a): NoteSignature[] => (a.status === 200 ? parseSignatureLines(a.text) : []))
  const { text } = parseNote(checkpoint(tree(6, 5).head))
  const note = parseNote(
    formatNote({ text, signatures: [...parseNote(checkpoint(tree(6, 5).head)).signatures, ...signed] }),
  )
  return evaluatePolicy(nodeCrypto, parsePolicy(nodeCrypto, policy), note)
}
