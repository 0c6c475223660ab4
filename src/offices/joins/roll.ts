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

/** Who asks what the roll takes: a desk, whether it is the clerk's, whether its delegation has a voice in the council. */
export type Asking = { self: string; secretariat: string; ofCouncil: boolean }

/** Which acts on this delegation the roll takes from `self` at present; a screen offers these and no others. */
export function offers(row: RollRow, asking: Asking): PublicAct["act"][] {
  const { self, secretariat } = asking
  if (row.name === secretariat) return []
  return [
    ...(self === secretariat && row.state === "never-joined" ? (["delegation.invited"] as const) : []),
    ...(row.name === self ? offersToItself(row) : offersToCouncil(row, asking)),
  ]
}

function offersToItself({ name, root, state, steps }: RollRow): PublicAct["act"][] {
  if (root === null) return []
  if (state === "withdrawn") return ["delegation.returned"]
  if (state !== "suspended") return ["delegation.suspended", "delegation.withdrawn"]
  return steps.at(-1)?.by === name ? ["delegation.returned", "delegation.withdrawn"] : ["delegation.withdrawn"]
}

function offersToCouncil(row: RollRow, { self, ofCouncil }: Asking): PublicAct["act"][] {
  if (!ofCouncil) return []
  const acts: PublicAct["act"][] = []
  if (row.claims.some((claim) => !claim.confirmedBy.includes(self))) acts.push("delegation.key-confirmed")
  if (row.asked.includes(self)) return acts
  if (row.state === "active" || row.state === "confirmed") acts.push("delegation.suspended")
  if (row.state === "suspended" && row.steps.at(-1)?.by !== row.name) acts.push("delegation.returned")
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
