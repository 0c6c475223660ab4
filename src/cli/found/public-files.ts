import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { z } from "zod"
import { writeDurably } from "#desk/vault.ts"
import { type RegistryKeys, registryVerifierKeys } from "#registry/keys.ts"
import { createWitnessKey, makeWitness } from "#witness/key.ts"
import { say } from "../terminal.ts"

/** What a registry shows of its keys, for the charter. */
export const registryForm = z.strictObject({
  iod: z.literal("registry/v1"),
  registry: z.string().max(500),
  register: z.strictObject({ origin: z.string().min(1).max(200), keys: z.array(z.string().max(5000)).length(2) }),
})
export type PublicRegistry = z.infer<typeof registryForm>

/** What a state's witness shows of its keys, for the charter's policy. */
export const witnessForm = z.strictObject({
  iod: z.literal("witness/v1"),
  name: z.string().max(200),
  keys: z.array(z.string().max(5000)).length(2),
})

/** `iod registry new`: the keys of a registry that is to be founded, and its public file. */
export async function newRegistryCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { folder: { type: "string", default: "registry" }, origin: { type: "string" } },
  })
  const { folder, origin } = values
  if (!origin || !/^[\x21-\x2a\x2c-\x7e]{1,200}$/.test(origin))
    throw new Error("--origin names the register as its checkpoints will, such as register.example/2027")
  const file = join(folder, "registry.key")
  if (existsSync(file)) throw new Error(`there is a registry's key in ${folder} already: it is never overwritten`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const seed = () => randomBytes(32).toHex()
  const keys: RegistryKeys = {
    registry: { name: "registry", ed25519: seed() },
    register: { origin, ed25519: seed(), mlDsa44: seed() },
  }
  const { registry, register } = registryVerifierKeys(keys)
  const shown: PublicRegistry = { iod: "registry/v1", registry, register: { origin, keys: register } }
  writeDurably(file, JSON.stringify(keys))
  writeDurably(join(folder, "registry.json"), `${JSON.stringify(shown, null, 2)}\n`)
  say(`${join(folder, "registry.json")} is public: it goes to whoever drafts the charter. registry.key stays.`)
  return 0
}

/** `iod witness new`: the keys of a state's witness, and its public file. */
export async function newWitnessCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { folder: { type: "string", default: "witness" }, name: { type: "string" } },
  })
  const { folder, name } = values
  if (!name) throw new Error("--name names the witness as its cosignatures will, such as witness.example/austria")
  const keys = makeWitness(folder, createWitnessKey(name))
  writeDurably(join(folder, "witness.json"), `${JSON.stringify({ iod: "witness/v1", name, keys }, null, 2)}\n`)
  say(`${join(folder, "witness.json")} is public: it goes to whoever drafts the charter. witness.key stays.`)
  return 0
}
