import { type Context, Hono } from "hono"
import { z } from "zod"
import { logCsv } from "#paper/csv.ts"
import { logPaper } from "#paper/log.ts"
import { messagePage } from "#paper/page.ts"
import { sheetPaper } from "#paper/sheet.ts"
import { lineLog } from "./line-log.ts"
import type { Desk } from "./open.ts"

/** What leaves a desk as a file: proof sheets, messages and the logs of lines. Nobody is told that somebody asked for one. */
export function papersApi(desk: Desk): Hono {
  const app = new Hono()
  app.post("/messages/:line/:matter/sheet", (c) => sheet(desk, c))
  app.post("/messages/:line/:matter/page", (c) => page(desk, c))
  app.post("/lines/:line/log", (c) => log(desk, c))
  return app
}

const language = z.enum(["en", "uk", "ru"])

/** What a proof sheet, a page or a log is asked by. */
export const sheetForm = z.strictObject({
  language,
  disclose: z.array(z.string().length(64)).max(2000),
  whole: z.boolean().optional(),
  form: z.enum(["text", "pdf"]).optional(),
})

async function sheet(desk: Desk, c: Context) {
  const choice = sheetForm.safeParse(await json(c))
  if (!choice.success) return c.json({ refused: "act.malformed" }, 400)
  const { form, ...chosen } = choice.data
  const matter = c.req.param("matter") ?? ""
  const written = await desk.sheet(c.req.param("line") ?? "", matter, chosen)
  if (typeof written !== "string") return c.json(written, written.refused === "sheet.unknown-matter" ? 404 : 409)
  // The name holds nothing that the caller chose but hex.
  const name = `iod-sheet-${matter.replaceAll(/[^0-9a-f]/g, "").slice(0, 16)}`
  if (form !== "pdf") return file(c, `${name}.txt`, "text/plain; charset=utf-8", Buffer.from(written))
  return paper(c, `${name}.pdf`, await sheetPaper(written))
}

export const pageForm = z.strictObject({ language })

async function page(desk: Desk, c: Context) {
  const choice = pageForm.safeParse(await json(c))
  if (!choice.success) return c.json({ refused: "act.malformed" }, 400)
  const message = desk.views.message(c.req.param("line") ?? "", c.req.param("matter") ?? "")
  if (!message) return c.json({ refused: "sheet.unknown-matter" }, 404)
  const name = `iod-message-${message.header.slice(0, 16)}.pdf`
  return paper(c, name, await messagePage(desk.founded.charter, message, choice.data.language))
}

const day = z.iso.date()

export const logForm = z
  .strictObject({ language, from: day, until: day, form: z.enum(["pdf", "csv"]), checks: z.boolean().optional() })
  .refine(({ from, until }) => from <= until)

async function log(desk: Desk, c: Context) {
  const choice = logForm.safeParse(await json(c))
  if (!choice.success) return c.json({ refused: "log.period" }, 400)
  const { language, form, from, until, checks = false } = choice.data
  const line = c.req.param("line") ?? ""
  const gathered = await lineLog(desk, line, { from, until, checks })
  if ("refused" in gathered) return c.json(gathered, gathered.refused === "log.unknown-line" ? 404 : 413)
  const name = `iod-line-${line.slice(0, 16)}-${from}-${until}`
  if (form === "csv") return file(c, `${name}.csv`, "text/csv; charset=utf-8", Buffer.from(logCsv(gathered, language)))
  return paper(c, `${name}.pdf`, await logPaper(gathered, language))
}

function paper(c: Context, name: string, set: Awaited<ReturnType<typeof logPaper>>) {
  if ("refused" in set) return c.json(set, set.refused === "paper.busy" ? 503 : 413)
  return file(c, name, "application/pdf", set)
}

function file(c: Context, name: string, type: string, bytes: Uint8Array) {
  c.header("Content-Disposition", `attachment; filename="${name}"`)
  return c.body(Uint8Array.from(bytes), 200, { "Content-Type": type })
}

async function json(c: Context): Promise<unknown> {
  try {
    return await c.req.json()
  } catch {
    return undefined
  }
}
