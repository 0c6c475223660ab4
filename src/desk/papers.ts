import { type Context, Hono } from "hono"
import { z } from "zod"
import { sheetPaper } from "#paper/sheet.ts"
import type { Desk } from "./open.ts"

/** What leaves a desk as a file: proof sheets as text or paper. Nobody is told who asked for one. */
export function papersApi(desk: Desk): Hono {
  const app = new Hono()
  app.post("/messages/:line/:matter/sheet", (c) => sheet(desk, c))
  return app
}

const language = z.enum(["en", "uk", "ru"])

const sheetForm = z.strictObject({
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

function paper(c: Context, name: string, set: Awaited<ReturnType<typeof sheetPaper>>) {
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
