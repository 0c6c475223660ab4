import { type PublicAct, publicAct } from "#offices/roll/acts.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { keyOfPublicAct } from "#offices/roll/keys.ts"
import { emptyRoll, enterPublicAct, type PublicEntry, type Roll } from "#offices/roll/roll.ts"
import { fromBase64, fromUtf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import { unpackBody } from "#seal/body.ts"
import { commitment, type Header, parseSignedHeader, verifyHeader } from "#seal/header.ts"
import { nextHead, parseStamp, publicLine, type Stamp } from "#seal/stamp.ts"
import { checkEntered, type Entered, type Office } from "./entered.ts"
import { inOrder, must, within } from "./fault.ts"
import type { RollEntry } from "./form.ts"

/** The roll as it was after each place of public line 0; place 0 is the roll before anything was entered. */
export type RollAt = { roll: Roll; head: string; index: bigint; at: string }

/**
 * Folds the roll from place 1 as every desk does: stamps, heads, serials, signatures, register. Throws a
 * VerificationError; an act that the rules refuse counts for nothing, as in the office.
 */
export async function foldRoll(office: Office, entries: readonly RollEntry[]): Promise<RollAt[]> {
  const { crypto, founded } = office
  const line = publicLine(0)
  // Of these no one depends on another, and they are most of the work.
  const entered = await inOrder(
    entries.map((entry, i) => within({ part: "roll", number: i + 1 }, () => checkEntered(office, line, entry))),
  )
  const rolls: RollAt[] = [{ roll: emptyRoll(founded), head: line, index: -1n, at: "" }]
  const chain: Chain = new Map()
  for (const [i, entry] of entries.entries()) {
    const [one, last] = [entered[i], rolls[i]]
    if (!one || !last) throw new Error("a place of the roll was not checked")
    await within({ part: "roll", number: i + 1 }, async () => {
      rolls.push(await next(crypto, one, entry, last, i + 1))
      followChain(chain, one, true)
    })
  }
  return rolls
}

async function next(crypto: Crypto, one: Entered, entry: RollEntry, last: RollAt, place: number): Promise<RollAt> {
  const { signed, stamp } = one
  const { header } = signed
  checkOrder(crypto, stamp, last, place)
  must(header.to === "*", "header.malformed", "a public act is addressed to somebody")
  const act = readAct(crypto, header, entry)
  const by = { by: header.from, signer: signed.note.signatures[0]?.name ?? "", act }
  const key = await keyOfPublicAct(crypto, last.roll, by)
  must(key !== undefined, "roll.unknown-key", "a public act is by a delegation without a desk key")
  await verifyHeader(crypto, signed, key)
  const about = { by: header.from, at: stamp.at, index: Number(stamp.index), line: 0, header: signed.hash }
  const roll = act ? await enter(crypto, last.roll, act, about) : last.roll
  return { roll, head: stamp.head, index: stamp.index, at: stamp.at }
}

function checkOrder(crypto: Crypto, stamp: Stamp, last: RollAt, place: number): void {
  const follows = stamp.place === place && stamp.head === nextHead(crypto, last.head, stamp.header)
  must(follows, "sheet.order", "the roll is not whole")
  const onRoll = stamp.roll.place === place - 1 && stamp.roll.head === last.head
  must(onRoll, "sheet.order", "a stamp names another roll")
  must(stamp.index > last.index && stamp.at >= last.at, "sheet.order", "a stamp is earlier than the one before it")
}

/** The public act of a place; undefined where its body shows that it holds none. */
function readAct(crypto: Crypto, header: Header, entry: RollEntry): PublicAct | undefined {
  if ("act" in entry) {
    const [salt, bytes] = [fromBase64(entry.act.salt), fromBase64(entry.act.bytes)]
    must(commitment(crypto, header, salt, bytes) === header.commit, "body.commit", "an act is not the committed one")
    return parseAct(bytes)
  }
  const body = fromBase64(entry.body)
  const whole = body.length === header.body.length && crypto.sha256(body).toHex() === header.body.hash
  must(whole, "body.hash", "a body is not the signed one")
  must(!opens(crypto, header, body), "sheet.malformed", "a body that opens is shown as one that does not")
  return undefined
}

function opens(crypto: Crypto, header: Header, bytes: Uint8Array): boolean {
  try {
    const body = unpackBody(bytes)
    return commitment(crypto, header, body.salt, body.act) === header.commit
  } catch (error) {
    if (error instanceof VerificationError) return false
    throw error
  }
}

function parseAct(bytes: Uint8Array): PublicAct | undefined {
  try {
    return publicAct.safeParse(parseJson(fromUtf8(bytes))).data
  } catch {
    // Its author may write what he likes under his own signature; it counts for nothing.
    return undefined
  }
}

async function enter(crypto: Crypto, roll: Roll, act: PublicAct, about: PublicEntry): Promise<Roll> {
  try {
    const next = await enterPublicAct(crypto, roll, act, about)
    return "refused" in next ? roll : next
  } catch (error) {
    if (error instanceof VerificationError) return roll
    throw error
  }
}

/**
 * The charters as the sheet's public acts state them, before any of its checkpoints is believed: which witnesses count
 * for a checkpoint, an amendment may have changed. `checkCharters` holds them against the roll once that is proven.
 */
export async function statedCharters(
  crypto: Crypto,
  founded: Founded,
  entries: readonly RollEntry[],
): Promise<Pick<Roll, "charter" | "charters">> {
  let roll = emptyRoll(founded)
  for (const [i, entry] of entries.entries())
    await within({ part: "roll", number: i + 1 }, async () => {
      const { header, hash } = parseSignedHeader(crypto, entry.header)
      const { index, at } = parseStamp(entry.stamp)
      const act = "act" in entry ? parseAct(fromBase64(entry.act.bytes)) : undefined
      if (act)
        roll = await enter(crypto, roll, act, { by: header.from, at, index: Number(index), line: 0, header: hash })
    })
  return roll
}

/** That the proven roll has the charters that were stated; throws `sheet.order` otherwise. */
export function checkCharters(rolls: readonly RollAt[], stated: Pick<Roll, "charters">): void {
  const proven = rolls.at(-1)?.roll.charters ?? []
  const same =
    proven.length === stated.charters.length && proven.every((one, i) => one.index === stated.charters[i]?.index)
  must(same, "sheet.order", "the charters that a sheet states are not those of its roll")
}

/** The last envelope of each sender that was looked at. */
export type Chain = Map<string, { serial: number; hash: string }>

/**
 * That serials of a sender rise and `prev` names the one before it wherever that is in the sheet; in a `whole` line it
 * is. Throws `sheet.order`.
 */
export function followChain(chain: Chain, { signed }: Entered, whole: boolean): void {
  const { header, hash } = signed
  const last = chain.get(header.from)
  const serial = last?.serial ?? 0
  must(header.serial > serial, "sheet.order", "serials of a sender do not rise")
  if (whole) must(header.serial === serial + 1, "sheet.order", "a serial is missing")
  // With serial 1 the header's own form says that there is none before it.
  if (last && header.serial === serial + 1)
    must(header.prev === last.hash, "sheet.order", "a header follows another than the one before it")
  chain.set(header.from, { serial: header.serial, hash })
}
