import { readFileSync } from "node:fs"
import { parseArgs } from "node:util"
import type { MessageRow } from "#offices/joins/screen.ts"
import { callDesk, type DeskCall } from "./desk-call.ts"
import { exportCommand, findLine, findMessage } from "./export.ts"
import { attach, saveCommand } from "./script-files.ts"
import { searchCommand } from "./search.ts"
import { say } from "./terminal.ts"

const OPTIONS = {
  folder: { type: "string", default: "desk" },
  line: { type: "string" },
  subject: { type: "string" },
  body: { type: "string" },
  language: { type: "string", default: "en" },
  precedence: { type: "string", default: "ROUTINE" },
  matter: { type: "string" },
  token: { type: "string" },
  attach: { type: "string", multiple: true },
  "without-metadata": { type: "boolean", default: false },
  from: { type: "string" },
  until: { type: "string" },
  form: { type: "string" },
  checks: { type: "boolean", default: false },
  to: { type: "string" },
} as const

/** `iod desk send|list|acknowledge|export|save|search`: what a screen does, from a terminal or a script on the desk's machine. */
export async function scriptCommand(verb: string, args: string[]): Promise<number> {
  if (verb === "search") return searchCommand(args)
  const { values } = parseArgs({ args, options: OPTIONS })
  const call = callDesk(values.folder)
  switch (verb) {
    case "send":
      return send(call, values)
    case "list":
      return list(call, values.line)
    case "acknowledge":
      return acknowledge(call, values.matter ?? "")
    case "export":
      return exportCommand(call, values)
    case "save":
      return saveCommand(call, values)
    default:
      throw new Error(
        "iod desk knows send, list, acknowledge, export, save, search, courier, backup, restore, new, enter, rebuild",
      )
  }
}

type Values = {
  line?: string
  subject?: string
  body?: string
  language: string
  precedence: string
  token?: string
  attach?: string[]
  "without-metadata": boolean
}

async function send(call: DeskCall, values: Values): Promise<number> {
  const line = await findLine(call, values.line)
  const body = values.body ?? readFileSync(0, "utf8")
  const files: string[] = []
  for (const path of values.attach ?? []) files.push(await attach(call, path, values["without-metadata"]))
  const texts = { subject: values.subject ?? "", body }
  const records = [{ fields: { language: values.language }, texts, files }]
  const { precedence, token } = values
  const request = { act: "message.sent", line: line.id, precedence, records, ...(token ? { token } : {}) }
  const handed = await call<{ matters: string[] }>("POST", "/acts", request)
  say(handed.matters[0] ?? "")
  return 0
}

async function list(call: DeskCall, line: string | undefined): Promise<number> {
  const query = line ? `&line=${encodeURIComponent(line)}` : ""
  const rows = await call<MessageRow[]>("GET", `/messages?limit=500${query}`)
  for (const row of rows)
    say(
      [row.at, row.precedence, row.by, row.serial, row.unread ? "unread" : "", row.matter, row.subject ?? ""].join(
        "\t",
      ),
    )
  return 0
}

async function acknowledge(call: DeskCall, matter: string): Promise<number> {
  const message = await findMessage(call, matter)
  const records = [{ fields: { matter, of: message.header } }]
  await call("POST", "/acts", {
    act: "message.acknowledged",
    line: message.line,
    precedence: message.precedence,
    records,
  })
  return 0
}
