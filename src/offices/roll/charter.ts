import { z } from "zod"
import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import { type Clocks, id, name } from "../act.ts"

const inThreeLanguages = z.strictObject({ en: z.string().min(1), uk: z.string().min(1), ru: z.string().min(1) })
const mandateText = z.string().trim().min(1).max(20_000)
const seconds = z.int().min(1).max(100_000_000)
const perPrecedence = z.strictObject({ FLASH: seconds, IMMEDIATE: seconds, PRIORITY: seconds, ROUTINE: seconds })

/**
 * The founding act: who is named, which keys the register has, which witnesses count, which clocks run. Its text's hash
 * names the office in everything that is ever signed (docs/specs/charter.md).
 */
export const charterSchema = z.strictObject({
  iod: z.literal("charter/v1"),
  /** An exercise is its own office: nothing of it replays into a real one. */
  exercise: z.boolean(),
  name: inThreeLanguages,
  languages: z.array(z.enum(["en", "uk", "ru"])).min(1),
  secretariat: name,
  delegations: z
    .array(
      z.strictObject({
        name,
        kind: z.enum(["secretariat", "party", "council", "participant"]),
        names: inThreeLanguages,
        /** Fingerprint of the root key of a founder; a delegation that has not joined has none. */
        root: id.nullable(),
      }),
    )
    .min(2),
  /** Verifier key of the registry's stamps, heads and refusals. */
  registry: z.string(),
  register: z.strictObject({ origin: z.string().min(1).max(200), keys: z.array(z.string()).min(1).max(2) }),
  /** Which witnesses must cosign, in tlog-policy syntax. */
  policy: z.string().max(100_000),
  rules: z.int().min(1),
  /** The text that a delegation accepts, in each language. */
  mandate: z.strictObject({ en: mandateText, uk: mandateText, ru: mandateText }).optional(),
  /** How many members of the council confirm a root key, suspend a delegation, amend this charter. */
  council: z.strictObject({ k: z.int().min(1).max(100) }).default({ k: 2 }),
  /** Zones of time that are shown beside UTC, each with the delegation whose own it is: that one sees it first. */
  zones: z
    .array(z.strictObject({ zone: z.string().max(64), names: inThreeLanguages, of: name }))
    .max(4)
    .optional(),
  /** Terms that are said one way in each language, offered to whoever writes or translates. */
  glossary: z.array(inThreeLanguages).max(500).optional(),
  clocks: z.strictObject({
    /** Seconds between the slots of a line of two while somebody is signed in, and otherwise. */
    slot: z.strictObject({ attended: seconds, unattended: seconds }),
    /** Seconds between the slots of a line of more than two. */
    slotOfMany: z.strictObject({ attended: seconds, unattended: seconds }),
    acknowledge: perPrecedence,
    /** Within which each precedence is to be handled at the addressee's, once acknowledged or not (handbook §1.2). */
    handle: perPrecedence.default({ FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 21_600 }),
    /** Within which the addressee's desk should hold a message; beyond it its author's screens say: telephone. */
    deliver: perPrecedence.default({ FLASH: 120, IMMEDIATE: 300, PRIORITY: 1800, ROUTINE: 7200 }),
    /** Between one notice of an unacknowledged message and the next, at its addressee's. */
    notice: perPrecedence.default({ FLASH: 60, IMMEDIATE: 300, PRIORITY: 1800, ROUTINE: 21_600 }),
    /** After how many notices the deputy is called too. */
    deputyAfter: z.int().min(1).max(100).default(3),
    /** Line checks by officers: hours of the day, UTC, and the seconds within which one is to be read back. */
    checks: z
      .strictObject({ at: z.array(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)).max(24), answer: seconds })
      .default({ at: ["06:00", "14:00"], answer: 3600 }),
    /** How far a stamp may lie outside its witnesses' times before it is evidence. */
    stampBound: seconds,
  }),
  limits: z.strictObject({
    /** Bytes of a sealed body. */
    body: z.int().min(8192),
    /** Envelopes a minute for each desk; FLASH, receipts and checks have the second allowance. */
    perMinute: z.int().min(1),
    urgentPerMinute: z.int().min(1),
    /** Envelopes of one desk that may wait to be entered at once. */
    backlog: z.int().min(1),
    /** Bytes of one attachment as sealed, and of all of one desk that others have still to take. */
    files: z.strictObject({ length: z.int().min(65_536), backlog: z.int().min(65_536) }).optional(),
  }),
})

export type Charter = z.infer<typeof charterSchema>

/** A charter as it is written: what it leaves out has the value that the schema names. */
export type CharterText = z.input<typeof charterSchema>

/** The clocks of a charter that rules read. */
export function clocksOf({ clocks }: Charter): Clocks {
  return { acknowledge: clocks.acknowledge, check: clocks.checks.answer }
}

/** A charter with the hash that names its office. */
export type Founded = { office: string; charter: Charter; text: string }

/** Reads a charter's text; throws `charter.malformed`. */
export function openCharter(crypto: Crypto, text: string): Founded {
  return { office: crypto.sha256(utf8(text)).toHex(), charter: parseCharter(text), text }
}

/** A charter's form; throws `charter.malformed`. */
export function parseCharter(text: string): Charter {
  const parsed = charterSchema.safeParse(readJson(text))
  if (!parsed.success) throw new VerificationError("charter.malformed", "the charter is not of its form")
  const charter = parsed.data
  const names = charter.delegations.map((d) => d.name)
  if (new Set(names).size !== names.length || !names.includes(charter.secretariat))
    throw new VerificationError("charter.malformed", "the charter names a delegation twice, or no secretariat")
  return charter
}

function readJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new VerificationError("charter.malformed", "the charter is not JSON")
  }
}
