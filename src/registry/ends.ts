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
 * The ends of lines and of senders' chains after everything that is on disk or on its way there: read from the ledger
 * once, then kept. They are a copy: what fails on its way is forgotten with all of it, and read again.
 */
export type Ends = {
  end(line: string): Promise<LineEnd>
  /** Whether an envelope continues its sender's chain and fits its line's members. */
  judge(roll: Roll, admitted: Admitted): Promise<"permitted" | RegistryRefusalCode>
  /** The stamp of a row that is on its way. */
  stampOf(hash: string): string | undefined
  /** Whether its sender's chain already holds this serial: without that nothing of it was ever entered. */
  isPast(header: Pick<Header, "line" | "from" | "serial">): Promise<boolean>
  /** This row is on its way to the disk. */
  add(row: Row): void
  /** These are on disk. */
  keep(rows: readonly Row[]): void
  /** Nothing is on its way any more, and what was will never be on disk. */
  drop(): void
}

/** Opens the ends over a ledger. */
export function openEnds(crypto: Crypto, ledger: Pick<Ledger, "lineEnd" | "chainEnd">): Ends {
  const lines = new Map<string, LineEnd>()
  const chains = new Map<string, ChainEnd>()
  const stamps = new Map<string, string>()

  async function end(line: string): Promise<LineEnd> {
    const known = lines.get(line)
    if (known) return known
    const read = (await ledger.lineEnd(line)) ?? { place: 0, head: line, members: undefined }
    lines.set(line, read)
    return read
  }

  async function chain(line: string, sender: string): Promise<ChainEnd> {
    const name = `${line} ${sender}`
    const known = chains.get(name)
    if (known) return known
    const read = (await ledger.chainEnd(line, sender)) ?? { serial: 0, hash: null }
    chains.set(name, read)
    return read
  }

  return {
    end,
    async judge(roll, { header, members }) {
      const wanted = (await end(header.line)).members ?? openingMembers(crypto, roll, header.line, members)
      if (!wanted || wanted.join(" ") !== members.join(" ")) return "members"
      const last = await chain(header.line, header.from)
      if (header.serial > last.serial + 1) return "order"
      if (header.serial <= last.serial) return "serial"
      return header.prev === last.hash ? "permitted" : "prev"
    },
    stampOf: (hash) => stamps.get(hash),
    async isPast({ line, from, serial }) {
      // Nothing is kept here: whoever asks has not been counted against an allowance yet.
      const last = chains.get(`${line} ${from}`) ?? (await ledger.chainEnd(line, from))
      return last !== undefined && serial <= last.serial
    },
    // No more of a row than its ends is kept: its body must not stay in memory with them.
    add({ line, place, head, members, sender, serial, hash, stamp }) {
      lines.set(line, { place, head, members })
      chains.set(`${line} ${sender}`, { serial, hash })
      stamps.set(hash, stamp)
    },
    keep(rows) {
      for (const { hash } of rows) stamps.delete(hash)
    },
    drop() {
      for (const known of [lines, chains, stamps]) known.clear()
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
