import { request as actRequest } from "#desk/door.ts"
import type { Desk } from "#desk/open.ts"
import { deskApp } from "#desk/serve.ts"
import { rules } from "#offices/index.ts"
import { type Office, openOffice, received, say } from "../test/office.ts"
import { sessionOf } from "../test/seat.ts"
import { asSchema, valueFor } from "./fuzz-acts.ts"
import type { Chance } from "./fuzz-chance.ts"
import { words } from "./fuzz-chance.ts"
import { nested, strangeValue } from "./fuzz-change.ts"
import { textOf } from "./fuzz-register.ts"
import { type Parser, REFUSED } from "./fuzz-run.ts"

/** A real desk whose registry is away; a request reaches it as from its own screens. */
type Opened = {
  office: Office
  desk: Desk
  app: ReturnType<typeof deskApp>
  headers: Record<string, string>
  line: string
  matter: string
}
let opened: Opened | undefined

async function open(): Promise<void> {
  const office = await openOffice()
  const desk = office.desk("ukraine")
  const line = office.line("direct line")
  const matter = say(desk, line, "a word that requests are about")
  await received(office.desk("russian-federation"), line, matter)
  await received(desk, line, matter)
  await office.closeRegistry()
  desk.archive.db.exec("PRAGMA synchronous = OFF")
  opened = { office, desk, app: deskApp(desk), headers: sessionOf(desk, "DO-1"), line, matter }
}

async function close(): Promise<void> {
  // Closing an office closes its registry too, which is closed already: only what is left is.
  await opened?.office.reopenRegistry()
  await opened?.office[Symbol.asyncDispose]()
  opened = undefined
}

const LINE = "LINE"
const MATTER = "MATTER"
const PATHS = [
  ...["/desk", "/register", "/waiting", "/evidence", `/lines/${LINE}`, `/messages/${LINE}/${MATTER}`, "/messages"],
] as const
const POSTS = ["/acts", "/acts", "/acts", "/acts", "/lines", "/sign-in", "/sheet", "/open", "/hold", "/resume"] as const

const requestSchema = asSchema(actRequest)
const kinds = [...(rules.get(1)?.values() ?? [])].filter(({ by }) => by === "officer")

/** What a screen hands in, or nearly. */
function acted(chance: Chance): string {
  if (chance.once(4)) return JSON.stringify(valueFor(requestSchema, chance))
  const kind = kinds[chance.below(kinds.length)] ?? kinds[0]
  if (!kind) return ""
  const all = valueFor(asSchema(kind.schema), chance)
  const fields: Record<string, unknown> = typeof all === "object" && all !== null ? { ...all } : {}
  const texts = kind.texts.filter((field) => field in fields && !chance.once(8))
  for (const field of texts) delete fields[field]
  if (kind.kind === "message.sent") delete fields.matter
  const record = { fields, texts: Object.fromEntries(texts.map((field) => [field, words(chance)])) }
  const records = Array.from({ length: chance.once(20) ? 1 + chance.below(501) : 1 }, () => record)
  const precedence = chance.of(["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"])
  const token = chance.once(3) ? { token: `token-${chance.below(20)}` } : {}
  return JSON.stringify({ act: kind.kind, line: LINE, precedence, records, ...token })
}

function posted(path: string, chance: Chance): string {
  if (path === "/acts") return acted(chance)
  if (path === "/sign-in") return JSON.stringify({ link: chance.once(2) ? words(chance) : chance.id() })
  const choice = { language: chance.of(["en", "uk", "ru"]), disclose: [chance.id()], whole: chance.once(2) }
  if (path === "/sheet") return JSON.stringify(choice)
  const line = { purpose: words(chance), members: ["ukraine", "icrc"], nonce: chance.id() }
  return JSON.stringify(chance.once(2) ? line : strangeValue(chance, 3))
}

/** The first line of a request, and its body after an empty line. */
function made(chance: Chance): string {
  if (chance.once(4)) {
    const query = chance.once(2) ? "" : `?line=${LINE}&before=${chance.below(50)}&limit=${chance.below(600)}`
    return `GET /api${chance.of(PATHS)}${query}\n\n`
  }
  const path = chance.of(POSTS)
  const about = ["/sheet", "/open", "/hold"].includes(path) ? `/messages/${LINE}/${MATTER}${path}` : path
  const body = posted(path, chance)
  return `POST /api${about}\n\n${chance.once(20_000) ? nested(body, chance, 4 << 20) : body}`
}

const apis: Parser = {
  name: "api",
  most: 4 << 20,
  make: made,
  open,
  close,
  async read(input) {
    if (!opened) throw new Error("the desk is not open")
    const { app, line, matter } = opened
    const text = textOf(input).replaceAll(LINE, line).replaceAll(MATTER, matter)
    const end = text.indexOf("\n\n")
    const [, method = "", path = ""] = /^(GET|POST) (\/[\x21-\x7e]*)$/.exec(text.slice(0, Math.max(0, end))) ?? []
    if (method === "" || !URL.canParse(path, "http://ukraine.localhost") || path.startsWith("/api/live")) return REFUSED
    const body = method === "POST" ? { body: text.slice(end + 2) } : {}
    const headers = { ...opened.headers, host: "ukraine.localhost" }
    const answer = await app.fetch(new Request(new URL(path, "http://ukraine.localhost"), { method, headers, ...body }))
    await answer.arrayBuffer()
    if (answer.status >= 500 && answer.status !== 503)
      throw new Error(`answered ${answer.status}: ${opened.office.logged.at(-1)}`)
    return answer.status < 400 ? answer : REFUSED
  },
  documented: () => false,
  tidy() {
    opened?.desk.archive.db.exec("DELETE FROM outbox WHERE state <> 'stamped'; DELETE FROM link; DELETE FROM mark")
  },
}

/** The parser of a desk's HTTP API. */
export const API_PARSERS: readonly Parser[] = [apis]
