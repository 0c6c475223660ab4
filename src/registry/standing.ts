import { publicAct } from "#offices/roll/acts.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { emptyRoll, enterPublicAct, type Roll } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { unpackBody } from "#seal/body.ts"
import { publicLineNumber } from "#seal/stamp.ts"
import { instantIn, type Ledger, type Row } from "./ledger.ts"

/** The roll and the instant of the last stamp after everything that is entered. */
export type Standing = { roll: Roll; at: string }

const GROUP = 500

/** What stands in a ledger: its public entries folded one after the other. */
export async function foldLedger(crypto: Crypto, ledger: Ledger, founded: Founded): Promise<Standing> {
  let roll = emptyRoll(founded)
  for (let rows = await ledger.publicEntries(0n, GROUP); rows.length > 0; ) {
    for (const row of rows) roll = await foldRow(crypto, roll, row)
    rows = await ledger.publicEntries((rows.at(-1)?.index ?? 0n) + 1n, GROUP)
  }
  return { roll, at: await ledger.lastAt() }
}

/** A public act that the rules refuse leaves the roll as it was. */
async function foldRow(crypto: Crypto, roll: Roll, row: Row): Promise<Roll> {
  const act = publicAct.parse(JSON.parse(fromUtf8(unpackBody(row.body ?? new Uint8Array()).act)))
  const line = publicLineNumber(row.line) ?? -1
  // The stamp is this registry's own.
  const at = instantIn(row.stamp)
  const named = { by: row.sender, at, index: Number(row.index), line, header: row.hash }
  const next = await enterPublicAct(crypto, roll, act, named)
  return "refused" in next ? roll : next
}
