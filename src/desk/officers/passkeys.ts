import {
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server"
import { z } from "zod"
import type { PasskeyView } from "#offices/joins/officers.ts"
import { utf8 } from "#register/bytes.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, bytes, number, text } from "../archive.ts"
import type { Challenges } from "./challenges.ts"
import type { Relying } from "./site.ts"

export type PasskeyRefusal = { refused: "passkey.not-valid" | "passkey.too-many" | "passkey.last" | "passkey.unknown" }

/** Passkeys of officers (WebAuthn Level 3): discoverable, the person verified, bound to this desk's own name. */
export type Passkeys = {
  /** What a browser is asked in order to make one. */
  invite(officer: { id: string; name: string }, at: Relying): Promise<PublicKeyCredentialCreationOptionsJSON>
  /** Keeps a new one; answers its id. */
  register(officer: string, input: unknown, at: Relying): Promise<{ passkey: string } | PasskeyRefusal>
  /** What a browser is asked in order to use one: any at this desk, or one of an officer's; `word` is what is signed. */
  ask(purpose: string, at: Relying, officer?: string, word?: string): Promise<PublicKeyCredentialRequestOptionsJSON>
  /** Checks what one signed for this purpose; the answer to a question is good once. */
  check(purpose: string, input: unknown, at: Relying): Promise<Asserted | PasskeyRefusal>
  of(officer: string): PasskeyView[]
  rename(officer: string, passkey: string, name: string): Record<never, never> | PasskeyRefusal
  /** Takes one away; `keepLast` where an officer without any could not come back. */
  remove(officer: string, passkey: string, keepLast: boolean): Record<never, never> | PasskeyRefusal
}

/** Who signed, with which passkey; `response` is what a later reader checks again. */
export type Asserted = { officer: string; passkey: string; response: AuthenticationResponseJSON }

// More than anybody carries: a stolen session cannot fill the disk.
const MOST = 20
const LONGEST_NAME = 80
const TIMEOUT_MS = 5 * 60_000

const coded = z.string().regex(/^[A-Za-z0-9_-]{1,8000}$/)
const credential = { id: coded, rawId: coded, type: z.literal("public-key") }
// Browsers add fields as WebAuthn grows: what is not named here is left out, and nothing of it is kept.
const attachment = z.enum(["platform", "cross-platform"]).optional()
const TRANSPORTS = ["ble", "hybrid", "internal", "nfc", "usb"] as const

/** What a browser hands over after making a passkey, under the name that its owner gives it. */
export const registrationForm = z.strictObject({
  name: z.string().trim().min(1).max(LONGEST_NAME),
  /** For being forced: it opens like any other, and supervisor and head are told. */
  second: z.boolean().default(false),
  response: z.object({
    ...credential,
    response: z.object({
      clientDataJSON: coded,
      attestationObject: coded,
      transports: z.array(z.string().max(20)).max(10).optional(),
    }),
    authenticatorAttachment: attachment,
    clientExtensionResults: z.object({}),
  }),
})

/** What a browser hands over after using one. */
export const assertionForm = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: coded,
    authenticatorData: coded,
    signature: coded,
    userHandle: coded.nullish(),
  }),
  authenticatorAttachment: attachment,
  clientExtensionResults: z.object({}),
})

const NOT_VALID: PasskeyRefusal = { refused: "passkey.not-valid" }
const UNKNOWN: PasskeyRefusal = { refused: "passkey.unknown" }

type Parts = { archive: Archive; clock: Clock; challenges: Challenges }

/** Opens the passkeys of a desk. */
export function openPasskeys(archive: Archive, clock: Clock, challenges: Challenges): Passkeys {
  const { sql, transact } = archive
  const parts = { archive, clock, challenges }
  const named = (officer: string) =>
    rowsOf(archive, officer).map((row) => ({ id: text(row.id) ?? "", transports: transportsOf(row) }))
  return {
    invite: (officer, at) =>
      generateRegistrationOptions({
        rpName: "IOD",
        rpID: at.id,
        userName: officer.name,
        userDisplayName: officer.name,
        userID: new Uint8Array(utf8(officer.id)),
        challenge: fromBase64url(challenges.give(`register ${officer.id}`)),
        timeout: TIMEOUT_MS,
        attestationType: "none",
        excludeCredentials: named(officer.id),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      }),
    register: (officer, input, at) => register(parts, officer, input, at),
    ask: (purpose, at, officer, word) =>
      generateAuthenticationOptions({
        rpID: at.id,
        challenge: fromBase64url(challenges.give(purpose, word)),
        timeout: TIMEOUT_MS,
        userVerification: "required",
        ...(officer !== undefined && { allowCredentials: named(officer) }),
      }),
    check: (purpose, input, at) => check(parts, purpose, input, at),
    of: (officer) => rowsOf(archive, officer).map(passkeyView),
    rename(officer, passkey, name) {
      const { changes } =
        sql.run`UPDATE passkey SET name = ${name.slice(0, LONGEST_NAME)} WHERE id = ${passkey} AND officer = ${officer} AND removed IS NULL`
      return Number(changes) === 1 ? {} : UNKNOWN
    },
    remove: (officer, passkey, keepLast) =>
      transact(() => {
        const all = rowsOf(archive, officer)
        if (!all.some((row) => row.id === passkey)) return UNKNOWN
        if (keepLast && all.length === 1) return { refused: "passkey.last" } as const
        sql.run`UPDATE passkey SET removed = ${instantOf(clock)} WHERE id = ${passkey}`
        sql.run`DELETE FROM session WHERE passkey = ${passkey}`
        return {}
      }),
  }
}

