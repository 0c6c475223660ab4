import { entryOf } from "#offices/roll/accession.ts"
import type { PublicAct } from "#offices/roll/acts.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { type Roll, secretariatLine } from "#offices/roll/roll.ts"
import { formatLine, type LineText, lineId } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { SEALING_KEYS, signSealingKeys } from "#seal/sealing-keys.ts"
import { type Clock, instantOf } from "../clock.ts"
import type { Archive } from "./archive.ts"
import type { Door } from "./door.ts"
import { matterOnLine } from "./fold.ts"
import type { Outbox } from "./outbox.ts"
import { submitPublic } from "./participation/saying.ts"
import type { Vault } from "./vault.ts"

/**
 * What a desk does by itself so that its delegation takes part: it founds the office (the secretariat) or accepts the
 * mandate, publishes its sealing keys ahead, proposes or accepts the lines with the secretariat.
 */
export type Enrolment = {
  /** Looks at the roll and enters whatever is missing; calling it again enters nothing twice. */
  look(): void
}

export type EnrolmentParts = {
  archive: Archive
  clock: Clock
  delegation: string
  founded: Founded
  vault: Vault
  outbox: Outbox
  door: Door
  roll(): Roll
  submitted(): void
}

const DAY = 86_400_000

/** Opens the enrolment of a desk. */
export function openEnrolment(parts: EnrolmentParts): Enrolment {
  const { delegation, founded, vault, archive } = parts
  const { office, charter } = founded
  const isSecretariat = delegation === charter.secretariat

  const enter = (act: PublicAct, token: string) => void submitPublic(parts, act, { token, officer: null })

  /** Enters what the root signed: the office's founding, or the acceptance of its mandate. */
  function join(): void {
    const entry = vault.accession && entryOf(founded, vault.accession)
    if (entry) enter(entry, entry.act)
  }

  /** Keeps sealing keys published for the next fortnight: two publications at first, then one whenever one is used up. */
  function publish(roll: Roll): void {
    const today = instantOf(parts.clock).slice(0, 10)
    const planned = archive.meta("sealing-keys.until") ?? ""
    const published = roll.members[delegation]?.sealing.at(-1)
    const horizon = new Date(Date.parse(today) + (SEALING_KEYS - 1) * DAY).toISOString().slice(0, 10)
    if (planned > horizon || (planned !== "" && !published)) return
    const from = planned === "" || planned < today ? today : dayAfter(planned)
    archive.transact(() => {
      // Private parts reach the disk before anyone can seal to them; a crash between leaves keys that nobody uses.
      // The first of this archive go on from whatever its delegation published before it.
      const at = planned === "" ? (roll.members[delegation]?.lastSealing ?? 0) + 1 : undefined
      const { first, recipients } = vault.newIdentities(from, at)
      const keys = signSealingKeys({ office, delegation, first, from, recipients }, vault.desk)
      archive.setMeta(
        "sealing-keys.until",
        new Date(Date.parse(from) + (SEALING_KEYS - 1) * DAY).toISOString().slice(0, 10),
      )
      enter({ act: "sealing-keys.published", matter: office, keys }, `sealing-keys.${first}`)
    })
  }

  /** The lines with the secretariat that are this desk's to open: all for the secretariat, for a member its own. */
  function ownLines(roll: Roll): LineText[] {
    if (!roll.members[charter.secretariat]?.sealing.length) return []
    return Object.values(roll.members)
      .filter((member) => (isSecretariat || member.name === delegation) && member.sealing.length > 0)
      .flatMap((member) => secretariatLine(roll, member) ?? [])
  }

  /** The secretariat proposes each member's line with it; the member accepts. */
  function openLine(line: LineText): void {
    const id = lineId(nodeCrypto, line)
    const state = matterOnLine(archive, id, id)?.state as { accepted: Record<string, string> } | undefined
    const say = (act: string, fields: Record<string, string>, token: string) =>
      parts.door.hand({ act, line: id, records: [{ fields: { matter: id, ...fields } }], token }, { officer: null })
    if (isSecretariat && !state)
      say("line.proposed", { text: formatLine(line), purpose: line.purpose }, `propose.${id}`)
    if (!isSecretariat && state && !(delegation in state.accepted)) say("line.accepted", {}, `accept.${id}`)
  }

  return {
    look() {
      const roll = parts.roll()
      const self = roll.members[delegation]
      const isOutside = self?.state === "never-joined" || self?.state === "invited"
      if (isOutside && self.claims.length === 0 && (isSecretariat || roll.founded)) join()
      if (self?.state !== "confirmed" && self?.state !== "active") return
      publish(roll)
      for (const line of ownLines(roll)) openLine(line)
    },
  }
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY).toISOString().slice(0, 10)
}
