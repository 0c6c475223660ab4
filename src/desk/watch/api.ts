import { Hono } from "hono"
import { z } from "zod"
import type { Officer } from "../officers.ts"
import type { Desk } from "../open.ts"
import { openBoard } from "./board.ts"
import { callsOn } from "./calls.ts"
import { changesSince, readUpTo } from "./changes.ts"
import { watchView } from "./items.ts"
import { overdueView } from "./overdue.ts"

// A quarter of a year is what anybody compares by eye.
const MOST_DAYS = 92

// What is older than a fortnight and nobody translated, nobody asked for.
const UNTRANSLATED_MS = 14 * 86_400_000

/** What a watch asks over HTTP: who was heard, who is late, what is to be checked or translated, what changed. */
export function watchApi(desk: Desk): Hono<{ Variables: { officer: Officer } }> {
  const app = new Hono<{ Variables: { officer: Officer } }>()
  const { archive, clock, delegation, book } = desk
  const board = openBoard({ archive, clock, delegation, roll: book.roll })
  app.get("/board", (c) => {
    const days = Number(c.req.query("days") ?? 14)
    return c.json(board.view(Number.isInteger(days) && days > 0 ? Math.min(days, MOST_DAYS) : 14))
  })
  app.get("/lines/:line/calls", (c) => c.json(callsOn(archive, c.req.param("line"))))
  const connected = () => desk.status().connected
  const overdue = () => overdueView({ archive, clock, delegation, roll: book.roll, connected })
  app.get("/overdue", (c) => c.json(overdue()))
  app.get("/watch", (c) => c.json(watchView(desk, board, overdue())))
  app.get("/checks", (c) => c.json(board.due()))
  app.get("/checks/:line/:matter", (c) => {
    const check = board.check(c.req.param("line"), c.req.param("matter"))
    return check ? c.json(check) : c.json({ error: "unknown-check" }, 404)
  })
  app.get("/translations", (c) => {
    const since = new Date(desk.clock.now() - UNTRANSLATED_MS).toISOString()
    return c.json(desk.views.untranslated(since))
  })
  app.get("/changes", (c) => c.json(changesSince(desk.archive, c.get("officer").id)))
  app.post("/changes/read", async (c) => {
    const read = z.strictObject({ index: z.int().min(-1) }).safeParse(await c.req.json().catch(() => undefined))
    if (!read.success) return c.json({ refused: "act.malformed" }, 400)
    readUpTo(desk.archive, c.get("officer").id, read.data.index, desk.now())
    return c.json({})
  })
  return app
}
