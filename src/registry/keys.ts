import { existsSync, readFileSync } from "node:fs"
import { z } from "zod"
import { formatVerifierKey, type Signer } from "#register/note.ts"
import { cosignerOf, noteSigner } from "#seal/node/keys.ts"

/** Seeds of the registry's keys, in hex, and the names that the charter gives them. Secret; `registry.key`, mode 0600. */
export const registryKeys = z.strictObject({
  registry: z.strictObject({ name: z.string(), ed25519: z.string() }),
  register: z.strictObject({ origin: z.string(), ed25519: z.string(), mlDsa44: z.string() }),
})
export type RegistryKeys = z.infer<typeof registryKeys>

/** Who signs for a registry: stamps and refusals by `registry`, checkpoints by both of `register`, Ed25519 first. */
export type RegistrySigners = { registry: Signer; register: readonly [Signer, Signer] }

/** The signers of these keys. */
export function registrySigners({ registry, register }: RegistryKeys): RegistrySigners {
  const { origin } = register
  return {
    registry: noteSigner(registry.name, "ed25519", registry.ed25519),
    register: [noteSigner(origin, "ed25519", register.ed25519), cosignerOf(origin, register.mlDsa44)],
  }
}

/** The verifier keys that a charter names for these keys of a registry. */
export function registryVerifierKeys(keys: RegistryKeys): { registry: string; register: string[] } {
  const { registry, register } = registrySigners(keys)
  return {
    registry: formatVerifierKey(registry.key),
    register: register.map((signer) => formatVerifierKey(signer.key)),
  }
}

/** Reads a key file; throws a sentence that holds nothing of it. */
export function readKeys(file: string): RegistryKeys {
  try {
    return registryKeys.parse(JSON.parse(readFileSync(file, "utf8")))
  } catch {
    // Without the cause: a parser's message may quote the key it could not read.
    throw new Error(existsSync(file) ? `the key file ${file} is damaged` : `the key file ${file} is missing`)
  }
}
