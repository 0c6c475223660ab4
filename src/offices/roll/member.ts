import type { KeyPair } from "#seal/desk-key.ts"
import type { Names } from "#seal/root-notes.ts"
import type { PublicAct } from "./acts.ts"
import type { Charter, Founded } from "./charter.ts"

/**
 * What a delegation declared of its participation. *Returned* is an act and *silent* an observation; whether a desk
 * answers stands on the line with it and never here.
 */
export const PARTICIPATION = ["never-joined", "invited", "confirmed", "active", "suspended", "withdrawn"] as const
export type Participation = (typeof PARTICIPATION)[number]

/** One change of a delegation's participation: who, when, why as stated. */
export type Step = { state: Participation; by: string; at: string; index: number; reason: string | null }

/** A fortnight of sealing keys as the roll holds them. */
export type SealingBatch = { first: number; from: string; recipients: readonly string[]; index: number }

/** An acceptance of the mandate whose root key nobody vouches for yet. */
export type Claim = {
  root: KeyPair
  fingerprint: string
  /** Fingerprint of the root that alone may follow. */
  next: string
  key: KeyPair
  names: Names | null
  language: "en" | "uk" | "ru"
  header: string
  index: number
  at: string
  /** Council members whom this fingerprint reached on paper. */
  confirmedBy: readonly string[]
}

/** An acceptance that was not registered: which one, and the defect of form as stated. */
export type Defect = {
  delegation: string
  acceptance: string
  defect: ActOf<"mandate.defective">["defect"]
  reason: string
  at: string
  index: number
}

/** One delegation on the roll. */
export type Member = {
  name: string
  state: Participation
  /** Every state it was in, oldest first; none while it never joined. */
  steps: readonly Step[]
  claims: readonly Claim[]
  /** Council members who asked for its suspension, or for its return from one. */
  asked: readonly string[]
  root: KeyPair | null
  /** Fingerprint of the root that alone may follow this one; null where the charter asks for none. */
  next: string | null
  /** The desk key in force; null before the first and after a revocation. */
  key: KeyPair | null
  /** Every desk key there ever was: an envelope is judged by the roll at its stamp, nothing later makes it invalid. */
  formerKeys: readonly KeyPair[]
  /** Names of those that were revoked and not only replaced. */
  revokedKeys: readonly string[]
  /** Header hash of its acceptance: the nonce of its line with the secretariat. */
  acceptance: string | null
  sealing: readonly SealingBatch[]
  /** Number of the last sealing key that it ever published. */
  lastSealing: number
}

/** Who takes part, with which keys, in which state: the fold of the public lines in the register's order. */
export type Roll = {
  office: string
  /** As amended last, with the names of delegations that the council confirmed. */
  charter: Charter
  founded: boolean
  rules: number
  /** Which rules were adopted at which index, oldest first; before, those of the charter are in force. */
  adopted: readonly { rules: number; index: number }[]
  /** Every charter that was in force, oldest first: `index` is that of the act that brought it. */
  charters: readonly { charter: Charter; index: number }[]
  defects: readonly Defect[]
  members: Readonly<Record<string, Member>>
}

/** What the record says of a public act's entry. */
export type PublicEntry = { by: string; at: string; index: number; line: number; header: string }

/** A public act of one kind. */
export type ActOf<K extends PublicAct["act"]> = Extract<PublicAct, { act: K }>

/** A delegation of whom nothing was entered yet. */
export function stranger(name: string): Member {
  return {
    ...{ name, state: "never-joined", steps: [], claims: [], asked: [], root: null, next: null, key: null },
    ...{ formerKeys: [], revokedKeys: [], acceptance: null, sealing: [], lastSealing: 0 },
  }
}

/** The roll before anything was entered: everyone whom the charter names, none of them joined. */
export function emptyRoll({ office, charter }: Founded): Roll {
  return {
    ...{ office, charter, founded: false, rules: charter.rules, adopted: [], charters: [], defects: [] },
    members: byName(Object.fromEntries(charter.delegations.map(({ name }) => [name, stranger(name)]))),
  }
}

/** The roll with one member changed. */
export function withMember(roll: Roll, member: Member): Roll {
  return { ...roll, members: byName({ ...roll.members, [member.name]: member }) }
}

/** The roll with a member in another state, which whoever entered the act stated. */
export function withState(roll: Roll, member: Member, state: Participation, entry: PublicEntry, reason?: string): Roll {
  const { by, at, index } = entry
  const step = { state, by, at, index, reason: reason ?? null }
  return withMember(roll, { ...member, state, steps: [...member.steps, step], asked: [] })
}

/** Others choose the names that are looked up: one that every object of the language has must find nothing. */
function byName(members: Record<string, Member>): Record<string, Member> {
  return Object.setPrototypeOf(members, null)
}

/** What the charter says of a delegation: its kind, its names, its founder's root. */
export function named(roll: Roll, name: string): Charter["delegations"][number] | undefined {
  return roll.charter.delegations.find((one) => one.name === name)
}

/** Whether a delegation sits in the council and takes part. */
export function isOfCouncil(roll: Roll, name: string): boolean {
  return named(roll, name)?.kind === "council" && roll.members[name]?.state === "active"
}

/** How many members of the council it takes (charter, `council.k`). */
export function quorumOfCouncil({ charter }: Roll): number {
  return charter.council.k
}
