import type { Rules } from "#offices/index.ts"
import { type ActForm, actForm } from "#offices/judge.ts"
import { keyOfEnvelope } from "#offices/roll/keys.ts"
import { isSealingKeyValid, type Roll } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { type VerificationCode, VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import type { VerifierKey } from "#register/note.ts"
import { type Body, unpackBody } from "#seal/body.ts"
import { commitment, parseSignedHeader, type SignedHeader, verifyHeader } from "#seal/header.ts"
import { type Identity, open } from "#seal/node/hybrid.ts"
import { openStamp, publicLineNumber, type Stamp } from "#seal/stamp.ts"
import type { Frame } from "#seal/wire.ts"
import { type CarriedReleases, checkReleases, NO_RELEASES } from "./carried.ts"

export type EnvelopeFrame = Extract<Frame, { kind: "envelope" }>

/** Why an envelope that its author signed says nothing that counts. It keeps its place; the line goes on. */
export type AuthorFault =
  | VerificationCode
  | "act.malformed"
  | "body.gone"
  | "body.withheld"
  | "body.key-gone"
  | "body.resealed"

/**
 * One envelope after every check that needs no order: signatures, roll, body hash, stanzas, commitment, form of the act.
 * The registry and the author each control part of the bytes; whose fault a failure is follows from which part it is.
 */
export type Arrival = {
  frame: EnvelopeFrame
  signed: SignedHeader
  stamp: Stamp
  /** What the envelope holds, where it opened. */
  body: Body | undefined
  form: ActForm | undefined
  fault: AuthorFault | undefined
  /** What its records carry of words that passed beyond their line. */
  releases: CarriedReleases
}

/** Thrown where what the registry's key signed cannot be: evidence against the registry. */
export class RegistryFault extends Error {
  override name = "RegistryFault"
  readonly code: string

  constructor(code: string, options?: ErrorOptions) {
    super(`the registry stamped what does not fit: ${code}`, options)
    this.code = code
  }
}

/**
 * Thrown where bytes on the way do not fit their stamp: whoever carried them may have changed them, so they are asked
 * for again. `header` is the hash of a header whose stamp is good: a registry that hands the same out damaged every
 * time keeps what it signed for from its addressee.
 */
export class TransitFault extends Error {
  override name = "TransitFault"
  readonly code: string
  readonly header: string | undefined

  constructor(code: string, header: string | undefined, options?: ErrorOptions) {
    super(`what the registry handed out does not fit its stamp: ${code}`, options)
    this.code = code
    this.header = header
  }
}

// What an archive makes of an index, 512 times it, must stay a number that can be read from it.
const BEYOND_ANY_REGISTER = 2n ** 43n

export type ArrivalParts = {
  crypto: Crypto
  versions: ReadonlyMap<number, Rules>
  registryKey: VerifierKey
  delegation: string
  identity(number: number): Identity | undefined
}

/**
 * Checks one envelope by the roll at its stamp. Throws RegistryFault and TransitFault; an author's fault is part of the
 * answer.
 */
export async function checkArrival(parts: ArrivalParts, roll: Roll, frame: EnvelopeFrame): Promise<Arrival> {
  const { crypto } = parts
  const { signed, stamp } = await checkStamp(parts, roll, frame)
  if (stamp.index >= BEYOND_ANY_REGISTER) throw new RegistryFault("index")
  await checkSignatures(crypto, roll, signed, frame)
  checkAddressees(roll, signed, stamp)
  const arrived = { frame, signed, stamp }
  if (!frame.body) return unopened(arrived, "body.gone")
  if (frame.body.length !== signed.header.body.length || crypto.sha256(frame.body).toHex() !== signed.header.body.hash)
    throw new TransitFault("body", signed.hash)
  try {
    const opened = openBody(parts, signed, frame.body)
    if (!opened) return unopened(arrived, "body.key-gone")
    const body = unpackBody(opened)
    const fits = commitment(crypto, signed.header, body.salt, body.act) === signed.header.commit
    return fits ? await arrivalOf(parts, roll, arrived, body) : unopened(arrived, "body.commit")
  } catch (error) {
    if (error instanceof VerificationError) return unopened(arrived, error.code)
    throw error
  }
}

type Arrived = Pick<Arrival, "frame" | "signed" | "stamp">

/** An envelope whose signatures, stamp and body were checked, with the form of its act and the releases that it carries. */
export async function arrivalOf(
  parts: Pick<ArrivalParts, "crypto" | "versions">,
  roll: Roll,
  arrived: Arrived,
  body: Body,
): Promise<Arrival> {
  const opened = { ...arrived, body, ...readForm(body, arrived.signed) }
  return { ...opened, releases: await checkReleases(parts, roll, opened) }
}

/** An envelope of which this desk holds header and stamp, and why not more. */
export function unopened(arrived: Arrived, fault: AuthorFault): Arrival {
  return { ...arrived, body: undefined, form: undefined, fault, releases: NO_RELEASES }
}

async function checkStamp(parts: ArrivalParts, roll: Roll, frame: EnvelopeFrame) {
  try {
    const signed = parseSignedHeader(parts.crypto, frame.header)
    const stamp = await openStamp(parts.crypto, frame.stamp, parts.registryKey)
    const fits = stamp.header === signed.hash && stamp.line === signed.header.line && stamp.office === roll.office
    if (!fits || signed.header.office !== roll.office) throw new TransitFault("stamp", undefined)
    return { signed, stamp }
  } catch (cause) {
    if (cause instanceof VerificationError) throw new TransitFault(cause.code, undefined, { cause })
    throw cause
  }
}

async function checkSignatures(crypto: Crypto, roll: Roll, signed: SignedHeader, frame: EnvelopeFrame): Promise<void> {
  const key = await keyOfEnvelope(crypto, roll, signed, frame.body)
  if (!key) throw new RegistryFault("unknown-delegation")
  try {
    await verifyHeader(crypto, signed, key)
  } catch (cause) {
    throw new TransitFault("signature", signed.hash, { cause })
  }
}

function checkAddressees(roll: Roll, { header }: SignedHeader, stamp: Stamp): void {
  if ((publicLineNumber(header.line) !== undefined) !== (header.to === "*")) throw new RegistryFault("members")
  if (header.to === "*") return
  if (!header.to.some((a) => a.name === header.from)) throw new RegistryFault("members")
  for (const { name, sealingKey } of header.to) {
    const member = roll.members[name]
    if (member?.state !== "active") throw new RegistryFault("members")
    if (!isSealingKeyValid(member, sealingKey, stamp.at)) throw new RegistryFault("sealing-key")
  }
}

/** The plain body; undefined where the sealing key of that day is no longer here. */
export function openBody(
  parts: Pick<ArrivalParts, "delegation" | "identity">,
  { header }: Pick<SignedHeader, "header">,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (header.to === "*") return sealed
  const place = header.to.findIndex((a) => a.name === parts.delegation)
  const identity = parts.identity(header.to[place]?.sealingKey ?? -1)
  return identity && open({ identity, place, count: header.to.length }, sealed)
}

/** The form of an opened act, or that it has none. */
export function readForm(body: Body, { header }: SignedHeader): Pick<Arrival, "form" | "fault"> {
  if (header.to === "*") return { form: undefined, fault: undefined }
  try {
    const parsed = actForm.safeParse(parseJson(fromUtf8(body.act)))
    return parsed.success ? { form: parsed.data, fault: undefined } : { form: undefined, fault: "act.malformed" }
  } catch {
    return { form: undefined, fault: "act.malformed" }
  }
}
