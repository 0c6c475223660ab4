import { type Context, Hono } from "hono"
import { z } from "zod"
import { instant } from "#offices/act.ts"
import { LONGEST_QUERY } from "#offices/joins/query.ts"
import { dutyPaper } from "#paper/duty-log.ts"
import type { Officer } from "../officers.ts"
import type { Desk } from "../open.ts"
import { openDutyLog } from "./log.ts"

const LANGUAGES = ["en", "uk", "ru"] as const

const period = z.strictObject({ from: instant, until: instant }).refine(({ from, until }) => from < until)
const asked = z.object({ from: instant, until: instant, q: z.string().max(LONGEST_QUERY).default("") })
const printed = z.strictObject({ from: instant, until: instant, language: z.enum(LANGUAGES) })

/** What is kept about a desk's own watch over HTTP. Only officers of this desk ever read it. */
export function dutyApi(desk: Desk): Hono<{ Variables: { officer: Officer } }> {
  const app = new Hono<{ Variables: { officer: Officer } }>()
  const { archive, clock, delegation, founded, officers } = desk
  const told = () => desk.live.tell({ kind: "duty" })
  const log = openDutyLog({ archive, clock, officerName: officers.name, told })
  app.get("/duty/log", (c) => {
    const { from, until, q } = asked.safeParse(c.req.query()).data ?? {}
    const chosen = period.safeParse({ from, until })
    return chosen.success ? c.json(log.rows(chosen.data, q ?? "")) : c.json({ refused: "duty.period" }, 400)
  })
  app.post("/duty/log", async (c) => {
    const written = log.write(c.get("officer").id, await json(c))
    return c.json(written, "refused" in written ? 409 : 200)
  })
  app.post("/duty/log/paper", async (c) => {
    const choice = printed.safeParse(await json(c))
    const chosen = period.safeParse({ from: choice.data?.from, until: choice.data?.until })
    if (!choice.success || !chosen.success) return c.json({ refused: "duty.period" }, 400)
    const { rows } = log.rows(chosen.data, "")
    const told = { charter: founded.charter, desk: delegation, ...chosen.data, rows: rows.toReversed() }
    const paper = await dutyPaper(told, choice.data.language)
    if ("refused" in paper) return c.json(paper, paper.refused === "paper.busy" ? 503 : 413)
    const name = `iod-watch-log-${chosen.data.from.slice(0, 16).replaceAll(":", "")}.pdf`
    c.header("Content-Disposition", `attachment; filename="${name}"`)
    return c.body(Uint8Array.from(paper), 200, { "Content-Type": "application/pdf" })
  })
  return app
}

async function json(c: Context): Promise<unknown> {
  try {
    return await c.req.json()
  } catch {
    return undefined
  }
}
