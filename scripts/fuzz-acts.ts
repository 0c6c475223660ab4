import { z } from "zod"
import { openArchive } from "#desk/archive.ts"
import { NO_RELEASES } from "#desk/carried.ts"
import { ruleEntry } from "#desk/entry.ts"
import { foldAct } from "#desk/fold.ts"
import { type Rules, rules } from "#offices/index.ts"
import { actForm } from "#offices/judge.ts"
import { publicAct } from "#offices/roll/acts.ts"
import { charterSchema, openCharter } from "#offices/roll/charter.ts"
import { emptyRoll, enterPublicAct } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { parseJson } from "#register/json.ts"
import { parseVerifierKey } from "#register/note.ts"
import { parsePolicy } from "#register/policy.ts"
import { recordHash, type SaltedText } from "#seal/body.ts"
import { revokeDeskKey } from "#seal/desk-key.ts"
import { isInstant } from "#seal/form.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { parseFingerprint } from "#sheet/fingerprint.ts"
import { type Chance, instant, name, wholeNumber, words } from "./fuzz-chance.ts"
import { nested, strangeValue } from "./fuzz-change.ts"
import { certificate, crypto, founded, joining, NAMES, office, roll, roots, sealingKeys } from "./fuzz-office.ts"
import { bytesOf, textOf } from "./fuzz-register.ts"
import { type Parser, REFUSED } from "./fuzz-run.ts"

const THREE = NAMES.toSorted()
const id = (n: number) => n.toString(16).padStart(64, "0")
/** The line on which acts are folded, and matters and headers that they may be about. */
export const LINE = id(0x1000)
const KNOWN = [LINE, id(0x2000), id(0x2001), id(0x3000), id(0x3001)] as const

type Schema = {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema | false
  prefixItems?: Schema[]
  minItems?: number
  minimum?: number
  maximum?: number
  pattern?: string
  format?: string
}

/** The JSON Schema of a zod schema, as far as making values needs it. */
export const asSchema = (of: z.ZodType) => z.toJSONSchema(of, { io: "input", unrepresentable: "any" }) as Schema

/** A value of a schema; now and then, and in one of its parts, any other. */
export function valueFor(schema: Schema, chance: Chance): unknown {
  if (chance.once(60)) return strangeValue(chance, 3)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[chance.below(schema.enum.length)]
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return valueFor(choices[chance.below(choices.length)] ?? {}, chance)
  if (schema.type === "object") return objectOf(schema, chance)
  if (schema.type === "array") return listOf(schema, chance)
  if (schema.type === "boolean") return chance.once(2)
  if (schema.type === "integer" || schema.type === "number") return numberOf(schema, chance)
  return schema.type === "string" ? stringOf(schema, chance) : strangeValue(chance, 2)
}

function objectOf({ properties = {}, required = [] }: Schema, chance: Chance): Record<string, unknown> {
  const fields = Object.entries(properties).filter(([key]) => required.includes(key) || chance.once(2))
  return Object.fromEntries(fields.map(([key, schema]) => [key, valueFor(schema, chance)]))
}

function listOf({ items, prefixItems, minItems = 0 }: Schema, chance: Chance): unknown[] {
  if (prefixItems) return prefixItems.map((schema) => valueFor(schema, chance))
  return Array.from({ length: minItems + chance.below(3) }, () => valueFor(items || {}, chance))
}

