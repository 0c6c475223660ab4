import { Hono } from "hono"
import { openBoard } from "./board.ts"
import { callsOn } from "./calls.ts"
import type { Officer } from "./officers.ts"
import type { Desk } from "./open.ts"
import { overdueView } from "./overdue.ts"

// A quarter of a year is what anybody compares by eye.
const MOST_DAYS = 92

/** The line board, telephone calls and the checks by officers over HTTP; calling and answering them are acts like any other. */
export function boardApi(desk: Desk): Hono<{ Variables: { officer: Officer } }> {
  const app = new Hono<{ Variables: { officer: Officer } }>()
  const { archive, clock, delegation, book } = desk
  const board = openBoard({ archive, clock, delegation, roll: book.roll })
  app.get("/board", (c) => {
    const days = Number(c.req.query("days") ?? 14)
    return c.json(board.view(Number.isInteger(days) && days > 0 ? Math.min(days, MOST_DAYS) : 14))
  })
  app.get("/lines/:line/calls", (c) => c.json(callsOn(archive, c.req.param("line"))))
  const connected = () => desk.status().connected
  app.get("/overdue", (c) => c.json(overdueView({ archive, clock, delegation, roll: book.roll, connected })))
  app.get("/checks", (c) => c.json(board.due()))
  app.get("/checks/:line/:matter", (c) => {
    const check = board.check(c.req.param("line"), c.req.param("matter"))
    return check ? c.json(check) : c.json({ error: "unknown-check" }, 404)
  })
  return app
}
