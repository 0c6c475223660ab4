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
  /** Whether its sender's chain already holds this serial: without that nothing of it was ever entered. */
  isPast(header: Pick<Header, "line" | "from" | "serial">): Promise<boolean>
  /** The ends as they would be after rows that are not entered yet. */
  draft(): Draft
  /** What was added to this draft is committed. */
  keep(draft: Draft): void
}

/** The ends of what is entered, and after it of the rows of one group as they are added. */
export type Draft = {
  readonly rows: readonly Row[]
  end(line: string): Promise<LineEnd>
  /** Whether an envelope continues its sender's chain and fits its line's members. */
  judge(roll: Roll, admitted: Admitted): Promise<"permitted" | RegistryRefusalCode>
  add(row: Row): void
}

type Known = { lines: Map<string, LineEnd>; chains: Map<string, ChainEnd> }

/** Opens the ends over a ledger. */
export function openEnds(crypto: Crypto, ledger: Pick<Ledger, "lineEnd" | "chainEnd">): Ends {
  const kept: Known = { lines: new Map(), chains: new Map() }
  return {
    async isPast({ line, from, serial }) {
      // Nothing is kept here: whoever asks has not been counted against an allowance yet.
      const last = kept.chains.get(chainName(line, from)) ?? (await ledger.chainEnd(line, from))
      return last !== undefined && serial <= last.serial
    },
    draft: () => openDraft(crypto, ledger, kept),
    keep(draft) {
      for (const row of draft.rows) remember(kept, row)
    },
  }
}

function openDraft(crypto: Crypto, ledger: Pick<Ledger, "lineEnd" | "chainEnd">, kept: Known): Draft {
  const drafted: Known = { lines: new Map(), chains: new Map() }
  const rows: Row[] = []

  async function end(line: string): Promise<LineEnd> {
    const known = drafted.lines.get(line) ?? kept.lines.get(line)
    if (known) return known
    const read = (await ledger.lineEnd(line)) ?? { place: 0, head: line, members: undefined }
    kept.lines.set(line, read)
    return read
  }

  async function chain(line: string, sender: string): Promise<ChainEnd> {
    const name = chainName(line, sender)
    const known = drafted.chains.get(name) ?? kept.chains.get(name)
    if (known) return known
    const read = (await ledger.chainEnd(line, sender)) ?? { serial: 0, hash: null }
    kept.chains.set(name, read)
    return read
  }

  return {
    rows,
    end,
    async judge(roll, { header, members }) {
      const wanted = (await end(header.line)).members ?? openingMembers(crypto, roll, header.line, members)
      if (!wanted || wanted.join(" ") !== members.join(" ")) return "members"
      const last = await chain(header.line, header.from)
      if (header.serial > last.serial + 1) return "order"
      if (header.serial <= last.serial) return "serial"
      return header.prev === last.hash ? "permitted" : "prev"
    },
    add(row) {
      rows.push(row)
      remember(drafted, row)
    },
  }
}

/** No more of a row than its ends is remembered: its body must not stay in memory with them. */
function remember({ lines, chains }: Known, { line, place, head, members, sender, serial, hash }: Row): void {
  lines.set(line, { place, head, members })
  chains.set(chainName(line, sender), { serial, hash })
}

function chainName(line: string, sender: string): string {
  return `${line} ${sender}`
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
