import type { PublicAct } from "#offices/roll/acts.ts"
import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import type { VerifierKey } from "#register/note.ts"
import { SEALING_KEYS, signSealingKeys } from "#seal/sealing-keys.ts"
import { openRefusal, openStamp, publicLine } from "#seal/stamp.ts"
import { formatPosted, parseAnswers } from "#seal/wire.ts"
import { instantOf } from "../../clock.ts"
import { number, text } from "../archive.ts"
import type { Outbox } from "../outbox.ts"
import { type Sealed, type SealingParts, sealNext } from "../sealing.ts"
import { type FollowingParts, type PublicStanding, readPublicLines } from "./following.ts"
import { type Restored, readRestored, writeRestored } from "./restored.ts"

export type AnnouncingParts = FollowingParts &
  SealingParts & { crypto: Crypto; registryKey: VerifierKey; outbox: Outbox; log(message: string): void }

const DAY = 86_400_000
const ANSWER_MS = 30_000

/**
 * Enters the key of a restored desk, in the place of the one before and with its first sealing keys. Until that is
 * stamped the desk has no key in force, so nothing else leaves and no mail of its own comes. What was entered once is
 * found again after a crash. Throws where the registry cannot be reached or asks to wait; a final refusal is kept.
 */
export async function announce(parts: AnnouncingParts): Promise<void> {
  const { archive, vault, delegation, log } = parts
  const restored = readRestored(archive)
  if (!restored || restored.entered !== null) return
  if (restored.refused !== null) throw new Error(`the registry did not enter the key of this desk: ${restored.refused}`)
  const standing = await readPublicLines(parts)
  const member = standing.roll.members[delegation]
  const token = `restored.${restored.key}`
  const isInForce = member?.key?.name === vault.desk[0].key.name
  if (restored.certificate === null) {
    if (!isInForce) throw new Error("the council has not confirmed the root of this desk's key")
    // Sealing keys are still to be published.
    archive.setMeta("sealing-keys.until", "")
    return entered(parts, restored, standing.until)
  }
  if (isInForce) return entered(parts, restored, indexOf(parts, standing, token))
  const sealed = prepare(parts, { ...restored, certificate: restored.certificate }, standing, token)
  const index = await post(parts, restored, sealed)
  entered(parts, restored, index)
  log(`this desk speaks with the key ${restored.key} from index ${index} on`)
}

function entered({ archive }: AnnouncingParts, restored: Restored, index: number): void {
  writeRestored(archive, { ...restored, entered: index, looked: index + 1 })
}

function indexOf({ archive }: AnnouncingParts, standing: PublicStanding, token: string): number {
  const hash = text(archive.sql.get`SELECT hash FROM outbox WHERE token = ${token}`?.hash)
  const index = hash === undefined ? undefined : standing.broughtBy(hash)
  if (index === undefined) throw new Error("another archive has entered the key of this one")
  return index
}

/** The act, sealed behind this delegation's last public envelope, on disk with the private parts of its sealing keys. */
function prepare(
  parts: AnnouncingParts,
  restored: Restored & { certificate: string },
  { roll, own }: PublicStanding,
  token: string,
): Sealed {
  const { archive, vault, delegation, outbox, office } = parts
  const { sql } = archive
  const from = instantOf(parts.clock).slice(0, 10)
  return archive.transact(() => {
    sql.run`DELETE FROM outbox WHERE token = ${token} AND state <> 'stamped'`
    const first = (roll.members[delegation]?.lastSealing ?? 0) + 1
    const { recipients } = vault.newIdentities(from, first)
    const act: PublicAct = {
      ...{ act: "desk-key.certified", matter: office, delegation, certificate: restored.certificate },
      keys: signSealingKeys({ office, delegation, first, from, recipients }, vault.desk),
    }
    const words = { act: utf8(JSON.stringify(act)), texts: [], officer: null, token }
    const { id } = outbox.submit({ line: publicLine(0), members: ["*"], precedence: "ROUTINE", ...words })
    archive.setMeta(
      "sealing-keys.until",
      new Date(Date.parse(from) + (SEALING_KEYS - 1) * DAY).toISOString().slice(0, 10),
    )
    const row = sql.get`SELECT * FROM outbox WHERE id = ${id}`
    const sealed = row && sealNext(parts, row, undefined, own)
    if (!sealed) throw new Error("the key of this desk could not be sealed")
    return sealed
  })
}

/** Hands it in; answers its index once the registry has stamped it. */
async function post(parts: AnnouncingParts, restored: Restored, sealed: Sealed): Promise<number> {
  const { archive, crypto, registryKey, outbox } = parts
  const response = await fetch(`${parts.registry}/desk/envelopes`, {
    method: "POST",
    body: formatPosted([sealed]),
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  if (!response.ok) throw new Error(`the registry answered ${response.status}`)
  const [answer = ""] = parseAnswers(new Uint8Array(await response.arrayBuffer()))
  if (answer.startsWith("iod.stamp/v1\n")) {
    const { header, index } = await openStamp(crypto, answer, registryKey)
    if (header !== sealed.hash) throw new VerificationError("stamp.mismatch", "a stamp of another header")
    outbox.stamped([{ hash: sealed.hash, note: answer, index }])
    return number(Number(index))
  }
  const refusal = await openRefusal(crypto, answer, registryKey)
  const isFinal = refusal.kind === "final" && refusal.header === sealed.hash
  // Something was entered between reading and writing: both begin anew.
  if (isFinal && refusal.code !== "serial" && refusal.code !== "prev")
    writeRestored(archive, { ...restored, refused: refusal.code })
  throw new Error(`the registry did not enter the key of this desk: ${refusal.code}`)
}
