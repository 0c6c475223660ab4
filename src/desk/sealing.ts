import { randomBytes } from "node:crypto"
import type { Roll } from "#offices/roll/roll.ts"
import { sealingKeyFor } from "#offices/roll/roll.ts"
import { packBody } from "#seal/body.ts"
import { commitment, formatHeader, type Header, headerHash, PRECEDENCES, signHeader } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { seal } from "#seal/node/hybrid.ts"
import { publicLineNumber } from "#seal/stamp.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { heldTo } from "./gaps.ts"
import { anchorNext } from "./officers/audit.ts"
import { splitTexts } from "./texts.ts"
import type { Vault } from "./vault.ts"

/** An envelope whose bytes are fixed: these and no others are sent for its serial. */
export type Sealed = { id: number; hash: string; line: string; header: string; body: Uint8Array }

export type SealingParts = {
  archive: Archive
  vault: Vault
  clock: Clock
  delegation: string
  roll(): Roll
}

type Row = Record<string, unknown>

/**
 * Gives a waiting act its serial, prev, seen and the sealing keys of `keysAt`, seals, signs and stores it, inside the
 * caller's transaction. Undefined while a member has published no key for that day. `behind` is the end of this desk's
 * chain, where the archive does not hold it.
 */
export function sealNext(
  parts: SealingParts,
  row: Row,
  keysAt = instantOf(parts.clock),
  behind?: { serial: number; hash: string },
): Sealed | undefined {
  const { archive, vault, clock, delegation } = parts
  const { sql } = archive
  const line = text(row.line) ?? ""
  const last = behind ?? chainEnd(archive, line, delegation)
  const at = instantOf(clock)
  const addressed = address(parts, line, (text(row.members) ?? "").split(" "), keysAt)
  if (!addressed) return undefined
  const [act, salt] = [bytes(row.act) ?? new Uint8Array(), new Uint8Array(randomBytes(32))]
  const plain = packBody({ salt, act, texts: splitTexts(bytes(row.texts) ?? new Uint8Array()) })
  const body = addressed.recipients ? seal(addressed.recipients, plain) : plain
  const serial = (last?.serial ?? 0) + 1
  const office = parts.roll().office
  const anchor = anchorNext(archive)
  const header: Header = {
    office,
    line,
    from: delegation,
    to: addressed.to,
    serial,
    prev: last?.hash ?? null,
    seen: heldTo(archive, line),
    register: register(archive),
    precedence: PRECEDENCES[number(row.precedence)] ?? "ROUTINE",
    signed: at,
    body: { hash: nodeCrypto.sha256(body).toHex(), length: body.length },
    commit: commitment(nodeCrypto, { office, line, from: delegation, serial }, salt, act),
    nonce: anchor.nonce,
  }
  const [id, hash, note] = [
    number(row.id),
    headerHash(nodeCrypto, formatHeader(header)),
    signHeader(header, vault.desk),
  ]
  anchor.keep(hash)
  sql.run`UPDATE outbox SET state = 'sealed', serial = ${serial}, hash = ${hash}, header = ${note}, body = ${body}, salt = ${salt} WHERE id = ${id}`
  return { id, hash, line, header: note, body }
}

/**
 * This desk's last envelope on a line: come back through the mail, or stamped and not yet come back, or sealed for a
 * courier before the one in front of it was answered.
 */
function chainEnd({ sql }: Archive, line: string, delegation: string): { serial: number; hash: string } | undefined {
  const ends = [
    sql.get`SELECT serial, hash FROM envelope WHERE line = ${line} AND sender = ${delegation} ORDER BY place DESC LIMIT 1`,
    sql.get`SELECT serial, hash FROM outbox WHERE line = ${line} AND state = 'stamped' ORDER BY serial DESC LIMIT 1`,
    sql.get`SELECT serial, hash FROM outbox WHERE line = ${line} AND state = 'sealed' ORDER BY serial DESC LIMIT 1`,
  ].flatMap((row) => (row ? [{ serial: number(row.serial), hash: text(row.hash) ?? "" }] : []))
  return ends.toSorted((a, b) => b.serial - a.serial)[0]
}

/** Whom to seal to with which keys; undefined while a member has published none for today. */
function address(
  parts: SealingParts,
  line: string,
  names: readonly string[],
  at: string,
): { to: Header["to"]; recipients: string[] | undefined } | undefined {
  if (publicLineNumber(line) !== undefined) return { to: "*", recipients: undefined }
  const { members } = parts.roll()
  const keys = names.map((name) => {
    const member = members[name]
    const key = member && sealingKeyFor(member, at)
    return key && { name, ...key }
  })
  const to = keys.flatMap((k) => (k ? [{ name: k.name, sealingKey: k.number }] : []))
  if (to.length < 2 || to.length !== keys.length) return undefined
  return { to, recipients: keys.flatMap((k) => (k ? [k.recipient] : [])) }
}

function register({ sql }: Archive): Header["register"] {
  const row = sql.get`SELECT size, root FROM checkpoint ORDER BY size DESC LIMIT 1`
  return row ? { size: BigInt(number(row.size)), root: text(row.root) ?? "" } : null
}

/** An outbox row whose envelope is sealed. */
export function sealedRow(row: Row): Sealed {
  const [hash, line, header] = [text(row.hash) ?? "", text(row.line) ?? "", text(row.header) ?? ""]
  return { id: number(row.id), hash, line, header, body: bytes(row.body) ?? new Uint8Array() }
}
