import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { DeskStatus, EvidenceRow, RegisterView } from "#offices/joins/screen.ts"
import type { MessageState } from "#offices/lines/message.ts"
import { type Founded, openCharter } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { parseVerifierKey } from "#register/note.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Clock, instantOf } from "../clock.ts"
import { softwareHash } from "../release.ts"
import { type Archive, openArchive, text } from "./archive.ts"
import { type Book, openBook } from "./book.ts"
import { type Door, openDoor } from "./door.ts"
import { openEnrolment } from "./enrolment.ts"
import { type Evidence, openEvidence } from "./evidence.ts"
import type { Entered } from "./fold.ts"
import { openLineHeads } from "./line-heads.ts"
import { type Live, openLive } from "./live.ts"
import { type Mailbox, openMailbox } from "./mailbox.ts"
import { type Officer, type Officers, openOfficers } from "./officers.ts"
import { type Outbox, openOutbox } from "./outbox.ts"
import { openReturning } from "./returning.ts"
import { openSender, type Sender } from "./sender.ts"
import { type SheetChoice, type SheetRefusal, writeSheet } from "./sheet.ts"
import { openSlots } from "./slots.ts"
import { unprovenRows } from "./unproven.ts"
import { openVault } from "./vault.ts"
import { openViews, type Views } from "./views.ts"
import { wipeSpentIdentities } from "./wiping.ts"
import { openWitnessing, type Witnessing } from "./witnessing.ts"

export type DeskOptions = {
  /** Holds `charter.json` and the key files; archive and evidence are made in it. */
  folder: string
  delegation: string
  registry: string
  clock: Clock
  log(message: string): void
}

