import { fromUtf8 } from "./bytes.ts"
import { verifiedCosigners } from "./cosignature.ts"
import type { Crypto } from "./crypto.ts"
import { VerificationError } from "./error.ts"
import { formatVerifierKey, type Note, parseVerifierKey, type VerifierKey } from "./note.ts"

/** A log whose checkpoints count; its key's name is its origin. */
export type PolicyLog = { key: VerifierKey; url?: string }
/** A witness under the name that this policy gives it. */
export type PolicyWitness = { name: string; key: VerifierKey; url?: string }
/** At least `threshold` of `members`, which are witnesses and groups defined before it. */
export type PolicyGroup = { name: string; threshold: number; members: readonly string[] }

/** A C2SP tlog-policy: which logs and witnesses are believed, and how many of them. `quorum` may be `none`. */
export type Policy = {
  logs: readonly PolicyLog[]
  witnesses: readonly PolicyWitness[]
  groups: readonly PolicyGroup[]
  quorum: string
}

/** A witness or group and since when it stands behind a checkpoint (POSIX seconds); without a time it does not. */
export type Standing = { name: string; time: bigint | undefined }

/**
 * How a checkpoint stands under a policy: every witness, the quorum's direct members (for us the states), whether the
 * quorum holds and the earliest second by which it did; none where the quorum is `none`.
 */
export type Quorum = {
  witnesses: readonly Standing[]
  members: readonly Standing[]
  holds: boolean
  time: bigint | undefined
}

const MAX_POLICY_LENGTH = 1 << 20
const COSIGNING: readonly string[] = ["ed25519-cosignature", "ml-dsa-44-cosignature"]
const LOG_SIGNING: readonly string[] = ["ed25519", "ml-dsa-44-cosignature"]

type Draft = {
  logs: PolicyLog[]
  witnesses: PolicyWitness[]
  groups: PolicyGroup[]
  quorum: string | undefined
  /** Witnesses and groups share one set of names. */
  names: Set<string>
  /** A name is a member once at most, or one witness would count twice. */
  taken: Set<string>
}

/** Reads a policy, strictly as C2SP tlog-policy has it; it must be UTF-8. Throws `policy.malformed`. */
export function parsePolicy(crypto: Crypto, input: string | Uint8Array): Policy {
  if (input.length > MAX_POLICY_LENGTH) malformed("a policy is too long")
  const text = typeof input === "string" ? input : decode(input)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the specification forbids
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text) || !text.isWellFormed())
    malformed("a policy has a control character")
  if (!text.endsWith("\n")) malformed("a policy's last line has no end")
  const draft: Draft = { logs: [], witnesses: [], groups: [], quorum: undefined, names: new Set(), taken: new Set() }
  for (const line of text.slice(0, -1).split("\n")) {
    // ASCII space and tab only: what Unicode calls a space may be part of a name.
    const fields = line.split(/[ \t]+/).filter((field) => field !== "")
    if (fields[0] && !fields[0].startsWith("#")) readLine(crypto, draft, fields)
  }
  const { logs, witnesses, groups, quorum } = draft
  if (quorum === undefined) malformed("a policy has no quorum")
  return { logs, witnesses, groups, quorum }
}

function readLine(crypto: Crypto, draft: Draft, [kind, ...fields]: readonly string[]): void {
  if (kind === "log") readLog(crypto, draft, fields)
  else if (kind === "witness") readWitness(crypto, draft, fields)
  else if (kind === "group") readGroup(draft, fields)
  else if (kind === "quorum") readQuorum(draft, fields)
  else malformed("a policy has a line of unknown kind")
}

function readLog(crypto: Crypto, draft: Draft, [vkey, url, ...rest]: readonly string[]): void {
  if (!vkey || rest.length > 0) malformed("a log's line is malformed")
  const key = readKey(crypto, vkey, LOG_SIGNING, draft.logs)
  draft.logs.push(url === undefined ? { key } : { key, url })
}

function readWitness(crypto: Crypto, draft: Draft, [name, vkey, url, ...rest]: readonly string[]): void {
  if (!name || !vkey || rest.length > 0) malformed("a witness's line is malformed")
  const key = readKey(crypto, vkey, COSIGNING, draft.witnesses)
  define(draft, name)
  draft.witnesses.push(url === undefined ? { name, key } : { name, key, url })
}

function readGroup(draft: Draft, [name, count, ...members]: readonly string[]): void {
  if (!name || !count || members.length === 0) malformed("a group's line is malformed")
  for (const member of members) {
    if (!draft.names.has(member)) malformed("a group has a member that is not defined before it")
    if (draft.taken.has(member)) malformed("a name is a member twice")
    draft.taken.add(member)
  }
  define(draft, name)
  draft.groups.push({ name, threshold: readThreshold(count, members.length), members })
}

function readThreshold(count: string, members: number): number {
  if (count === "any") return 1
  if (count === "all") return members
  const threshold = /^[1-9][0-9]{0,8}$/.test(count) ? Number(count) : 0
  return threshold >= 1 && threshold <= members ? threshold : malformed("a group's number does not fit its members")
}

