import type { MessageState } from "#offices/lines/message.ts"
import type { Founded } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { base64, utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { formatProof } from "#register/proof.ts"
import { HASH_BYTES } from "#register/tree.ts"
import { parseSignedHeader } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { publicLine } from "#seal/stamp.ts"
import {
  formatData,
  formatSheet,
  type LineEntry,
  type RollEntry,
  type Run,
  type SheetData,
  TEMPLATE,
} from "#sheet/form.ts"
import { renderSheet } from "#sheet/readable.ts"
import { examine } from "#sheet/verify.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { fieldsOf } from "./fold.ts"
import { gapsBetween } from "./gaps.ts"

/** What an officer chooses of a sheet. */
export type SheetChoice = {
  language: SheetData["language"]
  /** Hashes of texts to disclose, or of headers whose texts all are. Every other text stays a hash. */
  disclose: readonly string[]
  /** Every envelope of the line instead of an extract; what they say about other matters stays sealed. */
  whole?: boolean | undefined
}

/** Why there is no sheet. */
export type SheetRefusal = { refused: "sheet.unknown-matter" | "sheet.not-witnessed" | "sheet.gap" }

/** `charters`: every one that was in force, as the desk's roll has them. */
export type SheetParts = { archive: Archive; founded: Founded; charters: Roll["charters"] }

type Row = Record<string, unknown>
type Salted = { salt: string; bytes: string }

/**
 * Writes the proof sheet of a matter from the archive alone, so that it works with the registry away. Only witnessed
 * envelopes stand in it; the desk checks what it wrote as any stranger will, before it hands it out.
 */
export async function writeSheet(
  parts: SheetParts,
  line: string,
  matter: string,
  choice: SheetChoice,
): Promise<string | SheetRefusal> {
  const { archive, founded } = parts
  const data = archive.transact(() => collect(parts, line, matter, choice))
  if ("refused" in data) return data
  const dataText = formatData(data)
  try {
    const findings = await examine(nodeCrypto, founded, data, dataText)
    return formatSheet(renderSheet(findings, choice.language), dataText)
  } catch (cause) {
    // What the registry stamped behind a gap may contradict itself, which it stands convicted of already.
    if (cause instanceof VerificationError && data.behind) return { refused: "sheet.gap" }
    if (cause instanceof VerificationError)
      throw new Error(`the archive ${archive.path} holds what does not verify; no proof sheet was written`, { cause })
    throw cause
  }
}

function collect(parts: SheetParts, line: string, matter: string, choice: SheetChoice): SheetData | SheetRefusal {
  const { archive, founded } = parts
  const { sql } = archive
  const state = sql.get`SELECT state, opened FROM matter WHERE line = ${line} AND id = ${matter} AND id <> line`
  if (!state) return { refused: "sheet.unknown-matter" }
  const opening = proven(archive, number(state.opened))
  if (!opening) return { refused: "sheet.not-witnessed" }
  const about = aboutMatter(archive, line, matter, state)
  const chosen = choice.whole ? wholeLine(archive, line) : [...about.keys(), ...deliveries(archive, opening)]
  // What is not witnessed yet comes with a later sheet; of a whole line nothing may be left out but its tail.
  const runs = inParts(archive, line, allProven(archive, chosen))
  if (!runs) return { refused: "sheet.not-witnessed" }
  const { rows, chain, behind } = runs
  const checkpoints = openCheckpoints(archive)
  const envelopes = rows.map((row) => {
    const record = about.get(number(row.index))
    if (record !== undefined) checkpoints.named(row)
    return { ...checkpoints.entered(row), ...shown(archive, row, record, choice.disclose) }
  })
  const roll = rollEntries(parts, checkpoints, rows)
  if (!roll) return { refused: "sheet.not-witnessed" }
  const { notes, renumber } = checkpoints.sorted()
  return {
    ...{ iod: "proof-sheet/v1", template: TEMPLATE, language: choice.language, charter: founded.text, line, matter },
    checkpoints: notes,
    roll: roll.map(renumber),
    chain,
    ...(behind.length > 0 ? { behind } : {}),
    envelopes: envelopes.map(renumber),
  }
}

/** Those that are proven, in the register's order, each once. */
function allProven(archive: Archive, indexes: readonly number[]): Row[] {
  return [...new Set(indexes)]
    .sort((a, b) => a - b)
    .map((index) => proven(archive, index))
    .filter((row) => row !== undefined)
}

type Parts = { rows: Row[]; chain: Run; behind: Run[] }

/**
 * The line between these envelopes in parts without a gap, and with them the envelopes on both sides of each gap, whose
 * stamps hold the parts; undefined while one of those is not proven.
 */
function inParts(archive: Archive, line: string, chosen: readonly Row[]): Parts | undefined {
  const { sql } = archive
  const [first, last] = [number(chosen[0]?.place), number(chosen.at(-1)?.place)]
  const gaps = gapsBetween(archive, line, first, last)
  const part = (from: number, until = last): Run => {
    const held = sql.all`SELECT hash FROM envelope WHERE line = ${line} AND place BETWEEN ${from} AND ${until} ORDER BY place`
    return { from, hashes: held.map((row) => text(row.hash) ?? "") }
  }
  const edges = gaps
    .flatMap(({ after, until }) => [after, until])
    .map((place) => {
      return number(sql.get`SELECT "index" FROM envelope WHERE line = ${line} AND place = ${place}`?.index)
    })
  const rows = allProven(archive, [...chosen.map((row) => number(row.index)), ...edges])
  if (!edges.every((index) => rows.some((row) => row.index === index))) return undefined
  const behind = gaps.map(({ until }, i) => part(until, gaps[i + 1]?.after))
  return { rows, chain: part(first, gaps[0]?.after), behind }
}

/** Index of every envelope about the matter, with the number of its record there: acts, and the replies to it. */
function aboutMatter({ sql }: Archive, line: string, matter: string, row: Row): Map<number, number> {
  const acts = sql.all`SELECT "index", min(number) AS number FROM record WHERE matter = ${matter} AND line = ${line} GROUP BY "index"`
  const found = new Map(acts.map((act) => [number(act.index), number(act.number)]))
  const { answers = {} } = JSON.parse(text(row.state) ?? "null") as Partial<MessageState>
  for (const { replied } of Object.values(answers)) {
    const reply =
      replied && sql.get`SELECT number FROM record WHERE "index" = ${replied.index} AND matter = ${replied.matter}`
    if (replied && reply && !found.has(replied.index)) found.set(replied.index, number(reply.number))
  }
  return found
}

/** For each other member the first envelope whose `seen` has passed the matter's opening. */
function deliveries({ sql }: Archive, opening: Row): number[] {
  const [line, place, author] = [text(opening.line) ?? "", number(opening.place), text(opening.sender) ?? ""]
  const members = (text(sql.get`SELECT members FROM line WHERE id = ${line}`?.members) ?? "").split(" ")
  return members
    .filter((member) => member !== author)
    .flatMap((member) => {
      const row = sql.get`SELECT "index" FROM envelope WHERE line = ${line} AND sender = ${member} AND seen >= ${place} ORDER BY seen, place LIMIT 1`
      return row ? [number(row.index)] : []
    })
}

function wholeLine({ sql }: Archive, line: string): number[] {
  return sql.all`SELECT "index" FROM envelope WHERE line = ${line} ORDER BY place`.map((row) => number(row.index))
}

/** An envelope with its proof; undefined while no witnessed checkpoint covers it. */
function proven({ sql }: Archive, index: number): Row | undefined {
  return sql.get`SELECT e.*, p.size, p.hashes FROM envelope e JOIN proof p ON p."index" = e."index" WHERE e."index" = ${index}`
}

/** Public line 0 up to the last place that these stamps name; undefined while one of its places is not witnessed. */
function rollEntries(
  { archive, charters }: SheetParts,
  checkpoints: Checkpoints,
  rows: readonly Row[],
): RollEntry[] | undefined {
  const used = Math.max(...rows.map((row) => Number(/^roll (\d+) /m.exec(text(row.stamp) ?? "")?.[1])))
  let entries = rollTo(archive, checkpoints, used)
  // The charter says whose cosignatures a checkpoint needs: with every one that came in, an amendment may be over it.
  for (let size = -1; entries && size !== checkpoints.largest(); ) {
    size = checkpoints.largest()
    entries = rollTo(archive, checkpoints, Math.max(used, lastAmendment(archive, charters, size)))
  }
  return entries
}

/** Place on public line 0 of the last amendment over a register of this size; 0 for none. */
function lastAmendment({ sql }: Archive, charters: Roll["charters"], size: number): number {
  const last = charters.slice(1).findLast(({ index }) => index < size)
  return last ? number(sql.get`SELECT place FROM envelope WHERE "index" = ${last.index}`?.place) : 0
}

function rollTo(archive: Archive, checkpoints: Checkpoints, highest: number): RollEntry[] | undefined {
  const indexes = archive.sql
    .all`SELECT "index" FROM envelope WHERE line = ${publicLine(0)} AND place <= ${highest} ORDER BY place`
  const places = indexes.map((row) => proven(archive, number(row.index))).filter((row) => row !== undefined)
  if (places.length !== highest) return undefined
  return places.map((row) => {
    const act = bytes(row.act)
    const entered = checkpoints.entered(row)
    if (act) return { ...entered, act: salted(row.salt, act) }
    // What did not open counts for nothing in the roll, and its body shows that.
    return { ...entered, body: base64(bytes(row.sealed) ?? new Uint8Array()) }
  })
}

/** What of an envelope is shown: the act if it is about the matter, of a list its one record, the chosen texts. */
function shown(
  archive: Archive,
  row: Row,
  record: number | undefined,
  disclose: readonly string[],
): Pick<LineEntry, "act" | "texts"> {
  const act = bytes(row.act)
  if (record === undefined || !act) return { act: null, texts: [] }
  const { sql } = archive
  const held = sql.get`SELECT fields, salt FROM record WHERE "index" = ${number(row.index)} AND number = ${record}`
  const fields: unknown = fieldsOf(text(held?.fields) ?? "null")
  const all = disclose.includes(text(row.hash) ?? "")
  const texts = [...new Set(Object.values(fields ?? {}))].flatMap((hash) => {
    if (typeof hash !== "string" || !(all || disclose.includes(hash))) return []
    const found = sql.get`SELECT salt, bytes FROM text WHERE hash = ${hash}`
    // One that was erased stays a hash.
    return found ? [salted(found.salt, bytes(found.bytes))] : []
  })
  // A record of a list has a salt of its own; its bytes are the fields as their author wrote them.
  const listed = held?.salt ? salted(held.salt, utf8(text(held.fields) ?? "")) : null
  return { act: { ...salted(row.salt, act), record: listed }, texts }
}

function salted(salt: unknown, content: Uint8Array | undefined): Salted {
  return { salt: base64(bytes(salt) ?? new Uint8Array()), bytes: base64(content ?? new Uint8Array()) }
}

type Checkpoints = ReturnType<typeof openCheckpoints>

/** Gathers the checkpoints that a sheet needs, each once; `checkpoint` is a size until they are `sorted`. */
function openCheckpoints({ sql }: Archive) {
  const held = new Map<number, string>()
  const hold = (size: number) => {
    const note = held.get(size) ?? text(sql.get`SELECT note FROM checkpoint WHERE size = ${size}`?.note)
    if (note !== undefined) held.set(size, note)
    return note
  }
  return {
    entered(row: Row): Pick<LineEntry, "header" | "stamp" | "proof"> {
      const [checkpoint, all] = [number(row.size), bytes(row.hashes) ?? new Uint8Array()]
      hold(checkpoint)
      const hashes = Array.from({ length: all.length / HASH_BYTES }, (_, i) =>
        all.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
      )
      // Without its checkpoint, which the sheet holds once, and without the empty line before it.
      const tlog = formatProof({ index: BigInt(number(row.index)), hashes, checkpoint: "" }).slice(0, -1)
      return { header: text(row.header) ?? "", stamp: text(row.stamp) ?? "", proof: { checkpoint, tlog } }
    },
    /** Holds the checkpoint that a header names, and the one before it: after that one the header was signed. */
    named(row: Row): void {
      const { register } = parseSignedHeader(nodeCrypto, text(row.header) ?? "").header
      if (!register || hold(Number(register.size)) === undefined) return
      const before = sql.get`SELECT max(size) AS size FROM checkpoint WHERE size < ${Number(register.size)}`?.size
      if (before !== null && before !== undefined) hold(number(before))
    },
    /** Size of the largest that is held. */
    largest: () => Math.max(0, ...held.keys()),
    sorted() {
      const sizes = [...held.keys()].sort((a, b) => a - b)
      const renumber = <T extends { proof: LineEntry["proof"] }>(entry: T): T => ({
        ...entry,
        proof: { ...entry.proof, checkpoint: sizes.indexOf(entry.proof.checkpoint) },
      })
      return { notes: sizes.map((size) => held.get(size) ?? ""), renumber }
    },
  }
}