/** One delegation's desk, open: stop it by disposing of it. */
export type Desk = {
  readonly delegation: string
  readonly founded: Founded
  readonly archive: Archive
  readonly clock: Clock
  readonly cookie: string
  readonly door: Door
  readonly views: Views
  readonly live: Live
  readonly officers: Officers
  readonly book: Book
  readonly outbox: Outbox
  readonly evidence: Evidence
  now(): string
  status(): Omit<DeskStatus, "officer">
  registerView(): RegisterView
  evidenceView(): EvidenceRow[]
  /** The proof sheet of a matter, from the archive alone; a refusal while it is not witnessed. */
  sheet(line: string, matter: string, choice: SheetChoice): Promise<string | SheetRefusal>
  /** An officer marks a message as opened, or as the one that he has. */
  mark(line: string, matter: string, what: "open" | "hold", officer: string): boolean
  /** An officer lets the desk call things certain again after the registry was convicted. */
  resume(officer: string): { resumed: boolean }
  scriptOfficer(authorization: string): Officer | undefined
  log(message: string): void
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens a desk on its folder; it begins to follow the registry at once. */
export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { clock, delegation, folder, registry, log } = options
  const crypto = nodeCrypto
  mkdirSync(folder, { recursive: true })
  const founded = openCharter(crypto, readFileSync(join(folder, "charter.json"), "utf8"))
  const registryKey = parseVerifierKey(crypto, founded.charter.registry)
  const vault = openVault(folder)
  const archive = await openArchive(join(folder, "desk.sqlite"))
  const live = openLive(clock)
  const evidence = openEvidence(archive, clock, folder, (code) => live.tell({ kind: "evidence", code }))
  const later: { entered: ((all: readonly Entered[]) => void)[] } = { entered: [] }
  const running: { sender?: Sender; mailbox?: Mailbox } = {}
  const submitted = () => {
    running.sender?.wake()
    live.tell({ kind: "outbox" })
  }
  const witnessing: Witnessing = openWitnessing({
    ...{ archive, crypto, charter: founded.charter, registry, evidence, log },
    next: () => BigInt(archive.meta("next") ?? 0),
    changed() {
      wipeSpentIdentities(archive, vault, lineHeads.completeTo())
      live.tell({ kind: "register" })
    },
  })
  const lineHeads = openLineHeads({
    ...{ archive, clock, crypto, office: founded.office, registryKey, evidence },
    next: () => BigInt(archive.meta("next") ?? 0),
  })
  const isEnrolled = () => book.roll().members[delegation]?.state === "active"
  const book = await openBook({
    ...{ crypto, registryKey, delegation, archive, founded, evidence },
    identity: vault.identity,
    entered(entered) {
      for (const hear of later.entered) hear(entered)
      lineHeads.passed("mail")
      void witnessing.look()
    },
    unopenable: (line, place) => {
      door.hand(
        {
          act: "line.unopenable",
          line,
          records: [{ fields: { matter: line, place } }],
          token: `unopenable.${line}.${place}`,
        },
        { officer: null },
      )
    },
    checkpoint(note) {
      lineHeads.passed("checkpoint")
      witnessing.offer(note)
    },
    lineHead: (note) => lineHeads.heard(note),
  })
  const outbox = openOutbox({ archive, vault, clock, delegation, roll: book.roll })
  const door: Door = openDoor({ archive, clock, book, outbox, delegation, software: softwareHash(), submitted })
  const enrolment = openEnrolment({
    archive,
    clock,
    delegation,
    founded,
    vault,
    outbox,
    door,
    roll: book.roll,
    submitted,
  })
  const dayBegan = () => {
    enrolment.look()
    // Coming back, the desk learns the end of each line anew, and with it whether old sealing keys are spent.
    running.mailbox?.reconnect()
  }
  const slots = openSlots({ archive, clock, delegation, door, roll: book.roll, attended: live.attended, dayBegan, log })
  later.entered.push((entered) => {
    const told = entered.map(({ line, matter, kind, by, precedence, index }) => ({
      line,
      matter,
      kind,
      by,
      precedence,
      index,
    }))
    live.tell({ kind: "entered", entered: told })
    slots.entered(entered)
    enrolment.look()
    running.sender?.wake()
  })
  const sender = openSender({
    ...{ clock, outbox, registry, registryKey, log },
    settled: () => live.tell({ kind: "outbox" }),
    convict: (code, note) => evidence.againstRegistry(code, note),
  })
  running.sender = sender
  const returning = openReturning({ archive, clock, crypto, registry, log })
  const mailbox = openMailbox({
    ...{ clock, registry, office: founded.office, delegation, signer: vault.desk[0], log },
    enrolled: isEnrolled,
    next: book.next,
    takeIn: book.takeIn,
    size: returning.offer,
    changed(connected) {
      live.tell({ kind: "connection", connected })
      if (connected) sender.wake()
    },
  })
  running.mailbox = mailbox
  if (!isEnrolled()) later.entered.push(reconnectOnce(isEnrolled, mailbox))
  const enrol = clock.after(0, enrolment.look)
  sender.wake()
  const officers = openOfficers(archive, clock)
  const views = openViews(archive, delegation, book.roll, officers.name)
  return {
    ...{ delegation, founded, archive, clock, door, views, live, officers, book, outbox, evidence, log },
    cookie: `iod-${delegation}`,
    now: () => instantOf(clock),
    status: () => status({ archive, founded, delegation, clock, mailbox, evidence, outbox, views, roll: book.roll() }),
    registerView: witnessing.view,
    evidenceView: () => evidenceRows(archive),
    sheet: (line, matter, choice) => writeSheet({ archive, founded }, line, matter, choice),
    mark: (line, matter, what, officer) => mark(archive, clock, live, { line, matter, what, officer, delegation }),
    resume: (officer) => ({ resumed: evidence.resume(officer) }),
    scriptOfficer: (authorization) => scriptOfficer(archive, authorization),
    async [Symbol.asyncDispose]() {
      enrol[Symbol.dispose]()
      slots.close()
      lineHeads.close()
      await Promise.all([mailbox.close(), returning.close(), sender.close()])
      await witnessing.idle()
      archive[Symbol.dispose]()
    },
  }
}

