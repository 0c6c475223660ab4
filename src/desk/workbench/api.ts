import { Hono } from "hono"
import type { Officer } from "../officers.ts"
import type { Desk } from "../open.ts"
import { openWorkbench } from "./workbench.ts"

/** Drafts and machine translations over HTTP: an officer's own drafts, and aids that every officer of the desk reads. */
export function workbenchApi(desk: Desk): Hono<{ Variables: { officer: Officer } }> {
  const app = new Hono<{ Variables: { officer: Officer } }>()
  const bench = openWorkbench(desk.archive, desk.clock, desk.officers.name)
  app.get("/drafts", (c) => c.json(bench.drafts(c.get("officer").id)))
  app.put("/drafts/:id", async (c) => {
    const kept = bench.keepDraft(c.get("officer").id, await c.req.json().catch(() => undefined))
    return kept ? c.json({}) : c.json({ error: "draft-not-kept" }, 409)
  })
  app.delete("/drafts/:id", (c) => {
    bench.dropDraft(c.get("officer").id, c.req.param("id"))
    return c.json({})
  })
  app.get("/messages/:line/:matter/aids", (c) => c.json(bench.aids(c.req.param("line"), c.req.param("matter"))))
  app.put("/messages/:line/:matter/aids", async (c) => {
    const { line, matter } = c.req.param()
    const kept = bench.keepAid(c.get("officer").id, line, matter, await c.req.json().catch(() => undefined))
    if (!kept) return c.json({ refused: "act.malformed" }, 400)
    desk.live.tell({ kind: "mark", line, matter })
    return c.json({})
  })
  return app
}
