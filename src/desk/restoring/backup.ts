import { createReadStream, existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { backup } from "node:sqlite"
import { ReadableStream } from "node:stream/web"
import { z } from "zod"
import { id, name } from "#offices/act.ts"
import { utf8 } from "#register/bytes.ts"
import type { Clock } from "../../clock.ts"
import { instantOf } from "../../clock.ts"
import type { Archive } from "../archive.ts"
import { ACCESSION } from "../vault.ts"
import { ageLines, encrypterTo } from "./spare.ts"
import { type TarFile, writeTar } from "./tar.ts"

/** Who may open this desk's backups: age recipients, one a line. */
export const RECIPIENTS = "backup-recipients.txt"
/** The spare desk key, sealed to the same. */
export const SPARE = "spare.age"

/** What a backup says of itself; its first file. */
export const manifestForm = z.strictObject({
  iod: z.literal("desk-backup/v1"),
  office: id,
  delegation: name,
  /** When it was begun, and the index of the first entry that is not in it. */
  made: z.iso.datetime({ precision: 3 }),
  next: z.int().min(0),
  /** Name of the desk key that was in use. */
  key: name,
})
export type Manifest = z.infer<typeof manifestForm>

export const MANIFEST = "backup.json"
export const ARCHIVE = "desk.sqlite"
const COPY = "backup.sqlite.part"

// Each by its name: whatever else lies in the folder, keys above all, is in no backup.
const PLAIN = ["charter.json", "desk.json", ACCESSION, RECIPIENTS, SPARE]
const EVIDENCE = /^[0-9a-f]{64}\.[a-z][a-z-]*$/
const SEALED_FILE = /^[0-9a-f]{64}$/

/** Whether a file of a backup has a name that one may have: whoever made the backup chose it. */
export function isOfBackup(path: string): boolean {
  const [folder, file = "", ...more] = path.split("/")
  if (more.length > 0) return false
  if (folder === "evidence") return EVIDENCE.test(file)
  if (folder === "files") return SEALED_FILE.test(file)
  return file === "" && [MANIFEST, ARCHIVE, ...PLAIN].includes(path)
}

export type BackupParts = {
  archive: Archive
  clock: Clock
  folder: string
  office: string
  delegation: string
  /** Name of the desk key. */
  key: string
}

/** Thrown where nobody is named to whom a backup could be sealed. */
export class NobodyNamed extends Error {
  override name = "NobodyNamed"
}

/**
 * A backup of this desk, made while it works: an age file to the recipients that its folder names, inside it a tape
 * archive of all that the desk holds but its keys. The archive is of one moment; sealed files and evidence are of that
 * moment or later.
 */
export async function writeDeskBackup(parts: BackupParts): Promise<AsyncIterable<Uint8Array>> {
  const named = join(parts.folder, RECIPIENTS)
  const recipients = existsSync(named) ? ageLines(readFileSync(named, "utf8")) : []
  if (recipients.length === 0)
    throw new NobodyNamed(`${named} names nobody: write into it who may open a backup, one age1pq… a line`)
  const encrypter = encrypterTo(recipients)
  const copy = join(parts.folder, COPY)
  // One that was broken off left it.
  rmSync(copy, { force: true })
  const { archive, clock, office, delegation, key } = parts
  const made = instantOf(clock)
  const next = Number(archive.meta("next") ?? 0)
  await backup(archive.db, copy)
  const manifest: Manifest = { iod: "desk-backup/v1", office, delegation, made, next, key }
  const tar = writeTar(filesOf(parts.folder, manifest, copy))
  return sealed(await encrypter.encrypt(webStream(tar)), () => rmSync(copy, { force: true }))
}

async function* sealed(stream: AsyncIterable<Uint8Array>, done: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } finally {
    done()
  }
}

function* filesOf(folder: string, manifest: Manifest, copy: string): Generator<TarFile> {
  const text = utf8(`${JSON.stringify(manifest)}\n`)
  yield { name: MANIFEST, length: text.length, pieces: [text] }
  for (const one of PLAIN) if (existsSync(join(folder, one))) yield onDisk(one, join(folder, one))
  yield onDisk(ARCHIVE, copy)
  for (const [part, form] of [
    ["evidence", EVIDENCE],
    ["files", SEALED_FILE],
  ] as const) {
    const names = existsSync(join(folder, part)) ? readdirSync(join(folder, part)).sort() : []
    // A sealed file that everybody has by now is deleted meanwhile.
    for (const one of names)
      if (form.test(one) && existsSync(join(folder, part, one))) yield onDisk(`${part}/${one}`, join(folder, part, one))
  }
}

function onDisk(name: string, path: string): TarFile {
  return { name, length: statSync(path).size, pieces: createReadStream(path) }
}

/** A web stream as age-encryption takes one. */
export function webStream(pieces: AsyncIterable<Uint8Array>): globalThis.ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces) as unknown as globalThis.ReadableStream<Uint8Array>
}
