import { Hono } from "hono"
import { z } from "zod"
import { parseJson } from "#register/json.ts"
import type { Officer } from "../officers.ts"
import type { Desk } from "../open.ts"

const seen = z.coerce.number().int().min(0)

/** The roll over HTTP: who takes part, with which keys, and the public acts that change it. */
export function participationApi(desk: Desk): Hono<{ Variables: { officer: Officer } }> {
  const app = new Hono<{ Variables: { officer: Officer } }>()
  app.get("/roll", (c) => c.json(desk.participation.view()))
  app.post("/roll", async (c) => {
    const said = await desk.participation.say(parsed(await c.req.text()), c.get("officer").id)
    return c.json(said, "refused" in said ? 409 : 200)
  })
  app.post("/roll/accession", async (c) => {
    const read = await desk.participation.readAccession(await c.req.text())
    return c.json(read, "refused" in read ? 409 : 200)
  })
  app.post("/roll/events/:index/see", (c) => {
    const index = seen.safeParse(c.req.param("index"))
    const done = index.success && desk.participation.see(index.data, c.get("officer").id)
    return done ? c.json({}) : c.json({ error: "unknown-event" }, 404)
  })
  return app
}

function parsed(body: string): unknown {
  try {
    return parseJson(body)
  } catch {
    return undefined
  }
}
