import { createHash, type Hash } from "node:crypto"
import type pg from "pg"
import { VerificationError } from "#register/error.ts"
import { readForm } from "#seal/form.ts"
import type { Frame } from "#seal/wire.ts"

const FORM = "iod.backup-file/v1"

/** One file of a backup, as the registry's database held it; `number` names it there. */
type File = {
  line: string
  hash: string
  sender: string
  length: number
  touched: string
  complete: string | null
  taken: readonly string[]
  gone: string | null
}

function formatFile(file: File): string {
  const { line, hash, sender, length, touched, complete, taken, gone } = file
  const lines = [FORM, `line ${line}`, `file ${hash} ${length}`, `sender ${sender}`, `touched ${touched}`]
  return `${[...lines, `complete ${complete ?? "-"}`, `taken ${taken.join(",") || "-"}`, `gone ${gone ?? "-"}`].join("\n")}\n`
}

/** Reads what was said of a file; whoever kept the backup controls every byte. Throws `encoding`. */
function parseFile(note: string): File {
  const form = readForm(note, FORM, "encoding")
  const line = form.id("line")
  const [hash = "", length = ""] = form.fields("file", 2)
  const sender = form.name("sender")
  const touched = form.instant("touched")
  const orNull = (key: string) => {
    const value = form.field(key)
    return value === "-" ? null : value
  }
  const [complete, taken, gone] = [orNull("complete"), orNull("taken"), orNull("gone")]
  form.end()
  return { line, hash, sender, length: Number(length), touched, complete, taken: taken?.split(",") ?? [], gone }
}

/** The files of a registry's database as frames, each with its pieces behind it; in the caller's snapshot. */
export async function* fileFrames(client: pg.ClientBase): AsyncGenerator<Frame> {
  const { rows } = await client.query("SELECT * FROM file ORDER BY number")
  for (const row of rows) {
    yield { kind: "file", note: formatFile({ ...row, length: Number(row.length) }) }
    for (let at = 0; ; ) {
      const found = await client.query("SELECT bytes FROM piece WHERE file = $1 AND at = $2", [row.number, at])
      const bytes: Uint8Array | undefined = found.rows[0]?.bytes
      if (!bytes) break
      yield { kind: "piece", bytes }
      at += bytes.length
    }
  }
}

/** Takes files out of a backup into the database, in the caller's transaction. */
export type RestoredFiles = {
  take(frame: Frame): Promise<void>
  /** Throws a VerificationError where the last file is not whole. */
  end(): Promise<void>
}

/** Opens the restoring of files: a complete one must have its length and its hash. */
export function openRestoredFiles(client: pg.ClientBase): RestoredFiles {
  let open: { file: File; number: string; hash: Hash; at: number } | undefined

  async function end(): Promise<void> {
    if (!open) return
    const { file, number, hash, at } = open
    open = undefined
    const isWhole = at === file.length && hash.digest("hex") === file.hash
    if (file.complete !== null && file.gone === null && !isWhole)
      throw new VerificationError("body.hash", "a file in it is not the one that it says")
    await client.query("UPDATE file SET received = $2 WHERE number = $1", [number, at])
  }

  async function begin(note: string): Promise<void> {
    await end()
    const file = parseFile(note)
    const { line, hash, sender, length, touched, complete, taken, gone } = file
    const { rows } = await client.query(
      `INSERT INTO file (line, hash, sender, length, touched, complete, taken, gone)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING number`,
      [line, hash, sender, length, touched, complete, taken, gone],
    )
    open = { file, number: rows[0].number, hash: createHash("sha256"), at: 0 }
  }

  return {
    end,
    async take(frame) {
      if (frame.kind === "file") return begin(frame.note)
      if (frame.kind !== "piece") return
      if (!open || open.at + frame.bytes.length > open.file.length)
        throw new VerificationError("encoding", "a piece of a file stands where none can be")
      open.hash.update(frame.bytes)
      const bytes = Buffer.from(frame.bytes)
      await client.query("INSERT INTO piece VALUES ($1, $2, $3)", [open.number, open.at, bytes])
      open.at += bytes.length
    },
  }
}
