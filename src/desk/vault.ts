import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { type Accession, accessionForm } from "#offices/roll/accession.ts"
import type { SignerPair } from "#seal/desk-key.ts"
import { generateSealingIdentity, type Identity, importIdentity } from "#seal/node/hybrid.ts"
import { newPairSeeds, type PairSeeds, pairSigners } from "#seal/node/keys.ts"
import { SEALING_KEYS } from "#seal/sealing-keys.ts"

/** The only holder of a delegation's keys. Signing and opening happen here; no key leaves it. */
export type Vault = {
  /** Signers of the desk key. */
  readonly desk: SignerPair
  /** The root key and the one that will follow it, where they lie with the desk: in an exercise. */
  readonly root: SignerPair | undefined
  readonly nextRoot: SignerPair | undefined
  /** What the root signed so that its delegation takes part. */
  readonly accession: Accession | undefined
  /** The sealing identity of this number, unless it was wiped. */
  identity(number: number): Identity | undefined
  /**
   * Makes the next fortnight of identities, on disk before it returns; answers their recipients. `at` is the number of
   * the first, where the roll says it: whatever was made from there on was never published and is wiped.
   */
  newIdentities(from: string, at?: number): { first: number; recipients: string[] }
  /** Numbers and days of the identities that are held, oldest first. */
  held(): readonly { number: number; day: string }[]
  /** Wipes every identity up to and including this number, on disk before it returns; answers how many. */
  wipe(upTo: number): number
}

const seeds = z.strictObject({ name: z.string(), ed25519: z.string(), mlDsa65: z.string() })
const sealing = z.strictObject({
  /** Number that the next identity gets; never given twice. */
  next: z.int(),
  identities: z.array(
    z.strictObject({ number: z.int(), day: z.string(), identity: z.string(), recipient: z.string() }),
  ),
})
type Sealing = z.infer<typeof sealing>

/** Where a desk finds what its root signed. */
export const ACCESSION = "accession.json"

const DAY = 86_400_000

/** Makes the key files of a new desk; with `root`, its root keys too (an exercise). Never overwrites one. */
export function makeVault(folder: string, delegation: string, root: boolean): void {
  for (const [file, name] of [
    ["desk.key", `${delegation}-desk-1`],
    ...(root
      ? [
          ["root.key", `${delegation}-root`],
          ["next-root.key", `${delegation}-root-2`],
        ]
      : []),
  ])
    if (file && name && !existsSync(join(folder, file)))
      writeDurably(join(folder, file), JSON.stringify(newPairSeeds(name)))
}

/** Opens the key files of a desk's folder; throws with a sentence where one is missing or malformed. */
export function openVault(folder: string): Vault {
  const desk = pairSigners(readPairSeeds(join(folder, "desk.key")))
  const pairIn = (name: string) => {
    const path = join(folder, name)
    return existsSync(path) ? pairSigners(readPairSeeds(path)) : undefined
  }
  const words = join(folder, ACCESSION)
  const file = join(folder, "sealing.keys")
  let held: Sealing = existsSync(file) ? read(file, sealing) : { next: 1, identities: [] }
  const imported = new Map<number, Identity>()
  const keep = (next: Sealing) => {
    writeDurably(file, JSON.stringify(next))
    held = next
  }
  return {
    desk,
    root: pairIn("root.key"),
    nextRoot: pairIn("next-root.key"),
    accession: existsSync(words) ? read(words, accessionForm) : undefined,
    identity(number) {
      const text = held.identities.find((i) => i.number === number)?.identity
      if (text === undefined) return undefined
      const identity = imported.get(number) ?? importIdentity(text)
      imported.set(number, identity)
      return identity
    },
    newIdentities(from, at) {
      const first = at ?? held.next
      const made = Array.from({ length: SEALING_KEYS }, (_, i) => ({
        number: first + i,
        day: new Date(Date.parse(from) + i * DAY).toISOString().slice(0, 10),
        ...generateSealingIdentity(),
      }))
      for (const number of imported.keys()) if (number >= first) imported.delete(number)
      const before = held.identities.filter((i) => i.number < first)
      keep({ next: first + made.length, identities: [...before, ...made] })
      return { first, recipients: made.map((i) => i.recipient) }
    },
    held: () => held.identities.map(({ number, day }) => ({ number, day })),
    wipe(upTo) {
      for (const number of imported.keys()) if (number <= upTo) imported.delete(number)
      const left = held.identities.filter((i) => i.number > upTo)
      const wiped = held.identities.length - left.length
      if (wiped > 0) keep({ ...held, identities: left })
      return wiped
    },
  }
}

/** The seeds in a key file; throws a sentence that holds nothing of it. */
export function readPairSeeds(file: string): PairSeeds {
  return read(file, seeds)
}

function read<T>(file: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")))
  } catch {
    // The cause is left out on purpose: a parser's message may quote what it could not read, and this is a key.
    throw new Error(`the key file ${file} is missing or damaged; restore it, or certify a new desk key`)
  }
}

/** Writes a file so that after a crash it is either the old one or the new one, whole, readable by its owner only. */
export function writeDurably(path: string, contents: string | Uint8Array): void {
  const next = `${path}.next`
  const file = openSync(next, "w", 0o600)
  try {
    writeSync(file, typeof contents === "string" ? Buffer.from(contents) : contents)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(next, path)
  const folder = openSync(join(path, ".."), "r")
  fsyncSync(folder)
  closeSync(folder)
}
