import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { fingerprint, type KeyPair, openDeskKeyCertificate, parseKeyPair } from "#seal/desk-key.ts"
import { type Acceptance, mandateHash, openAcceptance, openFounding } from "#seal/root-notes.ts"
import { type Refusal, refuse } from "../act.ts"
import {
  type ActOf,
  type Claim,
  isOfCouncil,
  type Member,
  named,
  type PublicEntry,
  quorumOfCouncil,
  type Roll,
  stranger,
  withMember,
  withState,
} from "./member.ts"

/** Claims to one name that are kept beside each other: enough for every honest one, no room for a flood. */
const MOST_CLAIMS = 16

/** Names that nobody reserved and that were claimed, at most. */
const MOST_NAMES = 1000

/** The founding: entry 0. It is the secretariat's own acceptance too. */
export async function found(
  crypto: Crypto,
  roll: Roll,
  act: ActOf<"charter.founded">,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  if (roll.founded) return refuse("roll.already-founded")
  if (entry.by !== roll.charter.secretariat) return refuse("roll.not-secretariat")
  if (crypto.sha256(utf8(act.charter)).toHex() !== roll.office) return refuse("roll.not-founded")
  if (roll.charter.mandate && !(await allFounded(crypto, roll, act.founders ?? [])))
    return refuse("roll.founder-missing")
  const { root, certificate, acceptance } = act
  const charters = [{ charter: roll.charter, index: entry.index }]
  return accept(
    crypto,
    { ...roll, founded: true, charters },
    { delegation: entry.by, root, certificate, acceptance },
    entry,
  )
}

/** Whether everyone whose root the charter names signed it. */
async function allFounded(crypto: Crypto, roll: Roll, signed: ActOf<"charter.founded">["founders"] & {}) {
  for (const { name, root } of roll.charter.delegations) {
    if (root === null) continue
    const one = signed.find(({ delegation }) => delegation === name)
    const pair = one && parseKeyPair(crypto, one.root)
    if (!pair || fingerprint(crypto, pair) !== root) return false
    const { office, delegation } = await openFounding(crypto, one.signature, pair)
    if (office !== roll.office || delegation !== name) return false
  }
  return true
}

type Accepted = { delegation: string; root: readonly string[]; certificate: string; acceptance?: string | undefined }

/**
 * Accepting the mandate is the entry. A root that the charter names is vouched for; any other is a claim, until the
 * council confirms its fingerprint. The secretariat registers it as a clerk, or the delegation enters it itself.
 */
export async function accept(crypto: Crypto, roll: Roll, act: Accepted, entry: PublicEntry): Promise<Roll | Refusal> {
  const isClerk = entry.by === roll.charter.secretariat
  if (entry.by !== act.delegation && !isClerk) return refuse("roll.unknown-delegation")
  const root = parseKeyPair(crypto, act.root)
  const { office, delegation, key, replaces } = await openDeskKeyCertificate(crypto, act.certificate, root)
  const member = roll.members[act.delegation] ?? stranger(act.delegation)
  const isUsed = [member.key, ...member.formerKeys].some((known) => known?.name === key.name)
  if (office !== roll.office || delegation !== member.name || isUsed) return refuse("roll.key-does-not-fit")
  const word = await wordOf(crypto, roll, act, root)
  if (word && "refused" in word) return word
  const print = fingerprint(crypto, root)
  const isFounder = named(roll, member.name)?.root === print && !member.root
  if (!word || isFounder) {
    if (replaces !== null) return refuse("roll.key-does-not-fit")
    return vouched(roll, { ...member, next: word?.next ?? null }, { root, print, key }, entry)
  }
  const { next, names, language } = word
  const { header, index, at } = entry
  const one = { root, fingerprint: print, next, key, names, language, header, index, at, confirmedBy: [] }
  return claim(roll, member, one, entry)
}

/** What the root says of the mandate; null where the charter has none. */
async function wordOf(
  crypto: Crypto,
  { office, charter }: Roll,
  act: Accepted,
  root: KeyPair,
): Promise<Acceptance | Refusal | null> {
  if (!charter.mandate) return null
  const word = await openAcceptance(crypto, act.acceptance ?? "", root)
  const fits = word.office === office && word.delegation === act.delegation
  const isTheMandate = mandateHash(crypto, charter.mandate[word.language]) === word.mandate
  return fits && isTheMandate ? word : refuse("roll.mandate-does-not-fit")
}

