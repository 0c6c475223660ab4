import { createHash, randomBytes } from "node:crypto"
import { cleaned } from "#files/metadata.ts"
import { type Part, partsLength, readPart, type Source } from "#files/source.ts"
import type { Attachment } from "#offices/attachment.ts"
import type { MessageState } from "#offices/lines/message.ts"
import type { Attribution } from "#offices/lines/relay-form.ts"
import { concat } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import type { Description } from "#seal/attachment.ts"
import { type Clock, instantOf } from "../../clock.ts"
import type { Archive } from "../archive.ts"
import { inflateWithin } from "../files/cleaning.ts"
import type { Files } from "../files/open.ts"
import { descriptionOf, type ReadableFile } from "../files/opening.ts"
import { fileRow } from "../files/rows.ts"
import type { Leg } from "./legs.ts"

/** Uploads that a leg takes with it; "waits" while they are not here or not made yet; or why it cannot go. */
export type LegFiles = readonly string[] | "waits" | { refused: string }

/** The files of relays at the desk that passes them on. */
export type RelayedFiles = {
  /**
   * Attributed, the sealed files go on as they are: their author's release names their hashes. Unattributed, they are
   * made anew without metadata under a new key, so that nothing of the first ones is left but what they show.
   */
  of(leg: Leg, state: MessageState, attribution: Attribution): LegFiles
  /** Forgets what no act took: a leg that was refused after all. */
  drop(uploads: LegFiles): void
  close(): Promise<void>
}

export type RelayedFilesParts = {
  archive: Archive
  clock: Clock
  files: Pick<Files, "open" | "uploads">
  /** Told when a file was made anew, or cannot be. */
  made(): void
  log(message: string): void
}

type Making = { of: Promise<void> } | { refused: string }

/** Opens the files of relays. What is being made anew when a desk stops is begun again at its next look. */
export function openRelayedFiles(parts: RelayedFilesParts): RelayedFiles {
  const making = new Map<string, Making>()
  let closed = false

  function begin(leg: Leg, file: Attachment, upload: string): void {
    const work = makeAnew(parts, leg, file, upload)
      .then((refused) => {
        if (refused) making.set(upload, { refused })
        else making.delete(upload)
        if (!closed) parts.made()
      })
      .catch((error: unknown) => {
        // A full disk: it is begun again at the next look.
        making.delete(upload)
        if (!closed) parts.log(`a file waits to be made anew: ${error instanceof Error ? error.message : ""}`)
      })
    making.set(upload, { of: work })
  }

  /** Begins what is not made yet; "waits" while it is being made, or its first one is not here. */
  function lacks(leg: Leg, file: Attachment, upload: string): "waits" | { refused: string } {
    const known = making.get(upload)
    // Said once: an officer who tries again has it tried again.
    if (known && "refused" in known) making.delete(upload)
    if (known) return "refused" in known ? known : "waits"
    const here = whereabouts(parts.archive, leg.line, file)
    if (here !== "here") return here
    begin(leg, file, upload)
    return "waits"
  }

  function anew(leg: Leg, state: MessageState): LegFiles {
    const named = state.files.map((file, i) => ({ file, upload: uploadOf(leg, i) }))
    const lacking = named.filter(({ upload }) => !parts.files.uploads.whole(upload))
    const answers = lacking.map(({ file, upload }) => lacks(leg, file, upload))
    const refused = answers.find((one) => typeof one === "object")
    return refused ?? (lacking.length > 0 ? "waits" : named.map(({ upload }) => upload))
  }

  return {
    of(leg, state, attribution) {
      if (state.files.length === 0) return []
      return attribution === "attributed" ? carried(parts, leg, state.files) : anew(leg, state)
    },
    drop(uploads) {
      if (typeof uploads === "object" && !("refused" in uploads))
        for (const upload of uploads) parts.files.uploads.taken(upload)
    },
    async close() {
      closed = true
      await Promise.all([...making.values()].map((one) => "of" in one && one.of))
    },
  }
}

/** An upload that only this leg knows, and that it finds again after a crash. */
function uploadOf({ anew }: Leg, i: number): string {
  return createHash("sha256").update(`iod relayed file\n${anew}\n${i}\n`).digest("hex")
}

/** Whether a file of a request is at this desk whole. */
function whereabouts(archive: Archive, line: string, file: Attachment): "here" | "waits" | { refused: string } {
  const state = fileRow(archive, line, file.file)?.state ?? "awaited"
  if (state === "awaited") return "waits"
  return state === "held" || state === "taken" ? "here" : { refused: "file.malformed" }
}

/** The sealed files of a request as uploads that are whole, inside the transaction of the act that takes them. */
function carried({ archive, clock }: RelayedFilesParts, leg: Leg, files: readonly Attachment[]): LegFiles {
  const described: { file: string; description: Description }[] = []
  for (const file of files) {
    const here = whereabouts(archive, leg.line, file)
    if (here !== "here") return here
    // A file has one place on a line: brought again by another act, it would be asked for under two names.
    if (fileRow(archive, leg.there, file.file)) return { refused: "file.brought" }
    const description = describe(archive, file)
    if ("refused" in description) return description
    described.push({ file: file.file, description })
  }
  return described.map(({ file, description: { identity, name, type, size } }) => {
    const upload = randomBytes(32).toHex()
    const none = new Uint8Array()
    archive.sql.run`INSERT INTO upload VALUES (${upload}, ${name}, ${type}, ${size}, ${identity}, ${none}, ${none},
      ${instantOf(clock)}, ${file})`
    return upload
  })
}

/** What the author says of a file; its bytes are his. */
function describe(archive: Archive, file: Attachment): Description | { refused: string } {
  try {
    return descriptionOf(archive, file) ?? { refused: "file.undescribed" }
  } catch (error) {
    if (error instanceof VerificationError) return { refused: "file.malformed" }
    throw error
  }
}

/** Makes one file anew; answers why it cannot be, or undefined once it is whole and on disk. */
async function makeAnew(
  { files: { open, uploads } }: RelayedFilesParts,
  { line, matter }: Leg,
  { file: hash }: Attachment,
  upload: string,
): Promise<string | undefined> {
  const file = await open({ line, matter, hash })
  if ("refused" in file) return file.refused === "file.not-here" ? undefined : file.refused
  const { name, type } = file.description
  const source = sourceOver(file)
  const parts = await cleaned(type, source, inflateWithin)
  const size = parts === "cannot" ? 0 : partsLength(parts)
  if (parts === "cannot" || size === 0) return "file.not-clean"
  // What an earlier attempt left of it.
  await uploads.discard(upload)
  const begun = await uploads.begin({ upload, name, type, size })
  const came = "refused" in begun ? begun : await uploads.receive(upload, 0, bytesOf(source, parts))
  if ("refused" in came) return came.refused
  if (!came.whole) throw new Error("it broke off")
  return undefined
}

/** A file of this desk that is read here and there and is never in clear on its disk. */
function sourceOver(file: ReadableFile): Source {
  return {
    size: file.description.size,
    async read(from, until) {
      const pieces: Uint8Array[] = []
      for await (const piece of file.read(from, until)) pieces.push(piece)
      return concat(...pieces)
    },
  }
}

const WINDOW = 1 << 20

/** The bytes of parts, never more than a few of them in memory. */
async function* bytesOf(source: Source, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (!("from" in part)) yield await readPart(source, part)
    else
      for (let at = part.from; at < part.until; at += WINDOW)
        yield await source.read(at, Math.min(part.until, at + WINDOW))
  }
}
