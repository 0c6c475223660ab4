import { publicAct } from "#offices/roll/acts.ts"
import { keyOfEnvelope } from "#offices/roll/keys.ts"
import { enterPublicAct, isSealingKeyValid, type Member, type Roll, secretariatLine } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import { unpackBody } from "#seal/body.ts"
import { commitment, parseSignedHeader, type SignedHeader, verifyHeader } from "#seal/header.ts"
import { lineId } from "#seal/line.ts"
import { publicLineNumber, type RegistryRefusalCode } from "#seal/stamp.ts"
import type { Posted } from "#seal/wire.ts"

/** An envelope whose signatures and body hash were checked; place and chain are judged by the writer alone. */
export type Admitted = SignedHeader & { posted: Posted; members: readonly string[] }

/** Why an envelope was not admitted. `header` is null where not even its hash could be told. */
export type NotAdmitted = { refused: RegistryRefusalCode; header: string | null }

/** The line number under which the members of a public line are entered. */
export const EVERYONE: readonly string[] = ["*"]

/**
 * What can be checked of an envelope without knowing what came before it: form, office, size, body hash, author, both
 * signatures, that addressees are on the roll. A desk controls every byte. The registry never learns what a sealed body
 * says; of a public one it checks the commitment.
 */
export async function admit(crypto: Crypto, roll: Roll, posted: Posted): Promise<Admitted | NotAdmitted> {
  let signed: SignedHeader
  try {
    signed = parseSignedHeader(crypto, posted.header)
  } catch {
    return { refused: "malformed", header: null }
  }
  const refused =
    judgeHeader(crypto, roll, signed, posted.body) ?? (await judgeSignatures(crypto, roll, signed, posted))
  if (refused) return { refused, header: signed.hash }
  const { to } = signed.header
  return { ...signed, posted, members: to === "*" ? EVERYONE : to.map((a) => a.name) }
}

/** A founding holds the charter and every founder's signature, whatever the charter says of sealed bodies. */
const LARGEST_PUBLIC = 1 << 20

/** Bytes of the longest body that an envelope may have. */
export function largestBody({ charter }: Roll, { to }: Pick<SignedHeader["header"], "to">): number {
  return to === "*" ? Math.max(charter.limits.body, LARGEST_PUBLIC) : charter.limits.body
}

function judgeHeader(
  crypto: Crypto,
  roll: Roll,
  { header }: SignedHeader,
  body: Uint8Array,
): RegistryRefusalCode | undefined {
  if (header.office !== roll.office) return "office"
  if (body.length > largestBody(roll, header)) return "size"
  if (body.length !== header.body.length || crypto.sha256(body).toHex() !== header.body.hash) return "body"
  const number = publicLineNumber(header.line)
  if ((number !== undefined) !== (header.to === "*") || (number !== undefined && number > 1)) return "line"
  if (header.to === "*") return undefined
  if (!header.to.some((a) => a.name === header.from)) return "members"
  return header.to.every((a) => roll.members[a.name]?.state === "active") ? undefined : "members"
}

async function judgeSignatures(
  crypto: Crypto,
  roll: Roll,
  signed: SignedHeader,
  posted: Posted,
): Promise<RegistryRefusalCode | undefined> {
  const key = await keyOfEnvelope(crypto, roll, signed, posted.body)
  if (!key) return "unknown-delegation"
  try {
    await verifyHeader(crypto, signed, key)
    return undefined
  } catch {
    return "signature"
  }
}

/** Whether every sealing key that a header names is valid at `at`. */
export function sealingKeysValid(roll: Roll, { header }: SignedHeader, at: string): boolean {
  if (header.to === "*") return true
  return header.to.every((a) => {
    const member: Member | undefined = roll.members[a.name]
    return member !== undefined && isSealingKeyValid(member, a.sealingKey, at)
  })
}

/** The roll after a public envelope, or the refusal of its form or rule. */
export async function rollAfter(
  crypto: Crypto,
  roll: Roll,
  admitted: Admitted,
  { index, at }: { index: number; at: string },
): Promise<Roll | { refused: RegistryRefusalCode }> {
  const { header, hash, posted } = admitted
  try {
    const { salt, act } = unpackBody(posted.body)
    if (commitment(crypto, header, salt, act) !== header.commit) return { refused: "body" }
    const parsed = publicAct.safeParse(parseJson(fromUtf8(act)))
    if (!parsed.success) return { refused: "malformed" }
    const line = publicLineNumber(header.line) ?? -1
    const next = await enterPublicAct(crypto, roll, parsed.data, { by: header.from, at, index, line, header: hash })
    return "refused" in next ? { refused: "rule" } : next
  } catch (error) {
    if (error instanceof VerificationError) return { refused: "malformed" }
    throw error
  }
}

/** The id of a delegation's line with the secretariat: the only sealed line whose id strangers can compute. */
export function secretariatLineId(crypto: Crypto, roll: Roll, member: Member): string | undefined {
  const line = secretariatLine(roll, member)
  return line && lineId(crypto, line)
}
