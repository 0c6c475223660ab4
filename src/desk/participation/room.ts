import { type Refusal, refuse } from "#offices/act.ts"
import { type KeyEventRow, type RollView, rollRows, sitsInCouncil } from "#offices/joins/roll.ts"
import { accessionForm, LONGEST_ACCESSION } from "#offices/roll/accession.ts"
import type { PublicAct } from "#offices/roll/acts.ts"
import { parseJson } from "#register/json.ts"
import { fingerprint, parseKeyPair } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { openAcceptance } from "#seal/root-notes.ts"
import { type KeyEventParts, openKeyEvents } from "./events.ts"
import { type Said, sayPublicly } from "./saying.ts"

/** What a clerk sees of an acceptance before it is registered; `act` is what registers it. */
export type AccessionView = {
  delegation: string
  fingerprint: string
  names: { en: string; uk: string; ru: string } | null
  act: PublicAct
}

/** Who takes part: the roll as this desk folded it, the public acts of its officers, what others do in its name. */
export type Participation = {
  view(): RollView
  say(input: unknown, officer: string): Promise<Said | Refusal>
  /** Reads a file that reached the secretariat; whoever wrote it controls every byte. */
  readAccession(text: string): Promise<AccessionView | Refusal>
  /** Looks at what came on the public lines. */
  look(): void
  unseen(): KeyEventRow | null
  see(index: number, officer: string): boolean
}

/** Opens the participation of a desk. */
export function openParticipation(parts: KeyEventParts): Participation {
  const events = openKeyEvents(parts)
  return {
    view() {
      const roll = parts.roll()
      const { charter, charters, defects } = roll
      return {
        rows: rollRows(nodeCrypto, roll),
        council: { k: charter.council.k, self: sitsInCouncil(roll, parts.delegation) },
        mandate: charter.mandate ?? null,
        amendments: Math.max(charters.length - 1, 0),
        defects,
        events: events.rows(),
      }
    },
    say: (input, officer) => sayPublicly(parts, input, officer),
    readAccession: (text) => readAccession(text, parts.roll().office),
    look: events.look,
    unseen: events.unseen,
    see: events.see,
  }
}

async function readAccession(text: string, matter: string): Promise<AccessionView | Refusal> {
  try {
    if (text.length > LONGEST_ACCESSION) return refuse("roll.word-does-not-verify")
    const { delegation, language, root, certificate, acceptance } = accessionForm.parse(parseJson(text))
    const pair = parseKeyPair(nodeCrypto, root)
    const { names } = await openAcceptance(nodeCrypto, acceptance, pair)
    const act = { act: "mandate.accepted", matter, delegation, language, root, certificate, acceptance } as const
    return { delegation, fingerprint: fingerprint(nodeCrypto, pair), names, act }
  } catch {
    // Malformed in any way: the clerk states the defect, and nothing of the file is repeated.
    return refuse("roll.word-does-not-verify")
  }
}
