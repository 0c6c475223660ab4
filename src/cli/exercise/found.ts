import { randomBytes } from "node:crypto"
import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { ACCESSION, makeVault, openVault, type Vault, writeDurably } from "#desk/vault.ts"
import type { Accession } from "#offices/roll/accession.ts"
import { type CharterText, type Founded, openCharter } from "#offices/roll/charter.ts"
import { formatPolicy, parsePolicy } from "#register/policy.ts"
import { type RegistryKeys, registryVerifierKeys } from "#registry/keys.ts"
import { certifyDeskKey, fingerprint, formatKeyPair } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { publicPair } from "#seal/node/keys.ts"
import { mandateHash, signAcceptance, signFounding } from "#seal/root-notes.ts"
import plan from "./plan.json" with { type: "json" }

/** What an exercise office is made of; data, so that no code knows a state. */
export type Plan = {
  desks: readonly string[]
  witnesses: readonly string[]
  lines: readonly { purpose: string; members: readonly string[]; proposer: string }[]
}

/** The plan of the exercise office that `iod start` runs. */
export const exercisePlan: Plan = plan

/** Folder of a program of the exercise in its data folder. */
export function programFolder(data: string, program: "registry" | "witness" | "desk", name?: string): string {
  return join(data, program, ...(name ? [name] : []))
}

/**
 * Makes the keys of everyone and the charter that names them; `witnessKeys` makes those of a state's witness in its
 * folder and answers their verifier keys. The registry's copy of the charter is written last: it is the founding.
 */
export function foundExercise(
  data: string,
  chosen: Plan,
  witnessKeys: (folder: string, state: string) => readonly string[],
  changes: Partial<CharterText> = {},
): void {
  const template = JSON.parse(readFileSync(new URL("./charter.json", import.meta.url), "utf8")) as CharterText
  const roots = new Map(chosen.desks.map((name) => [name, makeDesk(data, name)]))
  const origin = `exercise.iod.example/${randomBytes(8).toHex()}`
  const seed = () => randomBytes(32).toHex()
  const keys: RegistryKeys = {
    registry: { name: "registry", ed25519: seed() },
    register: { origin, ed25519: seed(), mlDsa44: seed() },
  }
  mkdirSync(programFolder(data, "registry"), { recursive: true })
  writeDurably(join(programFolder(data, "registry"), "registry.key"), JSON.stringify(keys))
  const { registry, register } = registryVerifierKeys(keys)
  const charter: CharterText = {
    ...template,
    delegations: template.delegations.map((d) => ({ ...d, root: roots.get(d.name) ?? null })),
    registry,
    register: { origin, keys: register },
    policy: policyOf(data, chosen, register, witnessKeys),
    ...changes,
  }
  const text = `${JSON.stringify(charter, null, 2)}\n`
  const founded = openCharter(nodeCrypto, text)
  const vaults = new Map(chosen.desks.map((name) => [name, openVault(programFolder(data, "desk", name))]))
  for (const [name, accession] of accessions(founded, vaults)) {
    const folder = programFolder(data, "desk", name)
    writeDurably(join(folder, ACCESSION), JSON.stringify(accession))
    writeDurably(join(folder, "charter.json"), text)
  }
  for (const name of chosen.witnesses) writeDurably(join(programFolder(data, "witness", name), "charter.json"), text)
  writeDurably(join(programFolder(data, "registry"), "charter.json"), text)
}

/** What each root signs at the founding: the charter, the mandate, its first desk key. The secretariat's desk enters all. */
function accessions({ office, charter }: Founded, vaults: ReadonlyMap<string, Vault>): Map<string, Accession> {
  const words = new Map<string, Accession>()
  const founders: NonNullable<Accession["founders"]> = []
  for (const [delegation, { root: signers, nextRoot, desk }] of vaults) {
    if (!signers || !nextRoot) throw new Error(`the desk ${delegation} has no root keys`)
    const root = formatKeyPair(publicPair(signers))
    const certificate = certifyDeskKey({ office, delegation, key: publicPair(desk), replaces: null }, signers)
    const [language, mandate] = ["en" as const, mandateHash(nodeCrypto, charter.mandate?.en ?? "")]
    const next = fingerprint(nodeCrypto, publicPair(nextRoot))
    const acceptance = signAcceptance({ office, delegation, language, mandate, next, names: null }, signers)
    founders.push({ delegation, root, signature: signFounding({ office, delegation }, signers) })
    words.set(delegation, { iod: "accession/v1", delegation, root, language, certificate, acceptance })
  }
  const first = words.get(charter.secretariat)
  if (first) words.set(charter.secretariat, { ...first, founders })
  return words
}

/** Makes a desk's folder with its keys; answers the fingerprint of its root. */
function makeDesk(data: string, name: string): string {
  const folder = programFolder(data, "desk", name)
  mkdirSync(folder, { recursive: true })
  makeVault(folder, name, true)
  writeDurably(join(folder, "desk.json"), JSON.stringify({ delegation: name }))
  const { root } = openVault(folder)
  if (!root) throw new Error(`the desk ${name} has no root key`)
  return fingerprint(nodeCrypto, publicPair(root))
}

/** Two of three states, each with both of its keys: bears one dark witness and no liar. */
function policyOf(
  data: string,
  { witnesses }: Plan,
  register: readonly string[],
  witnessKeys: (folder: string, state: string) => readonly string[],
): string {
  const lines = register.map((key) => `log ${key}`)
  for (const state of witnesses) {
    const folder = programFolder(data, "witness", state)
    mkdirSync(folder, { recursive: true })
    const names = witnessKeys(folder, state).map((key, i) => {
      const name = `${state}-${i + 1}`
      lines.push(`witness ${name} ${key}`)
      return name
    })
    lines.push(`group ${state} all ${names.join(" ")}`)
  }
  if (witnesses.length === 0) return formatPolicy(parsePolicy(nodeCrypto, [...lines, "quorum none", ""].join("\n")))
  lines.push(`group states ${Math.floor(witnesses.length / 2) + 1} ${witnesses.join(" ")}`, "quorum states", "")
  return formatPolicy(parsePolicy(nodeCrypto, lines.join("\n")))
}
