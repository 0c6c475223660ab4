import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { EvidenceRow } from "#offices/joins/screen.ts"
import { concat, utf8 } from "#register/bytes.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { formatFrame } from "#seal/wire.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Archive, text } from "./archive.ts"
import type { EnvelopeFrame } from "./arrival.ts"
import { writeDurably } from "./vault.ts"

/** What this desk caught somebody at: a row for the screens and a file with the bytes, which anyone can check. */
export type Evidence = {
  /** An envelope's author signed what does not hold. The envelope keeps its place, the line goes on. */
  againstAuthor(code: string, evidence: EnvelopeFrame | string, where: { line: string; place: number }): void
  /** The registry signed what cannot be: from here nothing is called certain until two officers resume. */
  againstRegistry(code: string, evidence: EnvelopeFrame | string): void
  /** Whether the registry stands convicted and nobody has resumed. */
  distrusted(): { code: string; at: string } | undefined
  /** Two different officers, one after the other, call the registry usable again; answers whether that is done. */
  resume(officer: string): boolean
  /** What screens show of it, the latest first. */
  rows(): EvidenceRow[]
}

const SHOWN = 200

/** Opens the evidence of a desk; files go to `folder`/evidence. */
export function openEvidence(archive: Archive, clock: Clock, folder: string, told: (code: string) => void): Evidence {
  const { sql } = archive
  const files = join(folder, "evidence")
  mkdirSync(files, { recursive: true })

  function keep(
    whose: "author" | "registry",
    code: string,
    evidence: EnvelopeFrame | string,
    where?: { line: string; place: number },
  ): void {
    const bytes = typeof evidence === "string" ? Buffer.from(evidence) : formatFrame(evidence)
    // The same bytes can show two things: each is evidence of its own.
    const id = nodeCrypto.sha256(concat(utf8(`${code}\n`), bytes)).toHex()
    if (sql.get`SELECT 1 AS known FROM evidence WHERE id = ${id}`) return
    // The file first: a row without its file would accuse without proof.
    writeDurably(join(files, `${id}.${code}`), bytes)
    sql.run`INSERT INTO evidence VALUES (${id}, ${instantOf(clock)}, ${whose}, ${code}, ${where?.line ?? null}, ${where?.place ?? null}, NULL)`
    told(code)
  }

  return {
    againstAuthor: (code, evidence, where) => keep("author", code, evidence, where),
    againstRegistry: (code, evidence) => keep("registry", code, evidence),
    resume(officer) {
      const first = archive.meta("resume.first")
      if (first === undefined || first === officer || first === "") {
        archive.setMeta("resume.first", officer)
        return false
      }
      sql.run`UPDATE evidence SET resumed = ${instantOf(clock)} WHERE whose = 'registry' AND resumed IS NULL`
      archive.setMeta("resume.first", "")
      return true
    },
    distrusted() {
      const row = sql.get`SELECT code, at FROM evidence WHERE whose = 'registry' AND resumed IS NULL ORDER BY at LIMIT 1`
      return row && { code: text(row.code) ?? "", at: text(row.at) ?? "" }
    },
    rows: () =>
      sql.all`SELECT * FROM evidence ORDER BY at DESC LIMIT ${SHOWN}`.map((row) => ({
        id: text(row.id) ?? "",
        at: text(row.at) ?? "",
        whose: row.whose === "registry" ? "registry" : "author",
        code: text(row.code) ?? "",
        line: text(row.line) ?? null,
        place: typeof row.place === "number" ? row.place : null,
        file: `evidence/${text(row.id)}.${text(row.code)}`,
      })),
  }
}
