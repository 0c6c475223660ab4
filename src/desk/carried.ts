import { parseRecord } from "#offices/judge.ts"
import { type Carried, checkCarried, type ReleaseFault } from "#offices/release.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { packBody, type SaltedText, textHash } from "#seal/body.ts"
import { contradict, parseRelease } from "#seal/release.ts"
import { type Archive, bytes, text } from "./archive.ts"
import type { Arrival, ArrivalParts } from "./arrival.ts"
import type { Evidence } from "./evidence.ts"
import { fieldsOf } from "./fold.ts"
import { recordsOf } from "./records.ts"

/** What the records of an act carry, by their number: a release that holds, or why it does not. */
export type CarriedReleases = ReadonlyMap<number, Carried | ReleaseFault>

/** Of an act that carries none. */
export const NO_RELEASES: CarriedReleases = new Map()

/** Holds the releases that an act carries against the roll at its stamp. Its author controls all of it. */
export async function checkReleases(
  { crypto, versions }: Pick<ArrivalParts, "crypto" | "versions">,
  roll: Roll,
  { form, body, signed: { header } }: Pick<Arrival, "form" | "body" | "signed">,
): Promise<CarriedReleases> {
  if (!form || !body || header.to === "*") return NO_RELEASES
  const kind = versions.get(roll.rules)?.get(form.act)
  if (!kind?.release) return NO_RELEASES
  const records = recordsOf(form, body.texts).map(({ json }) => fieldsOf(json))
  // Most acts carry none: their texts need not be hashed for it.
  if (!records.some(namesRelease)) return NO_RELEASES
  const texts = new Map(body.texts.map((salted) => [textHash(crypto, salted), salted.bytes]))
  const members = header.to.map(({ name }) => name)
  const at = { by: header.from, line: { id: header.line, members }, secretariat: roll.charter.secretariat }
  const found = new Map<number, Carried | ReleaseFault>()
  for (const [number, fields] of records.entries()) {
    const record = parseRecord(kind, fields)
    const carried = "refused" in record ? undefined : await checkCarried({ crypto, roll, kind, at, texts }, record)
    if (carried) found.set(number, carried)
  }
  return found
}

function namesRelease(fields: unknown): boolean {
  return typeof fields === "object" && fields !== null && "release" in fields
}

/**
 * Keeps the releases that hold, inside the caller's transaction, and accuses: whoever carried one that does not, and
 * whoever signed two under one id.
 */
export function keepReleases({ archive, evidence }: { archive: Archive; evidence: Evidence }, arrival: Arrival): void {
  const { frame, body, stamp, signed, releases } = arrival
  const where = { line: signed.header.line, place: stamp.place }
  for (const [number, carried] of releases) {
    if (typeof carried !== "string") {
      const twin = keepRelease(archive, { index: Number(stamp.index), number }, carried)
      if (twin !== undefined) evidence.againstAuthor("release.twice", `${twin}\n${carried.note}`, where)
      // The opened body in the place of the sealed one: the header commits to its act, so anyone can check it.
    } else if (body) evidence.againstAuthor(carried, { ...frame, body: packBody(body) }, where)
  }
}

/** Keeps a release; answers the note that its author signed under the same id before, where that says something else. */
export function keepRelease({ sql }: Archive, at: { index: number; number: number }, one: Carried): string | undefined {
  const { release, note } = one
  const { from, id } = release
  const known = text(sql.get`SELECT note FROM release WHERE author = ${from} AND id = ${id}`?.note)
  if (known === undefined)
    sql.run`INSERT INTO release VALUES (${from}, ${id}, ${release.kind}, ${release.at}, ${release.text}, ${note})`
  sql.run`INSERT INTO carried VALUES (${at.index}, ${at.number}, ${from}, ${id})`
  return known !== undefined && contradict(parseRelease(known).release, release) ? known : undefined
}

/** A release that this desk verified and holds, with the words that it covers. */
export type HeldRelease = { note: string; words: SaltedText }

/** The release of this author and id; undefined where this desk holds none, or its words were erased. */
export function heldRelease({ sql }: Archive, author: string, id: string): HeldRelease | undefined {
  const row = sql.get`SELECT r.note, t.salt, t.bytes FROM release r JOIN text t ON t.hash = r.words
    WHERE r.author = ${author} AND r.id = ${id}`
  const [note, salt, words] = [text(row?.note), bytes(row?.salt), bytes(row?.bytes)]
  return note !== undefined && salt && words ? { note, words: { salt, bytes: words } } : undefined
}
