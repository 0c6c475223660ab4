import { readFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { parseArgs } from "node:util"
import type { ScriptAddress } from "#desk/serve.ts"
import type { DeskStatus, MessageRow, MessageView } from "#offices/joins/screen.ts"
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
} as const

/** `iod desk send|list|acknowledge|export`: what a screen does, from a terminal or a script on the desk's machine. */
export async function scriptCommand(verb: string, args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS })
  const call = caller(values.folder)
  switch (verb) {
    case "send":
      return send(call, values)
    case "list":
      return list(call, values.line)
    case "acknowledge":
      return acknowledge(call, values.matter ?? "")
    case "export":
      return exportSheet(call, values.matter ?? "", values.language)
    default:
      throw new Error("iod desk knows send, list, acknowledge, export, rebuild")
  }
}

type Call = <T>(method: "GET" | "POST", path: string, body?: unknown) => Promise<T>

/** Calls the running desk of a folder; throws with the desk's own word where it refuses. */
function caller(folder: string): Call {
  let address: ScriptAddress
  try {
    address = JSON.parse(readFileSync(join(folder, "api.json"), "utf8"))
  } catch (cause) {
    throw new Error(`no desk runs in ${folder}: start it first`, { cause })
  }
  return async (method, path, body) => {
    const { status, text } = await exchange(address, method, path, body)
    if (status === 200) return path.endsWith("/sheet") ? text : JSON.parse(text)
    const answer = JSON.parse(text || "{}")
    throw new Error(`refused: ${answer.refused ?? answer.error ?? status}`)
  }
}

// *.localhost does not resolve outside a browser: the address is a number and the name goes into the Host header.
function exchange(address: ScriptAddress, method: string, path: string, body: unknown) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const headers = { host: address.host, authorization: `Bearer ${address.token}`, "content-type": "application/json" }
    const call = request(`${address.url}/api${path}`, { method, headers }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (piece: string) => {
        text += piece
      })
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
    })
    call.on("error", reject)
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

type Values = { line?: string; subject?: string; body?: string; language: string; precedence: string; token?: string }

async function send(call: Call, values: Values): Promise<number> {
  const { lines } = await call<DeskStatus>("GET", "/desk")
  const line = lines.find((l) => l.id === values.line || l.purpose === values.line)
  if (!line) throw new Error(`--line names one of: ${lines.map((l) => `"${l.purpose}" (${l.id})`).join(", ")}`)
  const body = values.body ?? readFileSync(0, "utf8")
  const records = [{ fields: { language: values.language }, texts: { subject: values.subject ?? "", body } }]
  const { precedence, token } = values
  const request = { act: "message.sent", line: line.id, precedence, records, ...(token ? { token } : {}) }
  const handed = await call<{ matters: string[] }>("POST", "/acts", request)
  say(handed.matters[0] ?? "")
  return 0
}

async function list(call: Call, line: string | undefined): Promise<number> {
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

async function find(call: Call, matter: string): Promise<MessageView> {
  const rows = await call<MessageRow[]>("GET", "/messages?limit=500")
  const row = rows.find((r) => r.matter === matter)
  if (!row) throw new Error("--matter names no message of this desk; iod desk list shows them")
  return call("GET", `/messages/${row.line}/${matter}`)
}

async function acknowledge(call: Call, matter: string): Promise<number> {
  const message = await find(call, matter)
  const records = [{ fields: { matter, of: message.header } }]
  await call("POST", "/acts", {
    act: "message.acknowledged",
    line: message.line,
    precedence: message.precedence,
    records,
  })
  return 0
}

async function exportSheet(call: Call, matter: string, language: string): Promise<number> {
  const message = await find(call, matter)
  const disclose = message.textHashes
  process.stdout.write(await call<string>("POST", `/messages/${message.line}/${matter}/sheet`, { language, disclose }))
  return 0
}