function numberOf({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema, chance: Chance): number {
  return Math.min(maximum, minimum + (chance.once(2) ? chance.below(4) : wholeNumber(chance)))
}

function stringOf({ pattern = "", format }: Schema, chance: Chance): string {
  if (format === "date-time") return instant(chance)
  if (pattern.includes("[0-9a-f]{64}")) return chance.once(4) ? chance.id() : chance.of(KNOWN)
  if (pattern.includes("[a-z][a-z0-9-]")) return chance.once(4) ? name(chance) : chance.of(NAMES)
  return words(chance)
}

const version: Rules = rules.get(roll.rules) ?? new Map()
const kinds = [...version.values()]
const schemas = new Map(kinds.map((kind) => [kind.kind, asSchema(kind.schema)]))

/** A record of a kind, as JSON: of its schema, or strange, or deeper than anybody needs. */
export function recordText(kind: string, chance: Chance): string {
  const value = valueFor(schemas.get(kind) ?? {}, chance)
  const text = JSON.stringify(chance.once(3) ? value : aimed(kind, value, chance)) ?? "null"
  if (!chance.once(30_000)) return text
  return `{"matter":"${KNOWN[1]}","deep":${nested(text, chance, 4 << 20)}}`
}

/** The record about something that is there, named as it is. */
function aimed(kind: string, value: unknown, chance: Chance): unknown {
  if (typeof value !== "object" || value === null || !("matter" in value)) return value
  if (kind.startsWith("line.")) return { ...value, matter: LINE }
  const [matter, of] = chance.of([[KNOWN[1], KNOWN[3]] as const, [KNOWN[2], KNOWN[4]] as const])
  return "of" in value ? { ...value, matter, of } : value
}

/** An act as its author seals it, with the records that travel among its texts. */
export function act(chance: Chance): { act: string; texts: SaltedText[] } {
  const known = kinds[chance.below(kinds.length)]?.kind ?? ""
  const kind = chance.once(20) ? chance.of(["", "message.lost", "a.\ud800", "a\u0000b", "constructor"]) : known
  const software = chance.id()
  if (!chance.once(6))
    return {
      act: `{"act":${JSON.stringify(kind)},"software":"${software}","record":${recordText(kind, chance)}}`,
      texts: [],
    }
  const texts = Array.from({ length: 1 + chance.below(4) }, () => ({
    salt: chance.bytes(32),
    bytes: Buffer.from(
      chance.once(9) ? chance.of([words(chance), "null", "[]", '{"matter":1}']) : recordText(kind, chance),
    ),
  }))
  const list = texts.map((one) => recordHash(nodeCrypto, one))
  // Named twice, or named and not there.
  if (chance.once(6)) list.push(chance.once(2) ? (list[0] ?? "") : chance.id())
  return { act: JSON.stringify({ act: kind, software, list }), texts }
}

/** An archive with an open line and a message on it, in memory. */
export async function openFolded() {
  const archive = await openArchive(":memory:")
  const entry = (index: number, by: string, header: string) =>
    entryAt({ index, by, header, at: "2027-01-01T00:00:00.000Z", precedence: "ROUTINE" })
  const software = id(9)
  const fold = (index: number, by: string, kind: string, record: Record<string, unknown> & { matter: string }) => {
    const form = { act: kind, software, record }
    foldAct(archive, roll, { form, texts: [], releases: NO_RELEASES }, entry(index, by, id(0x3000 + index)))
  }
  const open = {
    proposedBy: NAMES[0],
    text: "",
    purpose: "",
    members: THREE,
    accepted: {},
    openedAt: "2027-01-01T00:00:00.000Z",
  }
  archive.sql.run`PRAGMA foreign_keys = OFF`
  insertLine(archive, open)
  const [, message = "", other = ""] = KNOWN
  fold(0, "meridia", "message.sent", { matter: message, language: "en", subject: id(1), body: id(2) })
  fold(1, "borealia", "message.sent", { matter: other, language: "uk", subject: id(1), body: id(2), replyTo: message })
  return archive
}

function insertLine({ db, sql }: Awaited<ReturnType<typeof openArchive>>, state: object): void {
  const columns = db
    .prepare("SELECT name FROM pragma_table_info('matter')")
    .all()
    .map((row) => String(row.name))
  const known: Record<string, string | number | null> = {
    ...{ line: LINE, id: LINE, office: "line", state: JSON.stringify(state), opened: 0, folded: 0, due: null },
  }
  const values = columns.map((column) => known[column] ?? null)
  db.prepare(`INSERT INTO matter VALUES (${columns.map(() => "?").join(", ")})`).run(...values)
  sql.run`INSERT INTO line VALUES (${LINE}, ${THREE.join(" ")}, 1, ${LINE})`
}

type Facts = { index: number; by: string; header: string; at: string; precedence: "ROUTINE" | "FLASH" }

const entryAt = (facts: Facts) => ruleEntry(roll, { ...facts, place: facts.index + 2, line: LINE, members: THREE })

const folded = await openFolded()

/** Thrown inside a transaction so that nothing of it stays. */
class Undone extends Error {}

/** `by`, instant and act on three lines; the records of a list follow, each with its salt in hex. */
const acts: Parser = {
  name: "act",
  most: 8 << 20,
  make(chance) {
    const { act: text, texts } = act(chance)
    const records = texts.map(({ salt, bytes }) => `${salt.toHex()}${Buffer.from(bytes).toString()}`)
    return [chance.of([...NAMES, "nobody"]), instant(chance), text, ...records].join("\n")
  },
  read(input) {
    const [by = "", at = "", text = "", ...records] = textOf(input).split("\n")
    const form = actForm.safeParse(parsed(text))
    if (!form.success || !isInstant(at)) return REFUSED
    const texts = records.map((one) => ({
      salt: Buffer.from(one.slice(0, 64), "hex"),
      bytes: Buffer.from(one.slice(64)),
    }))
    let taken: unknown = REFUSED
    try {
      folded.transact(() => {
        const entry = entryAt({ index: 1000, by, header: id(0x3000), at, precedence: "FLASH" })
        if (
          foldAct(folded, roll, { form: form.data, texts, releases: NO_RELEASES }, entry).some(
            (one) => one.refused === null,
          )
        )
          taken = form.data
        throw new Undone()
      })
    } catch (error) {
      if (!(error instanceof Undone)) throw error
    }
    return taken
  },
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

const publicSchema = asSchema(publicAct)

/** Whose act it is, on which public line, and the act. */
const publicActs: Parser = {
  name: "public-act",
  make(chance) {
    const real = joining[chance.below(joining.length)]
    if (real && chance.once(3)) return `${real.by} ${real.line}\n${JSON.stringify(real.act)}`
    const who = chance.below(NAMES.length)
    const common = { matter: office, delegation: NAMES[who] }
    const revocation = revokeDeskKey(
      { office, delegation: NAMES[who] ?? "", key: `${NAMES[who]}-desk-1` },
      roots[who] ?? ([] as never),
    )
    const made = chance.of([
      { act: "desk-key.certified", ...common, certificate: certificate(who, `${NAMES[who]}-desk-1`) },
      { act: "desk-key.revoked", ...common, revocation },
      { act: "rules.adopted", matter: office, number: 2, release: chance.id() },
      { act: "sealing-keys.published", matter: office, keys: sealingKeys(who, 15, "2027-01-15") },
      valueFor(publicSchema, chance),
    ])
    return `${NAMES[who]} ${chance.below(3)}\n${JSON.stringify(made)}`
  },
  async read(input) {
    const text = textOf(input)
    const end = text.indexOf("\n")
    const [by = "", line = ""] = text.slice(0, end).split(" ")
    const form = publicAct.safeParse(parsed(text.slice(end + 1)))
    if (!form.success) return REFUSED
    const entry = { by, line: Number(line), index: 1000, header: id(5), at: "2026-11-23T00:00:00.000Z" }
    for (const before of [emptyRoll(founded), roll]) {
      const next = await enterPublicAct(crypto, before, form.data, entry)
      if (!("refused" in next)) return next
    }
    return REFUSED
  },
}

const charterForm = asSchema(charterSchema)

const charters: Parser = {
  name: "charter",
  make(chance) {
    const charter: Record<string, unknown> = { ...founded.charter }
    const keys = Object.keys(charterForm.properties ?? {})
    const key = keys[chance.below(keys.length)] ?? "name"
    if (!chance.once(3)) charter[key] = valueFor(charterForm.properties?.[key] ?? {}, chance)
    return JSON.stringify(charter, null, chance.below(3))
  },
  read(input) {
    const { charter } = openCharter(nodeCrypto, textOf(input))
    for (const key of [charter.registry, ...charter.register.keys]) parseVerifierKey(nodeCrypto, key)
    parsePolicy(nodeCrypto, charter.policy)
    return emptyRoll({ ...founded, charter })
  },
}

const actForms: Parser = {
  name: "act-form",
  most: 1 << 23,
  make: (chance) => Buffer.from(act(chance).act),
  read(input) {
    // As a desk reads what it opened: bytes to text to JSON to form.
    const form = actForm.safeParse(parsed(fromUtf8(bytesOf(input))))
    return form.success ? form.data : REFUSED
  },
}

const fingerprints: Parser = {
  name: "fingerprint",
  make: (chance) =>
    chance.once(2)
      ? chance.id()
      : Array.from({ length: 8 }, () => String(chance.below(65_536)).padStart(5, "0")).join(" "),
  read: (input) => void parseFingerprint(textOf(input)),
}

/** The parsers of acts, charters and what names an office. */
export const ACT_PARSERS: readonly Parser[] = [actForms, acts, publicActs, charters, fingerprints]
