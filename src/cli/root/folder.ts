import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Decrypter, Encrypter } from "age-encryption"
import { z } from "zod"
import { writeDurably } from "#desk/vault.ts"
import { name } from "#offices/act.ts"
import { utf8 } from "#register/bytes.ts"
import { parseJson } from "#register/json.ts"
import { fingerprint, formatKeyPair, type SignerPair } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { newPairSeeds, type PairSeeds, pairSigners, publicPair } from "#seal/node/keys.ts"

/** What a root shows of itself: its public keys, and the fingerprint of the root that alone may follow. */
export const publicRootForm = z.strictObject({
  iod: z.literal("root/v1"),
  delegation: name,
  root: z.tuple([z.string().max(5000), z.string().max(5000)]),
  fingerprint: z.string(),
  next: z.string(),
})
export type PublicRoot = z.infer<typeof publicRootForm>

export const PUBLIC = "root.json"
/** The root and the one that follows it, sealed with a passphrase; in an exercise they lie open. */
const FILES = {
  root: ["root.age", "root.key"],
  next: ["next-root.age", "next-root.key"],
  after: ["after-root.age", "after-root.key"],
} as const
export type Which = keyof typeof FILES

const seeds = z.strictObject({ name: z.string(), ed25519: z.string().length(64), mlDsa65: z.string().length(64) })

/** Makes a root and the next one in a folder that has none; answers what is public of them. */
export async function makeRoot(folder: string, delegation: string, passphrase: string): Promise<PublicRoot> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const file of [PUBLIC, ...FILES.root, ...FILES.next])
    if (existsSync(join(folder, file))) throw new Error(`there is a root in ${folder} already: it is never overwritten`)
  const [root, next] = [newPairSeeds(`${delegation}-root`), newPairSeeds(`${delegation}-root-2`)]
  await writeRoot(folder, "next", next, passphrase)
  await writeRoot(folder, "root", root, passphrase)
  return writePublic(folder, delegation, root, fingerprintOf(next))
}

/** Seals the seeds of a root with a passphrase, on disk before it settles. */
export async function writeRoot(folder: string, which: Which, key: PairSeeds, passphrase: string): Promise<void> {
  writeDurably(join(folder, FILES[which][0]), await sealText(JSON.stringify(key), passphrase))
}

/** An age file that a passphrase opens. */
export async function sealText(text: string, passphrase: string): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  return encrypter.encrypt(utf8(text))
}

/** What stands in an age file that a passphrase opens; throws where it does not. */
export async function openText(file: Uint8Array, passphrase: string): Promise<string> {
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  return decrypter.decrypt(file, "text")
}

/** Whether a root lies in the folder. */
export function hasRoot(folder: string, which: Which): boolean {
  return FILES[which].some((file) => existsSync(join(folder, file)))
}

/** The seeds of a root; `passphrase` is asked for only where it is needed. Throws a sentence that holds nothing of it. */
export async function readRoot(folder: string, which: Which, passphrase: () => Promise<string>): Promise<PairSeeds> {
  const [sealed, open] = FILES[which].map((file) => join(folder, file))
  if (sealed === undefined || open === undefined) throw new Error("a root has two files")
  if (!existsSync(sealed) && !existsSync(open)) throw new Error(`there is no ${FILES[which][0]} in ${folder}`)
  try {
    if (!existsSync(sealed)) return seeds.parse(parseJson(readFileSync(open, "utf8")))
    return seeds.parse(parseJson(await openText(new Uint8Array(readFileSync(sealed)), await passphrase())))
  } catch {
    throw new Error(`${existsSync(sealed) ? sealed : open} does not open: another passphrase, or it is damaged`)
  }
}

/** The next root takes the place of the root; `next` is the one after. A crash leaves it to be done again. */
export async function moveOn(folder: string, next: PairSeeds, passphrase: string): Promise<PublicRoot> {
  const { delegation } = readPublic(folder)
  const root = await readRoot(folder, "next", async () => passphrase)
  // The root that follows is on disk before anything names it.
  await writeRoot(folder, "root", root, passphrase)
  await writeRoot(folder, "next", next, passphrase)
  for (const file of [FILES.root[1], FILES.next[1]])
    if (existsSync(join(folder, file))) renameSync(join(folder, file), join(folder, `${file}.former`))
  const shown = writePublic(folder, delegation, root, fingerprintOf(next))
  rmSync(join(folder, FILES.after[0]), { force: true })
  return shown
}

function writePublic(folder: string, delegation: string, root: PairSeeds, next: string): PublicRoot {
  const pair = publicPair(pairSigners(root))
  const shown: PublicRoot = {
    ...{ iod: "root/v1", delegation, root: formatKeyPair(pair) },
    ...{ fingerprint: fingerprint(nodeCrypto, pair), next },
  }
  writeDurably(join(folder, PUBLIC), `${JSON.stringify(shown, null, 2)}\n`)
  return shown
}

export function readPublic(folder: string): PublicRoot {
  const path = join(folder, PUBLIC)
  if (!existsSync(path)) throw new Error(`there is no root in ${folder}: iod root new makes one`)
  return publicRootForm.parse(parseJson(readFileSync(path, "utf8")))
}

export function fingerprintOf(key: PairSeeds): string {
  return fingerprint(nodeCrypto, publicPair(pairSigners(key)))
}

export function signersOf(key: PairSeeds): SignerPair {
  return pairSigners(key)
}

/** A fingerprint as it is read aloud: sixteen groups of four digits, four a row. */
export function aloud(print: string): string {
  const groups = print.match(/.{4}/g) ?? []
  return [0, 4, 8, 12].map((at) => groups.slice(at, at + 4).join(" ")).join("\n")
}
