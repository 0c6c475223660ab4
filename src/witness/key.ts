import { createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto"
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { cosign } from "#register/cosignature.ts"
import { formatVerifierKey, type NoteSignature, type VerifierKey, verifierKey } from "#register/note.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { openStore } from "./store.ts"

const NamedSeed = z.strictObject({ name: z.string(), seed: z.base64().length(44) })
const KeyFile = z.strictObject({ ed25519: NamedSeed, mlDsa44: NamedSeed })

/** A witness's two secret keys, each with its name: seeds of 32 bytes in base64. Stands in `witness.key` and nowhere else. */
export type WitnessKey = z.infer<typeof KeyFile>

/** One key of a witness that can cosign a checkpoint's text at a time in POSIX seconds. */
export type Cosigner = { key: VerifierKey; cosign(text: string, time: bigint): NoteSignature }

const TYPES = {
  ed25519: { type: "ed25519-cosignature", algorithm: "ed25519", format: "raw-private" },
  mlDsa44: { type: "ml-dsa-44-cosignature", algorithm: "ml-dsa-44", format: "raw-seed" },
} as const

/** New keys under `name`; the ML-DSA-44 key under a name of its own where that is given. */
export function createWitnessKey(name: string, mlDsa44Name = name): WitnessKey {
  const seed = () => randomBytes(32).toBase64()
  const key = { ed25519: { name, seed: seed() }, mlDsa44: { name: mlDsa44Name, seed: seed() } }
  cosigners(key)
  return key
}

/** The cosigners of a witness, Ed25519 first. Throws `key.malformed` for a name that no key may have. */
export function cosigners(key: WitnessKey): Cosigner[] {
  return (["ed25519", "mlDsa44"] as const).map((kind) => {
    const { type, algorithm, format } = TYPES[kind]
    const { name, seed } = key[kind]
    const privateKey = createPrivateKey({ key: Buffer.from(seed, "base64"), format, asymmetricKeyType: algorithm })
    const publicKey = createPublicKey(privateKey).export({ format: "raw-public" })
    const verifier = verifierKey(nodeCrypto, name, type, new Uint8Array(publicKey))
    return {
      key: verifier,
      cosign: (text, time) => cosign(verifier, (message) => sign(null, message, privateKey), text, time),
    }
  })
}

/** Where a witness's key and its memory stand in its folder. */
export const witnessFiles = (folder: string) => ({
  key: join(folder, "witness.key"),
  store: join(folder, "witness.sqlite"),
  evidence: join(folder, "evidence"),
})

/**
 * Makes a new witness in `folder`, its memory first, then its key, mode 0600; answers its verifier keys, Ed25519
 * first. Throws where there is a key already. A crash in between leaves no key, and the call can be made again.
 */
export function makeWitness(folder: string, key: WitnessKey): string[] {
  const vkeys = cosigners(key).map((cosigner) => formatVerifierKey(cosigner.key))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const files = witnessFiles(folder)
  openStore(files.store, { create: true })[Symbol.dispose]()
  const draft = `${files.key}.new`
  rmSync(draft, { force: true })
  writeFileSync(draft, `${JSON.stringify(key, undefined, 2)}\n`, { flag: "wx", mode: 0o600, flush: true })
  try {
    // A link, unlike a rename, never takes the place of a key that is there.
    linkSync(draft, files.key)
  } catch (cause) {
    throw new Error(`${files.key} cannot be made. A witness's key is never replaced: name another folder.`, { cause })
  } finally {
    rmSync(draft)
  }
  syncFolder(folder)
  return vkeys
}

/** Puts on disk which files stand in `path`. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r")
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** Reads the key of the witness in `folder`; throws, with what to do, where it is absent, broken or open to others. */
export function readWitnessKey(folder: string): WitnessKey {
  const path = witnessFiles(folder).key
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (cause) {
    throw new Error(`The witness's key ${path} cannot be read. Make a witness in this folder first.`, { cause })
  }
  if ((statSync(path).mode & 0o077) !== 0)
    throw new Error(`The witness's key ${path} is open to other users. Set its mode to 0600 and consider a new key.`)
  try {
    return KeyFile.parse(JSON.parse(text))
  } catch {
    // No cause: its message would carry parts of the secret into a log.
    throw new Error(`The witness's key ${path} is not a key file. Bring it back from where you keep a copy.`)
  }
}
