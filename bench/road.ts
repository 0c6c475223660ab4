import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import type { MessageView } from "#offices/joins/screen.ts"
import { type DeskClient, type LiveEvent, lineOf, message, openExercise } from "./exercise.ts"
import { atMost, type Figure, median, quantile } from "./figure.ts"
import { temporaryFolder } from "./program.ts"

const MESSAGES = 300
const WITNESSED = 15
const WARM = 20
// An officer's next key comes later than this; without it one message's checkpoint would be another's load.
const BETWEEN_MS = 25

/** From the key to the other desk's book and its open screen, and to its witnessed mark, in a running `iod start`. */
export async function measureRoad(): Promise<Figure[]> {
  using folder = temporaryFolder()
  await using exercise = await openExercise(join(folder.path, "data"))
  const from = exercise.desk("ukraine")
  const to = exercise.desk("russian-federation")
  const line = await lineOf(from, "direct line")
  for (let i = 0; i < WARM; i++) await untilEntered(from, to, line)
  const entered: number[] = []
  for (let i = 0; i < MESSAGES; i++) {
    entered.push(await untilEntered(from, to, line))
    await pause(BETWEEN_MS)
  }
  const witnessed: number[] = []
  for (let i = 0; i < WITNESSED; i++) {
    // Anywhere in the registry's second, as an officer would hand it in.
    await pause(Math.random() * 1000)
    witnessed.push(await untilWitnessed(from, to, line))
  }
  const how = `${MESSAGES} messages one at a time in one running iod start: from POST /api/acts at one desk to the event "entered" on the open /api/live of the other`
  return [
    atMost("core.desk-to-desk.median", median(entered), 25, { unit: "ms", how }),
    atMost("core.desk-to-desk.p99", quantile(entered, 0.99), 100, { unit: "ms", how }),
    atMost("core.witnessed", quantile(witnessed, 0.95) / 1000, 1.5, {
      unit: "s",
      how: `95th percentile of ${WITNESSED} messages: from POST /api/acts at one desk to witnessed at the other`,
    }),
  ]
}

async function untilEntered(from: DeskClient, to: DeskClient, line: string): Promise<number> {
  const matter = randomBytes(32).toHex()
  const arrived = Promise.withResolvers<number>()
  using _live = await to.live((event) => {
    if (isOf(event, matter)) arrived.resolve(performance.now())
  })
  const began = performance.now()
  await from.post("/acts", message(line, matter, "Crew of four from 09:00, unarmed, two vehicles."))
  return (await arrived.promise) - began
}

async function untilWitnessed(from: DeskClient, to: DeskClient, line: string): Promise<number> {
  const matter = randomBytes(32).toHex()
  const shown = Promise.withResolvers<number>()
  const look = async () => {
    const held = await to.get<MessageView>(`/messages/${line}/${matter}`).catch(() => undefined)
    if (held?.witnessed) shown.resolve(performance.now())
  }
  // As a screen does: whatever happened, it asks again.
  using _live = await to.live((event) => void (event.kind === "register" && look()))
  const began = performance.now()
  await from.post("/acts", message(line, matter, "Crew of four from 09:00, unarmed, two vehicles."))
  return (await shown.promise) - began
}

function isOf(event: LiveEvent, matter: string): boolean {
  return event.kind === "entered" && (event.entered ?? []).some((e) => e.matter === matter)
}
