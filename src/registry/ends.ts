import type { Roll } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import type { Header } from "#seal/header.ts"
import { publicLine, type RegistryRefusalCode } from "#seal/stamp.ts"
import { type Admitted, EVERYONE, secretariatLineId } from "./admission.ts"
import type { Ledger, Row } from "./ledger.ts"

/** Where a line ends; place 0 and the line's id before its first envelope. */
export type LineEnd = { place: number; head: string; members: readonly string[] | undefined }
type ChainEnd = { serial: number; hash: string | null }

/**
 * The ends of lines and of senders' chains: read from the ledger once, then kept. Only what was committed is kept, so a
 * crash leaves nothing here that is not on disk.
 */
export type Ends = {
  end(line: string, group: readonly Row[]): Promise<LineEnd>
  /** Whether an envelope continues its sender's chain and fits its line's members, after what `group` already holds. */
  judge(roll: Roll, admitted: Admitted, group: readonly Row[]): Promise<"permitted" | RegistryRefusalCode>
  /** Whether its sender's chain already holds this serial: without that nothing of it was ever entered. */
  isPast(header: Pick<Header, "line" | "from" | "serial">): Promise<boolean>
  keep(rows: readonly Row[]): void
}

/** Opens the ends over a ledger. */
export function openEnds(crypto: Crypto, ledger: Ledger): Ends {
  const lines = new Map<string, LineEnd>()
  const chains = new Map<string, ChainEnd>()

  async function end(line: string, group: readonly Row[]): Promise<LineEnd> {
    const last = group.findLast((row) => row.line === line)
    if (last) return last
    const kept = lines.get(line)
    if (kept) return kept
    const read = (await ledger.lineEnd(line)) ?? { place: 0, head: line, members: undefined }
    lines.set(line, read)
    return read
  }

  async function chain(line: string, sender: string, group: readonly Row[]): Promise<ChainEnd> {
    const last = group.findLast((row) => row.line === line && row.sender === sender)
    if (last) return last
    const key = `${line} ${sender}`
    const kept = chains.get(key)
    if (kept) return kept
    const read = (await ledger.chainEnd(line, sender)) ?? { serial: 0, hash: null }
    chains.set(key, read)
    return read
  }

  return {
    end,
    async judge(roll, { header, members }, group) {
      const wanted = (await end(header.line, group)).members ?? openingMembers(crypto, roll, header.line, members)
      if (!wanted || wanted.join(" ") !== members.join(" ")) return "members"
      const last = await chain(header.line, header.from, group)
      if (header.serial > last.serial + 1) return "order"
      if (header.serial <= last.serial) return "serial"
      return header.prev === last.hash ? "permitted" : "prev"
    },
    async isPast({ line, from, serial }) {
      // Nothing is kept here: whoever asks has not been counted against an allowance yet.
      const last = chains.get(`${line} ${from}`) ?? (await ledger.chainEnd(line, from))
      return last !== undefined && serial <= last.serial
    },
    keep(rows) {
      for (const row of rows) {
        lines.set(row.line, row)
        chains.set(`${row.line} ${row.sender}`, row)
      }
    },
  }
}

/**
 * Who may open a line that nobody began: everyone on a public one, the two members on a line with the secretariat,
 * whose id any stranger could compute and occupy. Every other id hides a nonce, and its text travels sealed.
 */
function openingMembers(
  crypto: Crypto,
  roll: Roll,
  line: string,
  members: readonly string[],
): readonly string[] | undefined {
  if (line === publicLine(0) || line === publicLine(1)) return EVERYONE
  const owner = Object.values(roll.members).find((member) => secretariatLineId(crypto, roll, member) === line)
  return owner ? [owner.name, roll.charter.secretariat].sort() : members
}
