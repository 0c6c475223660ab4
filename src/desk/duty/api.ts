import { type Context, Hono } from "hono"
import { z } from "zod"
import { instant } from "#offices/act.ts"
import type { DutyView } from "#offices/joins/duty.ts"
import { LONGEST_QUERY } from "#offices/joins/query.ts"
import type { WatchItem } from "#offices/joins/watch-items.ts"
import { dutyPaper } from "#paper/duty-log.ts"
import { SCRIPT } from "../officers/access.ts"
import type { Officer } from "../officers.ts"
import type { Desk } from "../open.ts"
import { watchOf } from "../watch/items.ts"
import { offerHandover, onDuty, pastHandovers, pendingHandover, takeHandover } from "./handover.ts"
import { openDutyLog } from "./log.ts"
import { roster, writeRoster } from "./roster.ts"

const LANGUAGES = ["en", "uk", "ru"] as const

const period = z.strictObject({ from: instant, until: instant }).refine(({ from, until }) => from < until)
const asked = z.object({ from: instant, until: instant, q: z.string().max(LONGEST_QUERY).default("") })
const printed = z.strictObject({ from: instant, until: instant, language: z.enum(LANGUAGES) })

/** What is kept about a desk's own watch over HTTP. Only officers of this desk ever read it. */
export function dutyApi(desk: Desk): Hono<{ Variables: { officer: Officer } }> {
  const app = new Hono<{ Variables: { officer: Officer } }>()
  const { archive, clock, delegation, founded, officers } = desk
  const told = () => desk.live.tell({ kind: "duty" })
  const log = openDutyLog({ archive, clock, officers, told })
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
  const acting = (c: Ctx) => c.get("officer").id
  // The watch passes between people: a script has no hand in it.
  app.use("/duty/handover/*", (c, next) =>
    acting(c) === SCRIPT ? Promise.resolve(c.json({ refused: "role.not-yours" }, 403)) : next(),
  )
  app.get("/duty", (c) => c.json(dutyView(desk, acting(c))))
  app.post("/duty/handover", async (c) => {
    const offered = offerHandover(desk, acting(c), await json(c), openItems(desk))
    return c.json(offered, "refused" in offered ? 409 : 200)
  })
  app.post("/duty/handover/:id/take", (c) => {
    const taken = takeHandover(desk, acting(c), Number(c.req.param("id")), openItems(desk))
    return c.json(taken, "refused" in taken ? 409 : 200)
  })
  app.post("/duty/alerts/test", async (c) => c.json(await desk.alerts.test()))
  app.put("/duty/roster", async (c) => {
    const written = writeRoster(desk, await json(c))
    return c.json(written, "refused" in written ? 409 : 200)
  })
  return app
}

type Ctx = Context<{ Variables: { officer: Officer } }>

/** What is open beside the hand-over itself. */
function openItems(desk: Desk): WatchItem[] {
  return watchOf(desk).items.filter(({ kind }) => kind !== "handover")
}

function dutyView(desk: Desk, me: string): DutyView {
  const past = pastHandovers(desk)
  return {
    me,
    onDuty: onDuty(desk),
    pending: pendingHandover(desk, openItems(desk)),
    roster: roster(desk),
    past,
    alerts: desk.alerts.view(),
  }
}

async function json(c: Context): Promise<unknown> {
  try {
    return await c.req.json()
  } catch {
    return undefined
  }
}
