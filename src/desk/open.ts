import type { Rules } from "#offices/index.ts"
import type { RelayQueue } from "#offices/joins/relays.ts"
import type { DeskStatus, EvidenceRow, RegisterView } from "#offices/joins/screen.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Alerts, openAlerts } from "./alerts/alerts.ts"
import type { Archive } from "./archive.ts"
import type { Book } from "./book.ts"
import { type Courier, openCourier } from "./courier/room.ts"
import type { Door, Handed } from "./door.ts"
import type { Evidence } from "./evidence.ts"
import type { Files } from "./files/open.ts"
import { type DeskOptions, openGround } from "./ground.ts"
import type { Live } from "./live.ts"
import { type Marks, openMarks } from "./marks.ts"
import { type Officers, openOfficers } from "./officers.ts"
import type { Outbox } from "./outbox.ts"
import type { Participation } from "./participation/room.ts"
import { type ProposingRefusal, proposeLine } from "./proposing.ts"
import type { Relays } from "./relays/room.ts"
import { relayQueue } from "./relays/view.ts"
import { writeDeskBackup } from "./restoring/backup.ts"
import type { Restoring } from "./restoring/room.ts"
import { connectRooms, openCalls, openFollowing, openGiving, openSpeaking, openTaking } from "./rooms.ts"
import { openSearch, type Search } from "./search.ts"
import { openFilling } from "./search-filling.ts"
import { type SheetChoice, type SheetRefusal, writeSheet } from "./sheet.ts"
import { deskStatus } from "./status.ts"
import { openViews, type Views } from "./views.ts"

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
  readonly search: Search
  readonly officers: Officers
  readonly book: Book
  readonly outbox: Outbox
  readonly evidence: Evidence
  readonly files: Files
  readonly courier: Courier
  now(): string
  /** The version of the rules in force, as far as this release knows it. */
  rules(): Rules
  status(): Omit<DeskStatus, "officer" | "me" | "care">
  registerView(): RegisterView
  evidenceView(): EvidenceRow[]
  /** The proof sheet of a matter, from the archive alone; a refusal while it is not witnessed. */
  sheet(line: string, matter: string, choice: SheetChoice): Promise<string | SheetRefusal>
  mark: Marks["mark"]
  readonly relays: Relays
  readonly participation: Participation
  readonly alerts: Alerts
  readonly restoring: Restoring
  /** A backup of this desk, sealed to whom its folder names. */
  backup(): Promise<AsyncIterable<Uint8Array>>
  /** What waits to be passed on, and what was released to go back. */
  relayQueue(): RelayQueue
  /** Proposes a line to other delegations, as a successor of another where `follows` names one. */
  propose(input: unknown, officer: string): Handed | ProposingRefusal
  /** An officer lets the desk call things certain again after the registry was convicted. */
  resume(officer: string): { resumed: boolean }
  log(message: string): void
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens a desk on its folder; it begins to follow the registry at once. */
export async function openDesk(options: DeskOptions): Promise<Desk> {
  const ground = await openGround(options)
  const { archive, clock, delegation, evidence, founded, live, log } = ground
  const calls = openCalls()
  const taking = await openTaking(ground, calls)
  const giving = openGiving(ground, calls, taking)
  const speaking = openSpeaking(ground, calls, taking, giving)
  const following = openFollowing(ground, taking, giving)
  const rooms = { ...taking, ...giving, ...speaking, ...following }
  connectRooms(ground, calls, rooms)
  const enrol = clock.after(0, rooms.enrolment.look)
  // What waited when the desk was stopped goes on its way.
  rooms.resealing.look()
  rooms.sender.wake()
  rooms.files.look()
  const { book, door, files, outbox, mailbox } = rooms
  const officers = openOfficers(archive, clock, founded.charter)
  const views = openViews(archive, delegation, book.roll, officers.name)
  const filling = openFilling(archive, clock, log)
  calls.entered.hear(filling.look)
  const courier = openCourier(ground, rooms)
  const alerts = openAlerts({ ...ground, participation: rooms.participation, exercise: founded.charter.exercise })
  return {
    ...{ delegation, founded, archive, clock, door, views, live, officers, book, outbox, evidence, files, log },
    cookie: `iod-${delegation}`,
    courier,
    alerts,
    search: openSearch(archive, filling),
    now: () => instantOf(clock),
    rules: () => ground.versions.get(book.roll().rules) ?? new Map(),
    status: () =>
      deskStatus({
        ...{ archive, clock, delegation, evidence, mailbox, outbox, views },
        ...{ ...rooms, roll: book.roll, versions: ground.versions },
      }),
    registerView: rooms.witnessing.view,
    evidenceView: evidence.rows,
    sheet: (line, matter, choice) =>
      writeSheet({ archive, founded, charters: book.roll().charters }, line, matter, choice),
    mark: openMarks(ground).mark,
    relays: rooms.relays,
    ...{ participation: rooms.participation, restoring: rooms.restoring },
    backup: () => writeDeskBackup({ ...ground, key: ground.vault.desk[0].key.name }),
    relayQueue: () => relayQueue(archive, delegation),
    propose: (input, officer) => proposeLine({ archive, door, delegation, roll: book.roll }, input, officer),
    resume: (officer) => resume({ evidence, book, log }, officer),
    async [Symbol.asyncDispose]() {
      enrol[Symbol.dispose]()
      rooms.slots.close()
      filling.close()
      courier.close()
      rooms.resealing.close()
      await Promise.all([
        alerts.close(),
        rooms.relays.close(),
        mailbox.close(),
        rooms.returning.close(),
        rooms.sender.close(),
        files.close(),
      ])
      // After the mail, whose last frames may still owe something.
      rooms.lineHeads.close()
      await rooms.witnessing.idle()
      archive[Symbol.dispose]()
    },
  }
}

function resume(
  { evidence, book, log }: Pick<Desk, "evidence" | "book" | "log">,
  officer: string,
): { resumed: boolean } {
  const resumed = evidence.resume(officer)
  if (resumed) book.resumed().catch((error: Error) => log(`what waited was not taken in: ${error.message}`))
  return { resumed }
}
