import { readFileSync, writeFileSync } from "node:fs"
import { type Founded, openCharter } from "#offices/roll/charter.ts"
import { parseJson } from "#register/json.ts"
import type { SignerPair } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { readRoot, signersOf, type Which } from "./folder.ts"
import { readPassphrase } from "./passphrase.ts"

/** Options of every command on a root. */
export const COMMON = {
  folder: { type: "string", default: "root" },
  "passphrase-file": { type: "string" },
  to: { type: "string" },
} as const

type Folder = { folder: string; "passphrase-file"?: string }

/** The signers of a folder's root. */
export async function signers(values: Folder, which: Which): Promise<SignerPair> {
  const file = values["passphrase-file"]
  return signersOf(await readRoot(values.folder, which, () => readPassphrase(file, "Passphrase of the root: ")))
}

export function charterIn(file: string | undefined): Founded {
  if (!file) throw new Error("--charter names the charter's file")
  return openCharter(nodeCrypto, readFileSync(file, "utf8"))
}

export function readJson(file: string | undefined, option: string): unknown {
  if (!file) throw new Error(`${option} names a file`)
  return parseJson(readFileSync(file, "utf8"))
}

/** Writes a file that is not there yet. */
export function writeNew(path: string | undefined, contents: string | Uint8Array): void {
  if (!path) throw new Error("--to names the file to write")
  writeFileSync(path, contents, { flag: "wx", mode: 0o600, flush: true })
}
