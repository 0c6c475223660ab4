import type { AskedRelayView, PassedRelayView, RelayView, ReleaseView } from "#offices/joins/relays.ts"
import type { MessageState } from "#offices/lines/message.ts"
import type { AskedRelay, PassedRelay } from "#offices/lines/relay-form.ts"
import { parseRelease } from "#seal/release.ts"
import { type Archive, number, text } from "./archive.ts"

/** The text of a hash; null where this desk does not hold it. */
type Clear = (hash: string | null) => string | null

/** What the reader of a message may know of its relay; null where it is none. */
export function relayView(sql: Archive["sql"], clear: Clear, line: string, state: MessageState): RelayView | null {
  const { relay } = state
  if (!relay) return null
  const release = releaseView(sql, line, state.index)
  return "asked" in relay ? asked(relay, release, clear) : passed(relay, release, clear)
}

function asked(relay: AskedRelay, release: ReleaseView | null, clear: Clear): AskedRelayView {
  const { to, attribution } = relay.asked
  return {
    ...{ side: "asked", attribution, to: to ?? null, release },
    passedOn: Object.entries(relay.passedOn).map(([name, { at }]) => ({ to: to ? name : null, at })),
    returned: relay.returned && { at: relay.returned.at, text: clear(relay.returned.text) },
    heard: relay.heard.map(({ from, answer, said, at, text: words }) => ({
      ...{ answer, said, at, text: clear(words) },
      from: to ? from : null,
    })),
  }
}

function passed(relay: PassedRelay, release: ReleaseView | null, clear: Clear): PassedRelayView {
  const { from } = relay
  return {
    ...{ side: "passed", attribution: from.attribution, release },
    from: from.attribution === "attributed" ? from.from : null,
    released: relay.released.map(({ answer, at, text: words }) => ({ answer, at, text: clear(words) })),
  }
}

/** The release that the first record of an envelope carried and that this desk verified. */
function releaseView(sql: Archive["sql"], line: string, index: number): ReleaseView | null {
  const row = sql.get`SELECT r.* FROM carried c JOIN release r ON r.author = c.author AND r.id = c.id
    WHERE c."index" = ${index} ORDER BY c.number LIMIT 1`
  if (!row) return null
  const [author, id] = [text(row.author) ?? "", text(row.id) ?? ""]
  const before = sql.get`SELECT count(*) AS n FROM carried c JOIN envelope e ON e."index" = c."index"
    WHERE c.author = ${author} AND c.id = ${id} AND e.line = ${line} AND c."index" < ${index}`
  const { release } = parseRelease(text(row.note) ?? "")
  return { id, at: release.at, to: [...release.to], again: number(before?.n) > 0 }
}
