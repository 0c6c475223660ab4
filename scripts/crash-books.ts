import type { DeskStatus, EnvelopeRow, LineView, MessageRow } from "#offices/joins/screen.ts"
import type { Answer, HandIn, Load } from "./crash-load.ts"
import type { CrashOffice } from "./crash-office.ts"
import { readDesk } from "./crash-program.ts"

/** The books of all desks, as far as they were read: lines by place, messages by their subjects. */
export type Books = {
  /** Reads what is new at a desk; throws where a message stands there twice. */
  read(desk: string): Promise<void>
  /** Throws unless every line is whole at each member, and the same at all. */
  checkLines(): void
  /** Throws unless what was acknowledged stands in every member's book once, and in the order of handing in. */
  checkLoad(load: Load): void
  envelopes(): number
}

const PAGE = 500

type Held = {
  /** By desk and line, the envelopes in their places. */
  lines: Map<string, EnvelopeRow[]>
  members: Map<string, readonly string[]>
  /** By desk and subject. */
  messages: Map<string, MessageRow>
  /** Index of the newest message read at a desk. */
  newest: Map<string, number>
}

/** Opens the books of an office; nothing is read yet. */
export function openBooks(office: CrashOffice): Books {
  const held: Held = { lines: new Map(), members: new Map(), messages: new Map(), newest: new Map() }
  const firstBook = (line: string) => held.lines.get(`${held.members.get(line)?.[0]} ${line}`) ?? []
  return {
    async read(desk) {
      const folder = office.folderOf(desk)
      const { lines } = await readDesk<DeskStatus>(folder, "/desk")
      for (const line of lines) await readLine(held, { desk, folder }, line)
      await readMessages(held, { desk, folder })
    },
    checkLines() {
      for (const [line, names] of held.members) checkMembers(held, line, names)
    },
    checkLoad(load) {
      for (const one of load.handed) checkHandIn(held, one)
      for (const answer of load.answers) checkAnswer(held, answer)
      const tokens = new Set(load.handed.map((one) => one.token))
      for (const [key, { subject }] of held.messages)
        if (!tokens.has(subject ?? "")) throw new Error(`nobody handed in ${key}`)
      checkOrder(load.handed, (one) => held.messages.get(`${one.desk} ${one.token}`)?.serial)
    },
    envelopes: () => [...held.members.keys()].reduce((sum, line) => sum + firstBook(line).length, 0),
  }
}

type Where = { desk: string; folder: string }

async function readLine(held: Held, { desk, folder }: Where, line: LineView): Promise<void> {
  const book = held.lines.get(`${desk} ${line.id}`) ?? []
  const fresh: EnvelopeRow[] = []
  for (let before = line.place + 1; before > book.length + 1; before = fresh.at(-1)?.place ?? 0) {
    const page = await readDesk<EnvelopeRow[]>(folder, `/lines/${line.id}?limit=${PAGE}&before=${before}`)
    if (page.length === 0) break
    fresh.push(...page)
  }
  book.push(...fresh.reverse().filter((row) => row.place > book.length))
  held.lines.set(`${desk} ${line.id}`, book)
  held.members.set(line.id, line.members)
}

async function readMessages(held: Held, { desk, folder }: Where): Promise<void> {
  const until = held.newest.get(desk) ?? -1
  for (let before = Number.MAX_SAFE_INTEGER; before > until; ) {
    const page = await readDesk<MessageRow[]>(folder, `/messages?limit=${PAGE}&before=${before}`)
    for (const row of page.filter((r) => r.index > until)) {
      const key = `${desk} ${row.subject}`
      const twin = held.messages.get(key)
      if (twin && twin.index !== row.index) throw new Error(`${row.subject} stands twice in the book of ${desk}`)
      held.messages.set(key, row)
      held.newest.set(desk, Math.max(row.index, held.newest.get(desk) ?? -1))
    }
    if (page.length < PAGE) return
    before = page.at(-1)?.index ?? 0
  }
}

function checkMembers(held: Held, line: string, names: readonly string[]): void {
  const [first = [], ...others] = names.map((name) => held.lines.get(`${name} ${line}`) ?? [])
  checkLine(line, first)
  // Line checks go on while the books are read one after the other: only their ends may differ in length.
  for (const other of others) {
    const differs = other.findIndex((row, i) => row.hash !== (first[i]?.hash ?? row.hash))
    if (differs >= 0) throw new Error(`line ${line} differs between its members at place ${differs + 1}`)
    checkLine(line, other)
  }
}

/** Places and every sender's serials without a gap, nothing marked, nothing refused by the rules. */
function checkLine(line: string, rows: readonly EnvelopeRow[]): void {
  const serials = new Map<string, number>()
  for (const [i, row] of rows.entries()) {
    const name = `line ${line.slice(0, 8)}, place ${row.place}`
    if (row.place !== i + 1) throw new Error(`${name}: place ${i + 1} is missing`)
    if (row.serial !== (serials.get(row.by) ?? 0) + 1) throw new Error(`${name}: serial ${row.serial} of ${row.by}`)
    if (row.fault) throw new Error(`${name}: ${row.fault}`)
    const refused = row.records.find((r) => r.refused)
    if (refused) throw new Error(`${name}: ${refused.kind} was not taken into account: ${refused.refused}`)
    serials.set(row.by, row.serial)
  }
}

/** Acknowledged: in every member's book. Not acknowledged, because the desk died first: in all books or in none. */
function checkHandIn(held: Held, one: HandIn): void {
  const rows = (held.members.get(one.line) ?? []).map((name) => held.messages.get(`${name} ${one.token}`))
  const there = rows.filter((row) => row?.by === one.desk && row.line === one.line).length
  if (there === rows.length || (there === 0 && !one.acknowledged)) return
  throw new Error(`${JSON.stringify(one)} stands in ${there} of ${rows.length} books`)
}

function checkAnswer(held: Held, { desk, line, matter }: Answer): void {
  for (const name of held.members.get(line) ?? []) {
    const rows = held.lines.get(`${name} ${line}`) ?? []
    const said = rows.filter(
      (row) => row.by === desk && row.records.some((r) => r.matter === matter && r.kind === "message.acknowledged"),
    )
    if (said.length !== 1) throw new Error(`${desk}'s acknowledgement stands ${said.length} times at ${name}`)
  }
}

/** What a desk was given one after the other, of one precedence, stands on the line in that order. */
function checkOrder(handed: readonly HandIn[], serialOf: (one: HandIn) => number | undefined): void {
  const last = new Map<string, number>()
  for (const one of handed) {
    const serial = serialOf(one)
    if (serial === undefined) continue
    const key = `${one.desk} ${one.line} ${one.precedence}`
    if (serial <= (last.get(key) ?? 0)) throw new Error(`${one.token} was overtaken: serial ${serial} of ${key}`)
    last.set(key, serial)
  }
}
