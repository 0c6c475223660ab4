import type { StopRow } from "#offices/joins/relays.ts"
import type { MessageState } from "#offices/lines/message.ts"
import { awaits } from "#offices/lines/silence.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { textHash } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Archive, bytes, text } from "../archive.ts"
import { splitTexts } from "../texts.ts"
import { clearText } from "./acts.ts"

/** A stop that was answered here and that nobody ended leaves the screens after so long; the message stays. */
const SHOWN_MS = 24 * 3_600_000
const MOST = 50

type Reading = Pick<Archive, "sql">

/** Emergency stops that nobody ended, at one desk: those that call it and its own, the latest first. */
export function runningStops(archive: Reading, delegation: string, now: string): StopRow[] {
  const rows = archive.sql.all`SELECT line, id, state FROM matter INDEXED BY matter_stop WHERE office = 'message'
    AND state->>'$.form' = 'emergency-stop' AND state->>'$.recalled' IS NULL ORDER BY opened DESC LIMIT ${MOST}`
  const oldest = new Date(Date.parse(now) - SHOWN_MS).toISOString()
  const entered = rows.flatMap((row): StopRow[] => {
    const state = JSON.parse(text(row.state) ?? "null") as MessageState
    // What the secretariat's desk passed on stands on its screens as the call that it came from.
    if (state.by === delegation && state.relay && "from" in state.relay) return []
    const stop = stopOf(archive, text(row.line) ?? "", text(row.id) ?? "", state, delegation)
    return stop.awaits || stop.since > oldest || state.by === delegation ? [stop] : []
  })
  return [...leaving(archive, delegation), ...entered]
}

function stopOf(archive: Reading, line: string, matter: string, state: MessageState, delegation: string): StopRow {
  const { sql } = archive
  const { relay, language, by } = state
  const caller = relay && "from" in relay && relay.from.attribution === "attributed" ? relay.from.from : by
  const signed = sql.get`SELECT r.at FROM carried c JOIN release r ON r.author = c.author AND r.id = c.id
    WHERE c."index" = ${state.index} ORDER BY c.number LIMIT 1`
  const submitted = sql.get`SELECT submitted FROM outbox WHERE hash = ${state.header}`
  return {
    ...{ line, matter, caller, language },
    since: text(submitted?.submitted) ?? text(signed?.at) ?? state.at,
    subject: clearText(archive, state.subject) ?? null,
    awaits: awaits(state, delegation),
  }
}

/** Own stops that no stamp has answered yet. */
function leaving({ sql }: Reading, delegation: string): StopRow[] {
  const rows = sql.all`SELECT line, act, texts, submitted FROM outbox WHERE state IN ('waiting', 'sealed')
    AND precedence = 0 AND turn IS NOT NULL ORDER BY id DESC LIMIT ${MOST}`
  return rows.flatMap((row) => {
    const { record } = JSON.parse(fromUtf8(bytes(row.act) ?? new Uint8Array())) as {
      record?: { form?: string; relayed?: unknown; subject?: string; language?: string }
    }
    if (record?.form !== "emergency-stop" || record.relayed) return []
    const subject = splitTexts(bytes(row.texts) ?? new Uint8Array()).find(
      (one) => textHash(nodeCrypto, one) === record.subject,
    )
    const words = subject ? fromUtf8(subject.bytes) : null
    const where = { line: text(row.line) ?? "", matter: null, since: text(row.submitted) ?? "" }
    return [{ ...where, caller: delegation, subject: words, language: record.language ?? "en", awaits: false }]
  })
}
