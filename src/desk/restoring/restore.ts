import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { z } from "zod"
import { accessionForm } from "#offices/roll/accession.ts"
import { openCharter } from "#offices/roll/charter.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { newPairSeeds } from "#seal/node/keys.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { openArchive } from "../archive.ts"
import { ACCESSION, writeDurably } from "../vault.ts"
import { ARCHIVE, isOfBackup, MANIFEST, type Manifest, manifestForm, SPARE } from "./backup.ts"
import { markRestored } from "./restored.ts"
import { certifiedForm, decrypterOf, nextKeyName, openSpare, requestFor, requestForm } from "./spare.ts"
import { readTar, type TarFile } from "./tar.ts"

/** Where a restored desk leaves the key that it asks its root to certify. */
export const REQUEST = "desk-key-request.json"

export type RestoreOptions = {
  /** The backup, and the age identities that open it. */
  from: string
  identities: readonly string[]
  /** Where the desk will be: absent or empty. */
  folder: string
  clock: Clock
  /** Set where somebody else may hold the old key: it is revoked, and not only replaced. */
  lost: boolean
  /** From when on, as stated, somebody else may have held it. */
  since: string | null
}

export type Unpacked = Manifest & { spare: boolean }

/**
 * Unpacks a backup into an empty folder. A crash leaves a folder without `backup.json`, which the next call empties.
 * Throws a sentence where the backup does not open, is cut off or holds what no backup holds.
 */
export async function unpackBackup({ from, identities, folder }: RestoreOptions): Promise<Unpacked> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const begun = join(folder, BEGUN)
  if (existsSync(begun)) for (const one of readdirSync(folder)) rmSync(join(folder, one), { recursive: true })
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty: a desk is restored into a new folder`)
  writeDurably(begun, "")
  const sealed = Readable.toWeb(createReadStream(from)) as unknown as ReadableStream<Uint8Array>
  const opened = await decrypterOf(identities)
    .decrypt(sealed)
    .catch((cause: unknown) => {
      throw new Error("the backup does not open with this identity", { cause })
    })
  for await (const file of readTar(opened as unknown as AsyncIterable<Uint8Array>)) await unpackOne(folder, file)
  const manifest = manifestForm.parse(readJson(join(folder, MANIFEST)))
  const founded = openCharter(nodeCrypto, readFileSync(join(folder, "charter.json"), "utf8"))
  if (founded.office !== manifest.office) throw new Error("the backup's charter is not that of its office")
  return { ...manifest, spare: existsSync(join(folder, SPARE)) }
}

const BEGUN = "restoring.part"

/** Throws where a folder is still being restored: it has no key that could be in force. */
export function refuseUnfinished(folder: string): void {
  if (existsSync(join(folder, BEGUN)))
    throw new Error(`the desk in ${folder} is not wholly restored: iod desk restore goes on with it`)
}

async function unpackOne(folder: string, { name, pieces }: TarFile): Promise<void> {
  if (!isOfBackup(name)) throw new Error("the backup holds a file that no backup holds")
  mkdirSync(join(folder, name, ".."), { recursive: true, mode: 0o700 })
  await using file = await open(join(folder, name), "wx", 0o600)
  for await (const piece of pieces) await file.writeFile(piece)
  await file.sync()
}

/** Gives a restored desk the spare key that was sealed for it; the archive knows from here on that it came back. */
export async function takeSpare(options: RestoreOptions, sealed: Uint8Array): Promise<string> {
  const { key, certified } = await openSpare(sealed, options.identities)
  writeDurably(join(options.folder, "desk.key"), JSON.stringify(key))
  rmSync(join(options.folder, SPARE), { force: true })
  await mark(options, certified, key.name)
  return key.name
}

/** Makes a restored desk a key of its own, and leaves beside it what the root is asked to certify. */
export function askForCertificate({ folder }: Pick<RestoreOptions, "folder">): string {
  const { office, delegation, key } = manifestForm.parse(readJson(join(folder, MANIFEST)))
  const seeds = newPairSeeds(nextKeyName(delegation, key))
  writeDurably(join(folder, "desk.key"), JSON.stringify(seeds))
  const path = join(folder, REQUEST)
  writeDurably(path, `${JSON.stringify(requestFor(office, delegation, seeds, key))}\n`)
  return path
}

/** Takes the root's certificate for the key that a restored desk made. */
export async function takeCertificate(options: RestoreOptions, text: string): Promise<string> {
  const request = requestFormOf(options.folder)
  const word = z.union([certifiedForm, accessionForm]).parse(parseJson(text))
  const isClaim = word.iod === "accession/v1"
  const certified = isClaim ? { ...word, ...request, certificate: null, revocation: null } : word
  const fits = certified.office === request.office && word.delegation === request.delegation
  // Whether the root signed it the roll says; a certificate of another key would be refused there for ever.
  if (!fits || !word.certificate.includes(`\ned25519 ${request.key[0]}\nml-dsa-65 ${request.key[1]}\n`))
    throw new Error("the certificate is of another desk key")
  if (isClaim) writeDurably(join(options.folder, ACCESSION), text)
  await mark(options, certified, nameOf(request.key[0]))
  rmSync(join(options.folder, REQUEST), { force: true })
  return nameOf(request.key[0])
}

function requestFormOf(folder: string) {
  if (!existsSync(join(folder, REQUEST))) throw new Error(`${folder} waits for no certificate`)
  return requestForm.parse(readJson(join(folder, REQUEST)))
}

function nameOf(verifierKey: string): string {
  return verifierKey.slice(0, verifierKey.indexOf("+"))
}

type Marked = { certificate: string | null; revocation: string | null; replaces: string | null }

/** Last of all: without it the folder is no desk that may be started. */
async function mark(options: RestoreOptions, { certificate, revocation, replaces }: Marked, key: string) {
  const { folder, clock, lost, since } = options
  const { made, next } = manifestForm.parse(readJson(join(folder, MANIFEST)))
  const file = join(folder, ARCHIVE)
  {
    using archive = await openArchive(file)
    markRestored(archive, {
      ...{ made, at: instantOf(clock), next, before: replaces ?? key, key, certificate },
      ...{ revocation: lost ? revocation : null, since: lost ? since : null },
      ...{ entered: null, refused: null, caughtUp: false, looked: 0, foreign: null },
    })
  }
  rmSync(join(folder, BEGUN), { force: true })
}

function readJson(path: string): unknown {
  try {
    return parseJson(readFileSync(path, "utf8"))
  } catch (cause) {
    if (!(cause instanceof VerificationError) && !(cause instanceof Error)) throw cause
    throw new Error(`the backup lacks ${path}, or it is damaged`, { cause })
  }
}