async function register(
  { archive, clock, challenges }: Parts,
  officer: string,
  input: unknown,
  at: Relying,
): Promise<{ passkey: string } | PasskeyRefusal> {
  const { sql, transact } = archive
  const parsed = registrationForm.safeParse(input)
  if (!parsed.success) return NOT_VALID
  const { name, second, response } = parsed.data
  const made = await verified(() =>
    verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      expectedChallenge: (word) => challenges.take(`register ${officer}`, word),
      expectedOrigin: at.origin,
      expectedRPID: at.id,
      requireUserVerification: true,
    }),
  )
  if (!made?.verified) return NOT_VALID
  const { id, publicKey, counter } = made.registrationInfo.credential
  const said = response.response.transports ?? []
  return transact(() => {
    if (sql.get`SELECT 1 AS known FROM passkey WHERE id = ${id}`) return NOT_VALID
    if (rowsOf(archive, officer).length >= MOST) return { refused: "passkey.too-many" } as const
    const ways = TRANSPORTS.filter((one) => said.includes(one)).join(" ")
    sql.run`INSERT INTO passkey (id, officer, name, key, counter, transports, added, second) VALUES
      (${id}, ${officer}, ${name}, ${publicKey}, ${counter}, ${ways}, ${instantOf(clock)},
       ${second ? 1 : 0})`
    return { passkey: id }
  })
}

async function check(
  { archive, clock, challenges }: Parts,
  purpose: string,
  input: unknown,
  at: Relying,
): Promise<Asserted | PasskeyRefusal> {
  const { sql } = archive
  const parsed = assertionForm.safeParse(input)
  if (!parsed.success) return NOT_VALID
  const response = parsed.data as AuthenticationResponseJSON
  const row = sql.get`SELECT * FROM passkey WHERE id = ${response.id} AND removed IS NULL`
  if (!row) return NOT_VALID
  const [officer, passkey, before] = [text(row.officer) ?? "", text(row.id) ?? "", number(row.counter)]
  const { userHandle } = response.response
  if (userHandle && userHandle !== Buffer.from(officer).toString("base64url")) return NOT_VALID
  const key = new Uint8Array(bytes(row.key) ?? new Uint8Array())
  const made = await verified(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: (word) => challenges.take(purpose, word),
      expectedOrigin: at.origin,
      expectedRPID: at.id,
      credential: { id: passkey, publicKey: key, counter: before, transports: transportsOf(row) },
      requireUserVerification: true,
    }),
  )
  if (!made?.verified) return NOT_VALID
  const { newCounter } = made.authenticationInfo
  return archive.transact(() => {
    // Of two answers at once with one counter, a copied authenticator's among them, only the first is taken.
    const { changes } = sql.run`UPDATE passkey SET counter = ${newCounter}, used = ${instantOf(clock)}
      WHERE id = ${passkey} AND counter = ${before} AND removed IS NULL`
    if (Number(changes) !== 1) return NOT_VALID
    // The same write for either sort: nothing that takes time depends on which it is.
    sql.run`INSERT INTO passkey_use (at, officer, second) VALUES (${instantOf(clock)}, ${officer}, ${number(row.second)})`
    return { officer, passkey, response }
  })
}

function rowsOf({ sql }: Archive, officer: string): Row[] {
  return sql.all`SELECT * FROM passkey WHERE officer = ${officer} AND removed IS NULL ORDER BY added, id`
}

type Row = Record<string, unknown>

function passkeyView(row: Row): PasskeyView {
  return {
    id: text(row.id) ?? "",
    name: text(row.name) ?? "",
    added: text(row.added) ?? "",
    used: text(row.used) ?? null,
  }
}

function transportsOf(row: Row): AuthenticatorTransport[] {
  const said = (text(row.transports) ?? "").split(" ")
  return TRANSPORTS.filter((one) => said.includes(one))
}

/** What the library says of bytes from outside; it throws for what is malformed, which is here the same as false. */
async function verified<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}

function fromBase64url(word: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(word, "base64url"))
}
