import { writeFileSync } from "node:fs"
import type { DeskStatus, LineView, MessageRow, MessageView } from "#offices/joins/screen.ts"
import type { DeskCall } from "./desk-call.ts"

/** What `iod desk export` is told: a matter for its proof sheet or its page, or a line and a period for its log. */
export type ExportWords = {
  language: string
  checks: boolean
  matter?: string
  line?: string
  from?: string
  until?: string
  form?: string
  to?: string
}

/** `iod desk export`: a proof sheet, a message or a line's log as a file, on standard output or in a new file. */
export async function exportCommand(call: DeskCall, words: ExportWords): Promise<number> {
  const file = words.from === undefined ? await message(call, words) : await log(call, words)
  if (words.to === undefined) process.stdout.write(file)
  // What is there stays: an export is somebody's evidence.
  else writeFileSync(words.to, file, { flag: "wx" })
  return 0
}

async function message(call: DeskCall, { matter = "", language, form }: ExportWords): Promise<Uint8Array> {
  const found = await findMessage(call, matter)
  if (form === "page") return call.file(`/messages/${found.line}/${matter}/page`, { language })
  const disclose = found.textHashes
  return call.file(`/messages/${found.line}/${matter}/sheet`, { language, disclose, ...(form ? { form } : {}) })
}

async function log(call: DeskCall, words: ExportWords): Promise<Uint8Array> {
  const { id } = await findLine(call, words.line)
  const { from, until = from, language, form = "csv", checks } = words
  return call.file(`/lines/${id}/log`, { from, until, language, form, checks })
}

/** The message of a matter; throws where this desk has none. */
export async function findMessage(call: DeskCall, matter: string): Promise<MessageView> {
  const rows = await call<MessageRow[]>("GET", "/messages?limit=500")
  const row = rows.find((r) => r.matter === matter)
  if (!row) throw new Error("--matter names no message of this desk; iod desk list shows them")
  return call("GET", `/messages/${row.line}/${matter}`)
}

/** The line of an id or a purpose; throws with the lines that there are. */
export async function findLine(call: DeskCall, name: string | undefined): Promise<LineView> {
  const { lines } = await call<DeskStatus>("GET", "/desk")
  const line = lines.find((l) => l.id === name || l.purpose === name)
  if (!line) throw new Error(`--line names one of: ${lines.map((l) => `"${l.purpose}" (${l.id})`).join(", ")}`)
  return line
}
