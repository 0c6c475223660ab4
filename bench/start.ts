import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { buildWeb } from "../scripts/build-web.ts"
import { type Exercise, lineOf, message, openExercise } from "./exercise.ts"
import { atMost, beside, type Figure } from "./figure.ts"
import { memoryOf, temporaryFolder } from "./program.ts"

const MESSAGES = 200
const LINES = [
  ["ukraine", "direct line"],
  ["secretariat", "all delegations"],
] as const

/** `iod start` on built screens until five desks answer, fresh and on a folder that is there; its memory after use. */
export async function measureStart(): Promise<Figure[]> {
  await buildWeb()
  using folder = temporaryFolder()
  const data = join(folder.path, "data")
  const { fresh, memory } = await measureFresh(data)
  await using again = await openExercise(data)
  const how = "from the command until every desk of five answers, screens built"
  const used = `iod start with its PostgreSQL after ${MESSAGES} messages`
  return [
    atMost("core.start", again.openAfter, 4, { unit: "s", how: `${how}; on a data folder that is there` }),
    atMost("core.start.fresh", fresh, 4, { unit: "s", how: `${how}; founding the office` }),
    atMost("core.memory", memory.shared, 500, {
      unit: "MiB",
      how: `${used}: PSS of all processes, which counts shared memory once`,
    }),
    beside("core.memory.resident", memory.resident, {
      unit: "MiB",
      how: `${used}: RSS of all processes, which counts shared memory for each of them`,
    }),
  ]
}

async function measureFresh(data: string) {
  await using exercise = await openExercise(data)
  await use(exercise)
  return { fresh: exercise.openAfter, memory: memoryOf(exercise.pid) }
}

/** Sends messages on lines of two and of five as fast as they go, and gives the witnesses time to answer. */
async function use(exercise: Exercise): Promise<void> {
  for (const [name, purpose] of LINES) {
    const desk = exercise.desk(name)
    const line = await lineOf(desk, purpose)
    const matters = Array.from({ length: MESSAGES / LINES.length }, () => randomBytes(32).toHex())
    const last = Promise.withResolvers<void>()
    const left = new Set(matters)
    using _live = await desk.live(({ entered = [] }) => {
      for (const { matter } of entered) left.delete(matter)
      if (left.size === 0) last.resolve()
    })
    for (const matter of matters) await desk.post("/acts", message(line, matter, "Crew of four, unarmed. ".repeat(20)))
    await last.promise
  }
  await pause(3000)
}
