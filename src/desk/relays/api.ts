import { Hono } from "hono"
import type { Officer } from "../officers.ts"
import type { Desk } from "../open.ts"
import { runningStops } from "./stops.ts"

/** What waits to be passed on or carried back, over HTTP; asking, returning and releasing are acts like any other. */
export function relaysApi(desk: Desk): Hono<{ Variables: { officer: Officer } }> {
  const app = new Hono<{ Variables: { officer: Officer } }>()
  app.get("/relays", (c) => c.json(desk.relayQueue()))
  app.post("/relays/:line/:matter/pass", (c) => {
    const passed = desk.relays.passOn(c.req.param("line"), c.req.param("matter"), c.get("officer").id)
    return c.json(passed, "refused" in passed ? 409 : 200)
  })
  app.post("/relays/answers/:index/:number/carry", (c) => {
    const which = { index: Number(c.req.param("index")), number: Number(c.req.param("number")) }
    const carried = desk.relays.carryAnswer(which, c.get("officer").id)
    return c.json(carried, "refused" in carried ? 409 : 200)
  })
  app.post("/circulars", async (c) => {
    const handed = desk.relays.circulate(await c.req.json().catch(() => undefined), c.get("officer").id)
    return c.json(handed, "refused" in handed ? 409 : 200)
  })
  app.get("/stops", (c) => c.json(runningStops(desk.archive, desk.delegation, desk.now())))
  return app
}
