import type {
  AskedRelayView,
  LegView,
  PassedRelayView,
  RelayQueue,
  RelayRequestRow,
  RelayView,
  ReleaseView,
} from "#offices/joins/relays.ts"
import type { MessageState } from "#offices/lines/message.ts"
import { type AskedRelay, isDiscreet, type PassedRelay } from "#offices/lines/relay-form.ts"
import { parseRelease } from "#seal/release.ts"
import { type Archive, number, text } from "../archive.ts"
import { fileViews } from "../files/view.ts"
import { clearText } from "./acts.ts"
import { releasedAnswers } from "./answers.ts"
import { type Leg, legsOf, messageOn } from "./legs.ts"
import { addresseesOf } from "./room.ts"

/** The text of a hash; null where this desk does not hold it. */
type Clear = (hash: string | null) => string | null

type Reading = Pick<Archive, "sql">

/** What the reader of a message may know of its relay; null where it is none. */
export function relayView(
  archive: Reading,
  { line, matter }: { line: string; matter: string },
  state: MessageState,
): RelayView | null {
  const { relay } = state
  const release = releaseView(archive, line, state.index)
  if (!relay) return release && { side: "circular", attribution: "attributed", release }
  const clear: Clear = (hash) => clearText(archive, hash) ?? null
  if (!("asked" in relay)) return passed(relay, release, clear)
  const legs = legsOf(archive, line, matter).map((leg) => legView(archive, leg))
  return { ...asked(relay, release, clear), legs }
}

/** What waits at this desk to be passed on or carried back; empty at every desk but the secretariat's. */
export function relayQueue(archive: Archive, delegation: string): RelayQueue {
  const rows = archive.sql.all`SELECT line, id FROM matter WHERE office = 'message' AND state->>'$.relay.open' = 1
    ORDER BY opened`
  const requests = rows.flatMap(
    (row) => requestRow(archive, text(row.line) ?? "", text(row.id) ?? "", delegation) ?? [],
  )
  const answers = releasedAnswers(archive).flatMap((one) => {
    const { leg, index, number: n, answer, at } = one
    const [request, second] = [messageOn(archive, leg.line, leg.matter), messageOn(archive, leg.there, leg.anew)]
    if (!request || !second) return []
    const subject = clearText(archive, second.subject) ?? null
    const words = { text: clearText(archive, one.text) ?? null, language: second.language, subject }
    const where = { index, number: n, line: leg.there, matter: leg.anew }
    return [{ ...where, from: leg.addressee, to: request.by, answer, at, ...words }]
  })
  return { requests, answers }
}

function requestRow(archive: Archive, line: string, matter: string, delegation: string): RelayRequestRow | undefined {
  const state = messageOn(archive, line, matter)
  // One's own request is the secretariat's to pass on.
  if (!state?.relay || !("asked" in state.relay) || state.by === delegation) return undefined
  const { by, at, precedence, form, language, relay } = state
  return {
    ...{ line, matter, by, at, precedence, form, language, attribution: relay.asked.attribution },
    subject: clearText(archive, state.subject) ?? null,
    body: clearText(archive, state.body) ?? null,
    files: fileViews(archive, line, state.files),
    to: [...addresseesOf(archive, line, state, relay)],
    discreet: isDiscreet(relay.asked, precedence),
    legs: legsOf(archive, line, matter).map((leg) => legView(archive, leg)),
  }
}

function legView(archive: Reading, leg: Leg): LegView {
  const { addressee, state, refused, due, there, anew } = leg
  return { addressee, state, refused, due, line: there, matter: anew, at: messageOn(archive, there, anew)?.at ?? null }
}

function asked(relay: AskedRelay, release: ReleaseView | null, clear: Clear): Omit<AskedRelayView, "legs"> {
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
function releaseView({ sql }: Reading, line: string, index: number): ReleaseView | null {
  const row = sql.get`SELECT r.* FROM carried c JOIN release r ON r.author = c.author AND r.id = c.id
    WHERE c."index" = ${index} ORDER BY c.number LIMIT 1`
  if (!row) return null
  const [author, id] = [text(row.author) ?? "", text(row.id) ?? ""]
  const before = sql.get`SELECT count(*) AS n FROM carried c JOIN envelope e ON e."index" = c."index"
    WHERE c.author = ${author} AND c.id = ${id} AND e.line = ${line} AND c."index" < ${index}`
  const { release } = parseRelease(text(row.note) ?? "")
  return { id, at: release.at, to: [...release.to], again: number(before?.n) > 0 }
}