/** The stream of a newcomer carries the public lines only: once it is on the roll, it is opened again as its own. */
function reconnectOnce(isEnrolled: () => boolean, mailbox: Mailbox): () => void {
  let done = false
  return () => {
    if (done || !isEnrolled()) return
    done = true
    mailbox.reconnect()
  }
}

type StatusParts = {
  archive: Archive
  founded: Founded
  delegation: string
  clock: Clock
  mailbox: Mailbox
  evidence: Evidence
  outbox: Outbox
  views: Views
  roll: Roll
}

function status(parts: StatusParts): Omit<DeskStatus, "officer"> {
  const { charter, office } = parts.founded
  const lines = parts.views.lines()
  const heard = parts.mailbox.lastHeard()
  return {
    delegation: parts.delegation,
    office,
    exercise: charter.exercise,
    officeName: charter.name,
    languages: charter.languages,
    delegations: charter.delegations.map((d) => ({
      ...{ name: d.name, kind: d.kind, names: d.names },
      state: parts.roll.members[d.name]?.state ?? "never-joined",
    })),
    secretariat: charter.secretariat,
    zones: charter.zones ?? [],
    now: instantOf(parts.clock),
    connected: parts.mailbox.connected(),
    heardAt: heard > 0 ? new Date(heard).toISOString() : null,
    distrusted: parts.evidence.distrusted() ?? null,
    unproven: unprovenRows(parts.archive),
    waiting: parts.outbox.waiting(),
    unread: lines.reduce((sum, line) => sum + line.unread, 0),
    lines,
    acknowledge: charter.clocks.acknowledge,
    reportsOpening: true,
  }
}

function evidenceRows({ sql }: Archive): EvidenceRow[] {
  return sql.all`SELECT * FROM evidence ORDER BY at DESC LIMIT 200`.map((row) => ({
    id: text(row.id) ?? "",
    at: text(row.at) ?? "",
    whose: row.whose === "registry" ? "registry" : "author",
    code: text(row.code) ?? "",
    line: text(row.line) ?? null,
    place: typeof row.place === "number" ? row.place : null,
    file: `evidence/${text(row.id)}.${text(row.code)}`,
  }))
}

type Mark = { line: string; matter: string; what: "open" | "hold"; officer: string; delegation: string }

function mark(archive: Archive, clock: Clock, live: Live, { line, matter, what, officer, delegation }: Mark): boolean {
  const { sql } = archive
  const row = sql.get`SELECT state FROM matter WHERE line = ${line} AND id = ${matter} AND office = 'message'`
  if (!row) return false
  const now = instantOf(clock)
  // One's own message is nobody's to report as opened.
  const own = (JSON.parse(text(row.state) ?? "null") as MessageState).by === delegation ? 1 : 0
  archive.transact(() => {
    sql.run`INSERT OR IGNORE INTO mark (line, matter, reported) VALUES (${line}, ${matter}, ${own})`
    if (what === "open")
      sql.run`UPDATE mark SET opened = ${now}, opened_by = ${officer} WHERE line = ${line} AND matter = ${matter} AND opened IS NULL`
    else sql.run`UPDATE mark SET held_by = ${officer}, held_at = ${now} WHERE line = ${line} AND matter = ${matter}`
  })
  live.tell({ kind: "mark", line, matter })
  return true
}

/** A script on the desk's own machine shows the word from the desk's folder (`script.token`). */
function scriptOfficer(archive: Archive, authorization: string): Officer | undefined {
  const word = /^Bearer ([0-9a-f]{64})$/.exec(authorization)?.[1]
  const known = archive.meta("script.token")
  if (!word || !known || nodeCrypto.sha256(Buffer.from(word, "hex")).toHex() !== known) return undefined
  return { id: "script", name: "script" }
}
