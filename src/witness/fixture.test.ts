import { mkdtempDisposable, readdir, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { manualClock } from "#clock.ts"
import { base64, utf8 } from "#register/bytes.ts"
import { formatCheckpoint } from "#register/checkpoint.ts"
import { memoryTree, signer } from "#register/fixture.test.ts"
import { formatNote, formatVerifierKey, type Signer, signNote } from "#register/note.ts"
import { proveConsistency, type TreeHead } from "#register/tree.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import example from "../../test/vectors/register-worked-example.json" with { type: "json" }
import { createWitnessKey, makeWitness } from "./key.ts"
import { type OpenWitness, openWitness } from "./open.ts"

export const TIME = example.cosignature.time
export const clock = manualClock(TIME * 1000)
export const ORIGIN = "log.example/exercise"
export const logSigner = signer(ORIGIN, "ed25519", 0x11)
export const logs = [formatVerifierKey(logSigner.key)]

/** A fictional log of `size` entries whose entry `changed`, if any, is not what the others have. */
export function tree(size: number, changed = -1) {
  return memoryTree([Array.from({ length: size }, (_, i) => utf8(`entry ${i}${i === changed ? " changed" : ""}`))])
}

export function checkpoint(head: TreeHead, signers: Signer[] = [logSigner], origin = ORIGIN): string {
  return formatNote(signNote(formatCheckpoint({ origin, ...head }), signers))
}

export const body = (old: bigint | number, proof: readonly Uint8Array[], note: string) =>
  `old ${old}\n${proof.map((hash) => `${base64(hash)}\n`).join("")}\n${note}`

/** What an honest log sends to go from `old` to `size` leaves, of a history in which entry `changed` differs. */
export async function growth(old: number, size: number, changed = -1): Promise<string> {
  const { head, read } = tree(size, changed)
  const proof = old === 0 || old === size ? [] : await proveConsistency(nodeCrypto, BigInt(old), head.size, read)
  return body(old, proof, checkpoint(head))
}

export async function post(
  witness: Pick<OpenWitness, "url">,
  text: string,
): Promise<{ status: number; type: string | null; text: string }> {
  const answer = await fetch(`${witness.url}/add-checkpoint`, { method: "POST", body: text })
  return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() }
}

/** A new witness for the fictional log, in a folder that goes with it. */
export async function newWitness() {
  const place = await mkdtempDisposable(join(tmpdir(), "iod-test-"))
  const folder = join(place.path, "witness")
  makeWitness(folder, createWitnessKey("witness.example/ch"))
  const said: string[] = []
  const open = () => openWitness({ folder, logs, clock, report: (sentence) => said.push(sentence) })
  return { folder, said, open, [Symbol.asyncDispose]: () => place.remove() }
}

export async function evidenceIn(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, "evidence")).catch(() => [])
  return Promise.all(names.map((name) => readFile(join(folder, "evidence", name), "utf8")))
}
