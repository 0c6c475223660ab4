import { readdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { DeskStatus, EnvelopeRow, LineView, MessageRow, RegisterView } from "#offices/joins/screen.ts"
import { fromHex } from "#register/bytes.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import type { Answer, HandIn, Load } from "./crash-load.ts"
import type { CrashOffice } from "./crash-office.ts"
import { pause, postmasters, readDesk } from "./crash-program.ts"
import type { RegisterWatch } from "./crash-register.ts"

/** The auditor of an office: everything that it ever read, so that what comes later is held against it. */
export type Audit = {
  /** Waits until all outboxes are empty, all books equally far and everything in them witnessed. */
  quiesce(): Promise<void>
  /** Reads what is new at every desk and checks the whole; throws with the first thing that is wrong. */
  check(): Promise<void>
  /** Reads the files of a closed office. */
  checkFiles(): Promise<void>
  envelopes(): number
}

const QUIET_MS = 60_000
const PAGE = 500

/** Opens the audit of an office under a load. */
export function openAudit(office: CrashOffice, load: Load, watch: RegisterWatch): Audit {
  /** By desk and line, the envelopes in their places. */
  const books = new Map<string, EnvelopeRow[]>()
  const messages = new Map<string, MessageRow>()
  const lastMessage = new Map<string, number>()
  const members = new Map<string, readonly string[]>()
  const read = <T>(desk: string, path: string) => readDesk<T>(office.folderOf(desk), path)

  async function unsettled(): Promise<string | undefined> {
    const places = new Map<string, number>()
    for (const desk of office.desks) {
      const status = await read<DeskStatus>(desk, "/desk")
      if (!status.connected) return `${desk} is not connected`
      if (status.waiting > 0) return `${desk} has ${status.waiting} acts in its outbox`
      for (const { id, place } of status.lines) {
        if ((places.get(id) ?? place) !== place) return `${desk} holds line ${id.slice(0, 8)} up to place ${place} only`
        places.set(id, place)
      }
      const { notWitnessed } = await read<RegisterView>(desk, "/register")
      if (notWitnessed > 0) return `${desk} has ${notWitnessed} envelopes that are not witnessed`
    }
    return undefined
  }

  async function readLine(desk: string, line: LineView): Promise<void> {
    const book = books.get(`${desk} ${line.id}`) ?? []
    const rows: EnvelopeRow[] = []
    for (let before = line.place + 1; before > book.length + 1; before = rows.at(-1)?.place ?? 0) {
      const page = await read<EnvelopeRow[]>(desk, `/lines/${line.id}?limit=${PAGE}&before=${before}`)
      if (page.length === 0) break
      rows.push(...page)
    }
    book.push(...rows.reverse().filter((row) => row.place > book.length))
    books.set(`${desk} ${line.id}`, book)
    members.set(line.id, line.members)
  }

  async function readMessages(desk: string): Promise<void> {
    const until = lastMessage.get(desk) ?? -1
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const page = await read<MessageRow[]>(desk, `/messages?limit=${PAGE}&before=${before}`)
      for (const row of page.filter((r) => r.index > until)) {
        const key = `${desk} ${row.subject}`
        const twin = messages.get(key)
        if (twin && twin.index !== row.index) throw new Error(`${row.subject} stands twice in the book of ${desk}`)
        messages.set(key, row)
        lastMessage.set(desk, Math.max(row.index, lastMessage.get(desk) ?? -1))
      }
      before = page.at(-1)?.index ?? 0
      if (page.length < PAGE || before <= until) return
    }
  }

  async function readDeskWhole(desk: string): Promise<void> {
    const status = await read<DeskStatus>(desk, "/desk")
    if (status.distrusted) throw new Error(`${desk} distrusts the registry: ${JSON.stringify(status.distrusted)}`)
    const evidence = await read<unknown[]>(desk, "/evidence")
    if (evidence.length > 0) throw new Error(`${desk} keeps evidence: ${JSON.stringify(evidence[0])}`)
    const waiting = await read<{ state: string }[]>(desk, "/waiting")
    if (waiting.length > 0) throw new Error(`${desk} has an act that is not stamped: ${JSON.stringify(waiting[0])}`)
    for (const line of status.lines) await readLine(desk, line)
    await readMessages(desk)
  }

  function checkBooks(): void {
    for (const [line, names] of members) {
      const [first = [], ...others] = names.map((name) => books.get(`${name} ${line}`) ?? [])
      // Line checks go on while the books are read one after the other: only their ends may differ in length.
      for (const other of others) {
        const differs = other.findIndex((row, i) => row.hash !== (first[i]?.hash ?? row.hash))
        if (differs >= 0) throw new Error(`line ${line} differs between its members at place ${differs + 1}`)
        checkLine(line, other)
      }
      checkLine(line, first)
    }
  }

  function checkMessages(): void {
    for (const one of load.handed) {
      const held = (members.get(one.line) ?? []).map((name) => messages.get(`${name} ${one.token}`))
      const there = held.filter((row) => row?.by === one.desk && row.line === one.line).length
      if (there !== held.length && (there > 0 || one.acknowledged))
        throw new Error(`${one.token} (${JSON.stringify(one)}) stands in ${there} of ${held.length} books`)
    }
    for (const answer of load.answers) checkAnswer(answer)
    const tokens = new Set(load.handed.map((one) => one.token))
    for (const [key, { subject }] of messages)
      if (!tokens.has(subject ?? "")) throw new Error(`nobody handed in ${key}`)
    checkOrder(load.handed, (one) => messages.get(`${one.desk} ${one.token}`)?.serial)
  }

  function checkAnswer({ desk, line, matter }: Answer): void {
    for (const name of members.get(line) ?? []) {
      const rows = books.get(`${name} ${line}`) ?? []
      const said = rows.filter(
        (row) => row.by === desk && row.records.some((r) => r.matter === matter && r.kind === "message.acknowledged"),
      )
      if (said.length !== 1) throw new Error(`${desk}'s acknowledgement stands ${said.length} times at ${name}`)
    }
  }

  return {
    async quiesce() {
      let why: string | undefined
      for (const end = performance.now() + QUIET_MS; performance.now() < end; await pause(60)) {
        why = await unsettled()
        if (why === undefined) return
      }
      throw new Error(`the office does not come to rest: ${why}`)
    },
    async check() {
      for (const desk of office.desks) await readDeskWhole(desk)
      checkBooks()
      checkMessages()
      await watch.check()
      const postgres = office.postgres()
      const running = postmasters(postgres).length
      if (running !== 1) throw new Error(`${running} PostgreSQL run on one data folder`)
    },
    async checkFiles() {
      const heads = office.desks.flatMap((desk) => readArchive(office, desk, load))
      await watch.checkAll([...heads, ...witnessMemories(office)])
      if (postmasters(office.postgres()).length > 0) throw new Error("a PostgreSQL outlived its office")
    },
    envelopes: () => [...members.keys()].reduce((n, line) => n + (firstBook(line)?.length ?? 0), 0),
  }

  function firstBook(line: string): EnvelopeRow[] | undefined {
    return books.get(`${members.get(line)?.[0]} ${line}`)
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

/** Checks a closed desk's file from outside; answers the checkpoints that the desk verified. */
function readArchive(office: CrashOffice, desk: string, load: Load) {
  const folder = office.folderOf(desk)
  using file = new DatabaseSync(join(folder, "desk.sqlite"), { readOnly: true })
  const damage = file.prepare("PRAGMA integrity_check").get()?.integrity_check
  if (damage !== "ok") throw new Error(`${desk}'s archive is damaged: ${damage}`)
  if (readdirSync(join(folder, "evidence")).length > 0) throw new Error(`${desk} keeps evidence files`)
  const state = file.prepare("SELECT state FROM outbox WHERE token = ?")
  for (const one of load.handed.filter((h) => h.desk === desk && h.acknowledged))
    if (state.get(one.token)?.state !== "stamped") throw new Error(`${one.token} is not stamped in ${desk}'s outbox`)
  return file
    .prepare("SELECT size, root FROM checkpoint")
    .all()
    .map((row) => ({ size: BigInt(String(row.size)), root: fromHex(String(row.root)), whose: `${desk}'s` }))
}

/** The last checkpoint that each witness cosigned. */
function witnessMemories(office: CrashOffice) {
  const witnesses = programFolder(join(office.data, "office"), "witness")
  return readdirSync(witnesses).flatMap((name) => {
    using file = new DatabaseSync(join(witnesses, name, "witness.sqlite"), { readOnly: true })
    return file
      .prepare("SELECT size, root FROM logs")
      .all()
      .map((row) => ({ size: BigInt(String(row.size)), root: row.root as Uint8Array, whose: `${name}'s` }))
  })
}
