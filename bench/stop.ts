import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import type { StopRow } from "#offices/joins/relays.ts"
import type { DeskStatus, MessageView } from "#offices/joins/screen.ts"
import { formatStop, stopAddressees } from "#offices/lines/stop.ts"
import { type DeskClient, lineOf, openExercise } from "./exercise.ts"
import { atMost, type Figure, quantile } from "./figure.ts"
import { temporaryFolder } from "./program.ts"

const CALLER = "icrc"
const CALLS = 30
const WARM = 3
/** How long a screen gathers events before it asks. */
const GATHER_MS = 10
// Nobody calls again while his last call is being witnessed: until then that one's checkpoint would be load for this.
const BETWEEN_MS = 600
const STOP = { where: "The school of the fictional village of Lindenau", what: "Shells", who: "", since: "", reach: "" }

/** From the key at a caller's desk to the open screens of both parties and the secretariat, in a running `iod start`. */
export async function measureStop(): Promise<Figure[]> {
  using folder = temporaryFolder()
  await using exercise = await openExercise(join(folder.path, "data"))
  const caller = exercise.desk(CALLER)
  const { delegations, secretariat } = await caller.get<DeskStatus>("/desk")
  const parties = stopAddressees(delegations, CALLER)
  const screens = [...parties, secretariat].map(exercise.desk)
  const line = await lineOf(caller, "secretariat")
  const shown: number[] = []
  for (let i = 0; i < CALLS + WARM; i++) {
    await pause(BETWEEN_MS)
    const took = await untilShown(caller, line, parties, screens)
    if (i >= WARM) shown.push(took)
  }
  const how = `95th percentile of ${CALLS} calls, one at a time, in one running iod start: from POST /api/acts at the caller's desk, through the secretariat's, until the open screens of both parties and the secretariat have what they show (live event, ${GATHER_MS} ms of gathering, GET /api/stops); drawing it is not in it`
  return [atMost("lines.stop", quantile(shown, 0.95), 300, { unit: "ms", how })]
}

/** One call, to its end; answers the milliseconds until the last of the screens had it. */
async function untilShown(
  caller: DeskClient,
  line: string,
  to: readonly string[],
  screens: readonly DeskClient[],
): Promise<number> {
  const matter = randomBytes(32).toHex()
  const subject = `Emergency stop ${matter.slice(0, 8)}`
  const watches = await Promise.all(screens.map((screen) => watch(screen, subject)))
  const fields = { matter, language: "en", form: "emergency-stop", relay: { to, attribution: "attributed" } }
  const records = [{ fields, texts: { subject, body: formatStop(STOP) } }]
  const began = performance.now()
  await caller.post("/acts", { act: "message.sent", line, precedence: "FLASH", records })
  const took = Math.max(...(await Promise.all(watches.map(({ shown }) => shown)))) - began
  const { header: of } = await caller.get<MessageView>(`/messages/${line}/${matter}`)
  const recall = { act: "message.recalled", line, precedence: "FLASH", records: [{ fields: { matter, of } }] }
  await caller.post("/acts", recall)
  await Promise.all(watches.map(({ ended }) => ended))
  for (const { stop } of watches) stop()
  return took
}

/** An open screen: it asks again after each event, as the bar of stops does. */
async function watch(screen: DeskClient, subject: string) {
  const [shown, ended] = [Promise.withResolvers<number>(), Promise.withResolvers<void>()]
  let gathering = false
  let isShown = false
  const look = async () => {
    if (gathering) return
    gathering = true
    await pause(GATHER_MS)
    gathering = false
    const stops = await screen.get<StopRow[]>("/stops")
    const holds = stops.some((stop) => stop.subject === subject)
    if (holds && !isShown) shown.resolve(performance.now())
    if (!holds && isShown) ended.resolve()
    isShown ||= holds
  }
  const live = await screen.live((event) => void (event.kind === "entered" && look()))
  return { shown: shown.promise, ended: ended.promise, stop: () => live[Symbol.dispose]() }
}
