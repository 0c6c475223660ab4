import { randomBytes } from "node:crypto"
import { join } from "node:path"
import type { RegisterView } from "#offices/joins/screen.ts"
import { LONGEST_LIST } from "#offices/judge.ts"
import { type DeskClient, lineOf, openExercise } from "./exercise.ts"
import { atMost, beside, type Figure } from "./figure.ts"
import { temporaryFolder } from "./program.ts"

const RECORDS = 20_000

/** A large import by one desk: lists of 500 handed in one after the other, until the last record is witnessed there. */
export async function measureLists(): Promise<Figure[]> {
  using folder = temporaryFolder()
  await using exercise = await openExercise(join(folder.path, "data"))
  const desk = exercise.desk("ukraine")
  const line = await lineOf(desk, "direct line")
  const lists = Array.from({ length: RECORDS / LONGEST_LIST }, (_, i) => listOf(line, i))
  const recorded = Promise.withResolvers<number>()
  const witnessed = Promise.withResolvers<number>()
  const left = new Set(lists.flatMap(({ records }) => records.map(({ fields }) => fields.matter)))
  const look = async () => {
    if (left.size === 0 && (await notWitnessed(desk)) === 0) witnessed.resolve(performance.now())
  }
  using _live = await desk.live(({ kind, entered = [] }) => {
    for (const { matter } of entered) left.delete(matter)
    if (left.size === 0) recorded.resolve(performance.now())
    if (kind === "register") void look()
  })
  const began = performance.now()
  for (const list of lists) await desk.post("/acts", list)
  const handed = (performance.now() - began) / 1000
  const took = ((await recorded.promise) - began) / 1000
  const all = ((await witnessed.promise) - began) / 1000
  const how = `${RECORDS} messages as lists of ${LONGEST_LIST} by POST /api/acts at one desk of a running iod start, whose other desks are in the same process`
  return [
    atMost("core.lists", all, 10, { unit: "s", how: `${how}: until the last is witnessed at that desk` }),
    beside("core.lists.handed", handed, { unit: "s", how: `${how}: until the outbox holds the last` }),
    beside("core.lists.recorded", took, { unit: "s", how: `${how}: until the last is in its book` }),
  ]
}

function listOf(line: string, number: number) {
  const records = Array.from({ length: LONGEST_LIST }, (_, i) => ({
    fields: { matter: randomBytes(32).toHex(), language: "uk" },
    texts: { subject: `Повідомлення ${number}.${i}`, body: `Пошкоджено лінію електропередачі, опора ${i}.` },
  }))
  return { act: "message.sent", line, precedence: "ROUTINE", records }
}

async function notWitnessed(desk: DeskClient): Promise<number> {
  return (await desk.get<RegisterView>("/register")).notWitnessed
}
