import { readFileSync } from "node:fs"
import { join } from "node:path"
import { concat } from "#register/bytes.ts"
import { formatCheckpoint } from "#register/checkpoint.ts"
import { cosign } from "#register/cosignature.ts"
import { formatNote, parseVerifierKey, signNote } from "#register/note.ts"
import { decodeBundle, encodeBundle, parseTilePath } from "#register/tiles.ts"
import { edgeRoot, leafHash, nodeHash, readEdge } from "#register/tree.ts"
import { registryKeys } from "#registry/keys.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { cosignerOf, noteSigner } from "#seal/node/keys.ts"
import {
  type LineHead,
  openStamp,
  type RegistryRefusal,
  type Stamp,
  signLineHead,
  signRefusal,
  signStamp,
} from "#seal/stamp.ts"
import type { Frame } from "#seal/wire.ts"
import { cosigners, readWitnessKey } from "#witness/key.ts"
import { programFolder } from "../../src/cli/exercise/found.ts"
import { type Office, TEST_PLAN } from "../office.ts"

export type Envelope = Extract<Frame, { kind: "envelope" }>

/** Everything that a registry with the real keys can sign, and with witnesses that forgot or connive, can have cosigned. */
export type StolenKeys = ReturnType<typeof stolenKeys>

/** The keys of an office's registry, register and witnesses, read from their folders. */
export function stolenKeys(office: Office) {
  const file = readFileSync(join(programFolder(office.data, "registry"), "registry.key"), "utf8")
  const { registry, register } = registryKeys.parse(JSON.parse(file))
  const signer = noteSigner(registry.name, "ed25519", registry.ed25519)
  const logSigner = noteSigner(register.origin, "ed25519", register.ed25519)
  const logCosigner = cosignerOf(register.origin, register.mlDsa44)
  const witnesses = TEST_PLAN.witnesses.flatMap((name) =>
    cosigners(readWitnessKey(programFolder(office.data, "witness", name))),
  )
  const registryKey = parseVerifierKey(nodeCrypto, office.desk("secretariat").founded.charter.registry)

  return {
    registryKey,
    stampOf: (envelope: Envelope) => openStamp(nodeCrypto, envelope.stamp, registryKey),
    stamp: (stamp: Stamp) => signStamp(stamp, signer),
    refuse: (refusal: RegistryRefusal) => signRefusal(refusal, signer),
    lineHead: (head: LineHead) => signLineHead(head, signer),
    /** A checkpoint of these entries with every signature that the policy asks for, and its tiles. */
    async register(entries: readonly Uint8Array[], { witnessed = true, at = Date.now() } = {}) {
      const leaves = entries.map((entry) => leafHash(nodeCrypto, entry))
      const read = async (level: number, index: bigint) => hashOf(leaves, level, Number(index))
      const size = BigInt(entries.length)
      const root = edgeRoot(nodeCrypto, await readEdge(size, read))
      const text = formatCheckpoint({ origin: register.origin, size, root })
      const time = BigInt(Math.floor(at / 1000))
      const own = [...signNote(text, [logSigner]).signatures, cosign(logCosigner.key, logCosigner.sign, text, time)]
      const lines = witnessed ? witnesses.map((witness) => witness.cosign(text, time)) : []
      const file = (path: string): Uint8Array | undefined => {
        if (!path.startsWith("tile/")) return undefined
        const { level, width } = parseTilePath(path)
        if (level === "entries") return encodeBundle(entries.slice(0, width))
        return concat(...leaves.slice(0, width))
      }
      return { note: formatNote({ text, signatures: [...own, ...lines] }), root, size, file }
    },
  }
}

/** The register's entries as the registry publishes them; an office of a test stays below one tile. */
export async function publishedEntries(url: string): Promise<Uint8Array[]> {
  const checkpoint = await (await fetch(`${url}/checkpoint`)).text()
  const size = Number(checkpoint.split("\n")[1])
  const bundle = await fetch(`${url}/tile/entries/000.p/${size}`)
  return decodeBundle(new Uint8Array(await bundle.arrayBuffer()), size)
}

function hashOf(leaves: readonly Uint8Array[], level: number, index: number): Uint8Array {
  if (level === 0) return leaves[index] ?? new Uint8Array()
  return nodeHash(nodeCrypto, hashOf(leaves, level - 1, 2 * index), hashOf(leaves, level - 1, 2 * index + 1))
}
