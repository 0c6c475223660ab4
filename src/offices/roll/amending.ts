import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import type { KeyPair } from "#seal/desk-key.ts"
import { openAmendment } from "#seal/root-notes.ts"
import { type Refusal, refuse } from "../act.ts"
import { type Charter, parseCharter } from "./charter.ts"
import { type ActOf, named, type PublicEntry, quorumOfCouncil, type Roll, stranger } from "./member.ts"

/** What no amendment touches: what the office is, whose keys its register has, and what acts of their own change. */
const LASTING = ["iod", "exercise", "secretariat", "registry", "register", "rules"] as const

/** A charter that k council roots signed is in force from its entry on; the office's name stays the first one's hash. */
export async function amend(
  crypto: Crypto,
  roll: Roll,
  act: ActOf<"charter.amended">,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  if (!roll.members[entry.by]?.key) return refuse("roll.unknown-delegation")
  const { office, number, charter: hash, by } = await openAmendment(crypto, act.amendment, councilRoots(roll))
  const follows = office === roll.office && number === roll.charters.length
  if (!follows || crypto.sha256(utf8(act.charter)).toHex() !== hash) return refuse("roll.amendment-does-not-follow")
  if (by.length < quorumOfCouncil(roll)) return refuse("roll.amendment-unsigned")
  const charter = parseCharter(act.charter)
  if (!mayFollow(roll, charter)) return refuse("roll.amendment-not-allowed")
  const members = { ...roll.members }
  for (const { name } of charter.delegations) members[name] ??= stranger(name)
  return {
    ...roll,
    charter,
    charters: [...roll.charters, { charter, index: entry.index }],
    members: Object.setPrototypeOf(members, null),
  }
}

function councilRoots(roll: Roll): Map<string, KeyPair> {
  return new Map(
    Object.values(roll.members).flatMap(({ name, root, state }): [string, KeyPair][] =>
      named(roll, name)?.kind === "council" && root && (state === "active" || state === "confirmed")
        ? [[name, root]]
        : [],
    ),
  )
}

/** Nobody is struck off, no founder's root is exchanged, and enough council members are left to amend it again. */
function mayFollow(roll: Roll, next: Charter): boolean {
  const same = LASTING.every((key) => JSON.stringify(next[key]) === JSON.stringify(roll.charter[key]))
  const kept = roll.charter.delegations.every(({ name, root }) =>
    next.delegations.some((one) => one.name === name && one.root === root),
  )
  const council = next.delegations.filter(({ kind }) => kind === "council").length
  return same && kept && (council === 0 || council >= next.council.k)
}
