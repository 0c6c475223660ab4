import { Hono } from "hono"
import { z } from "zod"
import { parseJson } from "#register/json.ts"
import type { Officer } from "../officers.ts"
import type { Desk } from "../open.ts"
import { NobodyNamed, webStream } from "./backup.ts"

const number = z.coerce.number().int().min(1)
const word = z.strictObject({ word: z.enum(["send", "drop"]) })

/** Backups, and what an officer says after a restore, over HTTP. */
export function restoringApi(desk: Desk): Hono<{ Variables: { officer: Officer } }> {
  const app = new Hono<{ Variables: { officer: Officer } }>()
  app.get("/backup", async (c) => {
    try {
      return c.body(webStream(await desk.backup()), 200, { "Content-Type": "application/octet-stream" })
    } catch (error) {
      if (error instanceof NobodyNamed) return c.json({ error: "nobody-named" }, 409)
      throw error
    }
  })
  app.get("/restored", (c) => c.json(desk.restoring.held()))
  app.post("/restored/:id", async (c) => {
    const id = number.safeParse(c.req.param("id"))
    const said = word.safeParse(parsed(await c.req.text()))
    if (!said.success || !id.success) return c.json({ error: "malformed" }, 400)
    const done = desk.restoring.decide(id.data, said.data.word)
    return done ? c.json({}) : c.json({ error: "unknown-event" }, 404)
  })
  app.post("/restored-foreign", (c) => (desk.restoring.goOn() ? c.json({}) : c.json({ error: "unknown-event" }, 404)))
  return app
}

function parsed(body: string): unknown {
  try {
    return parseJson(body)
  } catch {
    return undefined
  }
}
