import { publicAct } from "#offices/roll/acts.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { emptyRoll, enterPublicAct, type PublicEntry, type Roll } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import { publicLine, publicLineNumber } from "#seal/stamp.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import type { Arrival } from "./arrival.ts"

/** The roll after a public act; unchanged where the act is malformed or its rule refuses it. */
export async function rollAfterAct(crypto: Crypto, roll: Roll, act: Uint8Array, entry: PublicEntry): Promise<Roll> {
  try {
    const parsed = publicAct.safeParse(parseJson(fromUtf8(act)))
    if (!parsed.success) return roll
    const next = await enterPublicAct(crypto, roll, parsed.data, entry)
    return "refused" in next ? roll : next
  } catch (error) {
    if (error instanceof VerificationError) return roll
    throw error
  }
}

/** The roll after an envelope; a sealed one changes nothing. */
export async function rollAfter(crypto: Crypto, roll: Roll, { body, signed, stamp }: Arrival): Promise<Roll> {
  const line = publicLineNumber(signed.header.line)
  if (line === undefined || !body) return roll
  const entry = { by: signed.header.from, at: stamp.at, index: Number(stamp.index), line, header: signed.hash }
  return rollAfterAct(crypto, roll, body.act, entry)
}

/**
 * The roll as the archive's public envelopes `before` an index fold it; nothing about keys is believed because the
 * registry says so.
 */
export async function foldRoll(
  crypto: Crypto,
  { sql }: Archive,
  founded: Founded,
  before = Number.MAX_SAFE_INTEGER,
): Promise<Roll> {
  let roll = emptyRoll(founded)
  const rows = sql.all`SELECT "index", line, sender, hash, at, act FROM envelope
    WHERE line IN (${publicLine(0)}, ${publicLine(1)}) AND act IS NOT NULL AND "index" < ${before} ORDER BY "index"`
  for (const row of rows) {
    const line = publicLineNumber(text(row.line) ?? "") ?? -1
    const [by, at, header] = [text(row.sender) ?? "", text(row.at) ?? "", text(row.hash) ?? ""]
    const entry = { by, at, index: number(row.index), line, header }
    roll = await rollAfterAct(crypto, roll, bytes(row.act) ?? new Uint8Array(), entry)
  }
  return roll
}
