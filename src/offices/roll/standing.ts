import { type Refusal, refuse } from "../act.ts"
import {
  type ActOf,
  isOfCouncil,
  type Member,
  type PublicEntry,
  quorumOfCouncil,
  type Roll,
  withMember,
  withState,
} from "./member.ts"

/** A delegation suspends its own participation; the council does with k of its members, each with its reason. */
export function suspend(roll: Roll, act: ActOf<"delegation.suspended">, entry: PublicEntry): Roll | Refusal {
  const member = roll.members[act.delegation]
  if (!member) return refuse("roll.unknown-delegation")
  if (act.delegation === roll.charter.secretariat) return refuse("roll.secretariat-stays")
  if (member.state !== "active" && member.state !== "confirmed") return refuse("roll.not-taking-part")
  if (entry.by === act.delegation) return withState(roll, member, "suspended", entry, act.reason)
  return asked(roll, member, "suspended", entry, act.reason)
}

/** A delegation withdraws. Nobody else can do that for it. */
export function withdraw(roll: Roll, act: ActOf<"delegation.withdrawn">, entry: PublicEntry): Roll | Refusal {
  const member = roll.members[act.delegation]
  if (!member || entry.by !== act.delegation) return refuse("roll.unknown-delegation")
  if (act.delegation === roll.charter.secretariat) return refuse("roll.secretariat-stays")
  if (member.state === "withdrawn" || !member.root) return refuse("roll.not-taking-part")
  return withState(roll, member, "withdrawn", entry, act.reason)
}

/** Whoever went by itself comes back by itself; from a suspension by the council, with k of its members. */
export function returnAgain(roll: Roll, act: ActOf<"delegation.returned">, entry: PublicEntry): Roll | Refusal {
  const member = roll.members[act.delegation]
  if (!member) return refuse("roll.unknown-delegation")
  if (member.state !== "suspended" && member.state !== "withdrawn") return refuse("roll.not-away")
  const wentItself = member.steps.at(-1)?.by === act.delegation
  // Who was suspended by the council and then withdrew is still suspended when it comes back.
  const isHeld = heldByCouncil(member)
  if (wentItself && entry.by !== act.delegation) return refuse("roll.not-of-council")
  if (wentItself)
    return isHeld
      ? withState(roll, member, "suspended", { ...entry, by: isHeld }, act.reason)
      : withState(roll, member, stateBefore(member), entry, act.reason)
  return asked(roll, member, stateBefore(member), entry, act.reason)
}

/** A member of the council adds its word; with the k-th the state changes. */
function asked(
  roll: Roll,
  member: Member,
  state: "suspended" | "active" | "confirmed",
  entry: PublicEntry,
  reason?: string,
): Roll | Refusal {
  if (!isOfCouncil(roll, entry.by) || entry.by === member.name) return refuse("roll.not-of-council")
  if (member.asked.includes(entry.by)) return refuse("roll.already-asked")
  const by = [...member.asked, entry.by]
  if (by.length < quorumOfCouncil(roll)) return withMember(roll, { ...member, asked: by })
  return withState(roll, member, state, entry, reason)
}

/** The council member whose word completed a suspension that still holds, or null. */
function heldByCouncil(member: Member): string | null {
  const last = member.steps.findLast(({ state }) => state !== "withdrawn")
  return last?.state === "suspended" && last.by !== member.name ? last.by : null
}

/** In which state it took part before it went. */
function stateBefore(member: Member): "active" | "confirmed" {
  return member.steps.some(({ state }) => state === "active") ? "active" : "confirmed"
}