/** A founder, whose root the charter itself vouches for. */
function vouched(
  roll: Roll,
  member: Member,
  { root, print, key }: { root: KeyPair; print: string; key: KeyPair },
  entry: PublicEntry,
): Roll | Refusal {
  const founder = named(roll, member.name)
  if (!founder) return refuse("roll.unknown-delegation")
  if (member.root) return refuse("roll.already-accepted")
  if (founder.root === null || print !== founder.root) return refuse("roll.root-does-not-fit")
  return withState(roll, { ...member, root, key, acceptance: entry.header }, "confirmed", entry)
}

/** A claim stands beside every other to the same name; none of them is confirmed by being there. */
function claim(roll: Roll, member: Member, one: Claim, entry: PublicEntry): Roll | Refusal {
  // Names that the charter does not reserve come with the claim, which a note verbale carried to the secretariat.
  if ((named(roll, member.name) === undefined) !== (one.names !== null)) return refuse("roll.unknown-delegation")
  if (entry.by !== roll.charter.secretariat) return refuse("roll.root-does-not-fit")
  if (member.claims.some(({ fingerprint }) => fingerprint === one.fingerprint)) return refuse("roll.already-claimed")
  const isFull = member.claims.length >= MOST_CLAIMS || Object.keys(roll.members).length >= MOST_NAMES
  if (isFull) return refuse("roll.too-many-claims")
  const claimed = { ...member, claims: [...member.claims, one] }
  return member.state === "never-joined" ? withState(roll, claimed, "invited", entry) : withMember(roll, claimed)
}

/** The secretariat invites; it changes nothing but what the roll shows. */
export function invite(roll: Roll, act: ActOf<"delegation.invited">, entry: PublicEntry): Roll | Refusal {
  if (entry.by !== roll.charter.secretariat) return refuse("roll.not-secretariat")
  const member = roll.members[act.delegation]
  if (!member || !named(roll, act.delegation)) return refuse("roll.unknown-delegation")
  if (member.state !== "never-joined") return refuse("roll.already-invited")
  return withState(roll, member, "invited", entry)
}

/** Why the secretariat did not register an acceptance: a defect of form, public for ever. */
export function stateDefect(roll: Roll, act: ActOf<"mandate.defective">, entry: PublicEntry): Roll | Refusal {
  if (entry.by !== roll.charter.secretariat) return refuse("roll.not-secretariat")
  const { delegation, acceptance, defect, reason } = act
  const { at, index } = entry
  return { ...roll, defects: [...roll.defects, { delegation, acceptance, defect, reason, at, index }] }
}

/**
 * A member of the council vouches for a claim. It vouches for one claim to a name at a time; with the k-th the claim's
 * root is the delegation's, also in the place of one that was lost.
 */
export function confirm(roll: Roll, act: ActOf<"delegation.key-confirmed">, entry: PublicEntry): Roll | Refusal {
  if (!isOfCouncil(roll, entry.by)) return refuse("roll.not-of-council")
  const member = roll.members[act.delegation]
  const chosen = member?.claims.find(({ fingerprint }) => fingerprint === act.root)
  if (!member || !chosen) return refuse("roll.no-such-claim")
  if (chosen.confirmedBy.includes(entry.by)) return refuse("roll.already-confirmed")
  const claims = member.claims.map((one) => {
    const others = one.confirmedBy.filter((name) => name !== entry.by)
    return { ...one, confirmedBy: one === chosen ? [...others, entry.by] : others }
  })
  const confirmed = { ...member, claims }
  const by = claims.find(({ fingerprint }) => fingerprint === act.root)?.confirmedBy ?? []
  if (by.length < quorumOfCouncil(roll)) return withMember(roll, confirmed)
  return settle(roll, confirmed, chosen, entry)
}

/** A confirmed claim's root and desk key are the delegation's; what they replace is kept as former. */
function settle(roll: Roll, member: Member, chosen: Claim, entry: PublicEntry): Roll {
  const { root, next, key, names, fingerprint } = chosen
  const claims = member.claims.filter((one) => one.fingerprint !== fingerprint)
  const formerKeys = member.key ? [...member.formerKeys, member.key] : member.formerKeys
  const acceptance = member.acceptance ?? chosen.header
  const settled = { ...member, claims, root, next, key, formerKeys, acceptance, sealing: [] }
  const charter = names
    ? {
        ...roll.charter,
        delegations: [
          ...roll.charter.delegations,
          { name: member.name, kind: "participant" as const, names, root: null },
        ],
      }
    : roll.charter
  const isNew = member.state === "never-joined" || member.state === "invited"
  return isNew
    ? withState({ ...roll, charter }, settled, "confirmed", entry)
    : withMember({ ...roll, charter }, settled)
}