function readQuorum(draft: Draft, [name, ...rest]: readonly string[]): void {
  if (!name || rest.length > 0) malformed("the quorum's line is malformed")
  if (draft.quorum !== undefined) malformed("a policy has two quorums")
  if (name !== "none" && !draft.names.has(name)) malformed("the quorum is not defined before it")
  draft.quorum = name
}

function define(draft: Draft, name: string): void {
  if (name === "none" || draft.names.has(name)) malformed("a name is defined twice")
  draft.names.add(name)
}

/** C2SP calls keys duplicate by the public key alone: one holder under two names would count twice. */
function readKey(
  crypto: Crypto,
  vkey: string,
  types: readonly string[],
  known: readonly { key: VerifierKey }[],
): VerifierKey {
  const key = parseKey(crypto, vkey)
  if (!types.includes(key.type)) malformed("a key is of a type that does not fit its line")
  const publicKey = key.publicKey.toBase64()
  if (known.some((other) => other.key.publicKey.toBase64() === publicKey)) malformed("a policy has one key twice")
  return key
}

function parseKey(crypto: Crypto, vkey: string): VerifierKey {
  try {
    return parseVerifierKey(crypto, vkey)
  } catch (cause) {
    throw new VerificationError("policy.malformed", "a key in a policy is malformed", { cause })
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes)
  } catch (cause) {
    throw new VerificationError("policy.malformed", "a policy is not UTF-8", { cause })
  }
}

function malformed(message: string): never {
  throw new VerificationError("policy.malformed", message)
}

/** Writes a policy so that `parsePolicy` gives the same back. */
export function formatPolicy(policy: Policy): string {
  const url = (line: { url?: string }) => (line.url === undefined ? "" : ` ${line.url}`)
  const count = ({ threshold, members }: PolicyGroup) => {
    if (threshold === members.length) return "all"
    return threshold === 1 ? "any" : `${threshold}`
  }
  const lines = [
    ...policy.logs.map((log) => `log ${formatVerifierKey(log.key)}${url(log)}`),
    ...policy.witnesses.map((w) => `witness ${w.name} ${formatVerifierKey(w.key)}${url(w)}`),
    ...policy.groups.map((group) => `group ${group.name} ${count(group)} ${group.members.join(" ")}`),
    `quorum ${policy.quorum}`,
  ]
  return `${lines.join("\n")}\n`
}

/**
 * How the checkpoint in `note` stands under `policy`. A cosignature without a time (0) counts for nothing, since it
 * does not say that the tree was the largest. Whether a log signed is not looked at: log.ts does that.
 * Throws `note.signature` or `cosignature.malformed` where a line by one of the witnesses does not verify.
 */
export async function evaluatePolicy(crypto: Crypto, policy: Policy, note: Note): Promise<Quorum> {
  const keys = policy.witnesses.map((witness) => witness.key)
  const cosigners = await verifiedCosigners(crypto, note, keys)
  const times = new Map<string, bigint>()
  for (const { name, key } of policy.witnesses) {
    const time = cosigners.find((cosigner) => cosigner.key === key)?.time
    if (time) times.set(name, time)
  }
  settleGroups(policy, times)
  const standing = (name: string): Standing => ({ name, time: times.get(name) })
  const quorum = policy.groups.find((group) => group.name === policy.quorum)
  const direct = policy.quorum === "none" ? [] : (quorum?.members ?? [policy.quorum])
  return {
    witnesses: policy.witnesses.map((witness) => standing(witness.name)),
    members: direct.map(standing),
    holds: policy.quorum === "none" || times.has(policy.quorum),
    time: times.get(policy.quorum),
  }
}

/**
 * The latest second before which no quorum can have stood behind any larger tree, given how the witnesses stand behind
 * this one: however a quorum is chosen, a witness that cosigned here at that second or later is in it, and a witness
 * never cosigns a smaller tree after a larger one. None where a quorum could do without all of them.
 */
export function quorumFloor(policy: Policy, { witnesses }: Pick<Quorum, "witnesses">): bigint | undefined {
  const times = new Set(witnesses.map(({ time }) => time).filter((time) => time !== undefined))
  return [...times]
    .sort((a, b) => (a > b ? -1 : 1))
    .find(
      (second) =>
        !couldHold(
          policy,
          witnesses.filter(({ time }) => time === undefined || time < second),
        ),
    )
}

/** Whether these witnesses alone make a quorum. */
function couldHold(policy: Policy, witnesses: readonly Standing[]): boolean {
  const times = new Map(witnesses.map(({ name }) => [name, 1n]))
  settleGroups(policy, times)
  return policy.quorum === "none" || times.has(policy.quorum)
}

/** Adds to the witnesses' times those of every group. A group's members are defined before it: one pass in order. */
function settleGroups(policy: Policy, times: Map<string, bigint>): void {
  for (const group of policy.groups) {
    const time = groupTime(group, times)
    if (time !== undefined) times.set(group.name, time)
  }
}

/** When the group's threshold was reached: the k-th smallest of its members' times. */
function groupTime(group: PolicyGroup, times: ReadonlyMap<string, bigint>): bigint | undefined {
  const reached = group.members.map((member) => times.get(member)).filter((time) => time !== undefined)
  return reached.sort((a, b) => (a < b ? -1 : Number(a > b)))[group.threshold - 1]
}
