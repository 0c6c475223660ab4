import type { Crypto } from "#register/crypto.ts"
import { fingerprint } from "#seal/desk-key.ts"
import type { PublicAct } from "../roll/acts.ts"
import type { Charter } from "../roll/charter.ts"
import { type Claim, isOfCouncil, type Member, named, type Roll, type Step } from "../roll/member.ts"

type Names = Charter["name"]

/** A claim to a name as screens show it. */
export type ClaimRow = Pick<Claim, "fingerprint" | "language" | "header" | "index" | "at" | "confirmedBy">

/** One delegation on the roll as screens and the public pages show it: declared things only. */
export type RollRow = {
  name: string
  kind: Charter["delegations"][number]["kind"]
  names: Names
  state: Member["state"]
  steps: readonly Step[]
  claims: ClaimRow[]
  /** Council members who asked for its suspension, or for its return from one. */
  asked: readonly string[]
  root: string | null
  next: string | null
  key: string | null
  formerKeys: string[]
  revokedKeys: readonly string[]
}

/** GET /api/roll */
export type RollView = {
  rows: RollRow[]
  council: { k: number; self: boolean }
  mandate: Names | null
  amendments: number
  defects: Roll["defects"]
  /** Acts on this delegation that its desk did not make. */
  events: KeyEventRow[]
}

export type KeyEventRow = { index: number; act: string; by: string; at: string; seenBy: string | null }

/** Everyone whom the charter names and everyone who claims a name, in the order in which they stand there. */
export function rollRows(crypto: Crypto, roll: Roll): RollRow[] {
  const known = roll.charter.delegations.map(({ name }) => name)
  const claimed = Object.keys(roll.members).filter((name) => !known.includes(name))
  return [...known, ...claimed].flatMap((name) => {
    const member = roll.members[name]
    return member ? [rowOf(crypto, roll, member)] : []
  })
}

function rowOf(crypto: Crypto, roll: Roll, member: Member): RollRow {
  const { name, state, steps, asked, root, next, key, formerKeys, revokedKeys } = member
  const inCharter = named(roll, name)
  const first = member.claims.find((claim) => claim.names)?.names
  return {
    ...{ name, state, steps, asked, next, revokedKeys },
    kind: inCharter?.kind ?? "participant",
    names: inCharter?.names ?? first ?? { en: name, uk: name, ru: name },
    claims: member.claims.map(({ fingerprint, language, header, index, at, confirmedBy }) => ({
      ...{ fingerprint, language, header, index, at, confirmedBy },
    })),
    root: root && fingerprint(crypto, root),
    key: key?.name ?? null,
    formerKeys: formerKeys.map((former) => former.name),
  }
}

/** Which acts on this delegation the roll takes from `self` at present; a screen offers these and no others. */
export function offers(
  row: RollRow,
  { self, secretariat, ofCouncil }: { self: string; secretariat: string; ofCouncil: boolean },
): PublicAct["act"][] {
  const [isSelf, isClerk] = [row.name === self, self === secretariat]
  const takesPart = row.state === "active" || row.state === "confirmed"
  const isAway = row.state === "suspended" || row.state === "withdrawn"
  const acts: PublicAct["act"][] = []
  const mayAsk = ofCouncil && !isSelf && row.name !== secretariat && !row.asked.includes(self)
  if (isClerk && row.state === "never-joined") acts.push("delegation.invited")
  if (ofCouncil && row.claims.some((claim) => !claim.confirmedBy.includes(self))) acts.push("delegation.key-confirmed")
  if (takesPart && ((isSelf && !isClerk) || mayAsk)) acts.push("delegation.suspended")
  if (isSelf && !isClerk && row.root !== null && row.state !== "withdrawn") acts.push("delegation.withdrawn")
  if (isAway && ((isSelf && row.steps.at(-1)?.by === self) || mayAsk)) acts.push("delegation.returned")
  return acts
}

/** Whether this delegation has a voice in the council now. */
export function sitsInCouncil(roll: Roll, self: string): boolean {
  return isOfCouncil(roll, self)
}

/** What a public act does to the participation or the keys of a delegation other than by its own ordinary course. */
export function concerns(act: PublicAct, by: string): string | undefined {
  switch (act.act) {
    case "mandate.accepted":
    case "desk-key.certified":
    case "desk-key.revoked":
    case "root.replaced":
    case "delegation.key-confirmed":
    case "delegation.suspended":
    case "delegation.withdrawn":
    case "delegation.returned":
      return act.delegation
    case "sealing-keys.published":
      return by
    default:
      return undefined
  }
}

/** Acts that only the holder of a key of this delegation should bring about: whoever did not, says so to all. */
export const DISPUTED: readonly PublicAct["act"][] = [
  ...(["mandate.accepted", "desk-key.certified", "desk-key.revoked", "root.replaced"] as const),
  ...(["delegation.withdrawn", "sealing-keys.published"] as const),
]
