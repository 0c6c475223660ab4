import { softwareHash } from "../release.ts"
import { type Book, openBook } from "./book.ts"
import { type Call, openCall } from "./call.ts"
import { type Door, openDoor } from "./door.ts"
import { type Enrolment, openEnrolment } from "./enrolment.ts"
import { type Files, openFiles } from "./files/open.ts"
import type { Entered } from "./fold.ts"
import type { Ground } from "./ground.ts"
import { knownSize } from "./held.ts"
import { type LineHeads, openLineHeads } from "./line-heads.ts"
import { type Mailbox, openMailbox } from "./mailbox.ts"
import { type Outbox, openOutbox } from "./outbox.ts"
import { openParticipation, type Participation } from "./participation/room.ts"
import { openRelays, type Relays } from "./relays/room.ts"
import { openResealing, type Resealing } from "./resealing.ts"
import { openRestoring, type Restoring } from "./restoring/room.ts"
import { openReturning, type Returning } from "./returning.ts"
import { openSender, type Sender } from "./sender.ts"
import { openSlots, type Slots } from "./slots.ts"
import { wipeSpentIdentities } from "./wiping.ts"
import { openWitnessing, type Witnessing } from "./witnessing.ts"

/** What the rooms of a desk call out; `connectRooms` says who hears it. */
export type Calls = {
  /** Envelopes were taken in and are on disk. */
  entered: Call<readonly Entered[]>
  /** An act was handed in and is on disk. */
  submitted: Call<void>
  /** A day of UTC began. */
  dayBegan: Call<void>
  /** A checkpoint was verified, or a proof. */
  witnessed: Call<void>
}

/** Calls that nobody hears yet. */
export function openCalls(): Calls {
  return { entered: openCall(), submitted: openCall(), dayBegan: openCall(), witnessed: openCall() }
}

/** What comes in: mail is verified and folded, the register is followed, the ends of lines are held against it. */
export type Taking = { lineHeads: LineHeads; witnessing: Witnessing; book: Book; isEnrolled(): boolean }

/** Opens what takes in. */
export async function openTaking(ground: Ground, calls: Calls): Promise<Taking> {
  const { archive, delegation, founded, live, vault } = ground
  const lineHeads = openLineHeads(ground)
  const witnessing = openWitnessing({
    ...ground,
    charter: founded.charter,
    roll: () => book.roll(),
    changed() {
      wipeSpentIdentities(archive, vault, lineHeads.completeTo())
      live.tell({ kind: "register" })
      calls.witnessed.tell()
    },
  })
  const book: Book = await openBook({
    ...ground,
    identity: vault.identity,
    entered: calls.entered.tell,
    checkpoint(note) {
      lineHeads.passed("checkpoint")
      witnessing.offer(note)
    },
    lineHead: lineHeads.heard,
  })
  const isEnrolled = () => book.roll().members[delegation]?.state === "active"
  return { lineHeads, witnessing, book, isEnrolled }
}

/** What goes out: the door judges an act, the outbox keeps and seals it, the sender carries it until it is answered. */
export type Giving = { outbox: Outbox; files: Files; door: Door; sender: Sender; restoring: Restoring }

/** Opens what gives out. */
export function openGiving(ground: Ground, calls: Calls, { book, lineHeads }: Taking): Giving {
  const { evidence, live, vault } = ground
  const restoring = openRestoring({
    ...{ ...ground, lineHeads, roll: book.roll, identity: vault.identity },
    released: calls.submitted.tell,
    told: () => live.tell({ kind: "restored" }),
  })
  const outbox = openOutbox({ ...ground, roll: book.roll, maySend: restoring.maySend })
  const files = openFiles(ground, calls.submitted.tell)
  const { uploads } = files
  const door = openDoor({ ...ground, book, outbox, uploads, software: softwareHash(), submitted: calls.submitted.tell })
  const sender = openSender({
    ...ground,
    outbox,
    settled: () => live.tell({ kind: "outbox" }),
    convict: evidence.againstRegistry,
  })
  return { outbox, files, door, sender, restoring }
}

/**
 * What the desk says by itself: that its delegation takes part, in the slots that it is there, what it passes on, what
 * does not open here, and what others could not open.
 */
export type Speaking = {
  enrolment: Enrolment
  participation: Participation
  slots: Slots
  relays: Relays
  resealing: Resealing
}

/** Opens what speaks by itself. */
export function openSpeaking(ground: Ground, calls: Calls, { book }: Taking, giving: Giving): Speaking {
  const { roll } = book
  const enrolment = openEnrolment({ ...ground, ...giving, roll, submitted: calls.submitted.tell })
  const slots = openSlots({
    ...{ ...ground, ...giving, roll },
    submitted: calls.submitted.tell,
    attended: ground.live.attended,
    dayBegan: calls.dayBegan.tell,
  })
  const told = () => ground.live.tell({ kind: "key-event" })
  const participation = openParticipation({ ...ground, ...giving, roll, submitted: calls.submitted.tell, told })
  const relays = openRelays({ ...ground, ...giving, roll })
  const resealing = openResealing({
    ...{ ...ground, ...giving, roll },
    software: softwareHash(),
    submitted: calls.submitted.tell,
  })
  return { enrolment, participation, slots, relays, resealing }
}

/** What keeps the desk with its registry: the mail that it follows, and what it hands back to one that lost entries. */
export type Following = { returning: Returning; mailbox: Mailbox }

/** Opens what follows the registry; mail begins to come. */
export function openFollowing(ground: Ground, { book, isEnrolled }: Taking, giving: Giving): Following {
  const { files, outbox, restoring, sender } = giving
  const { live, vault } = ground
  const returning = openReturning(ground)
  const mailbox = openMailbox({
    ...ground,
    signer: vault.desk[0],
    enrolled: isEnrolled,
    before: () => restoring.announce(outbox),
    takeIn: book.takeIn,
    lookAhead: book.lookAhead,
    size(entries) {
      // Before what is handed back: that the registry lost something is not known afterwards.
      if (entries < knownSize(ground.archive)) files.offerAgain()
      returning.offer(entries)
    },
    changed(connected) {
      live.tell({ kind: "connection", connected })
      if (connected) {
        sender.wake()
        files.look()
      }
    },
  })
  return { returning, mailbox }
}

export type Rooms = Taking & Giving & Speaking & Following

/** Says who hears what. Nothing was called out before: every room but the mail waits to be asked, and mail takes time. */
export function connectRooms({ live }: Ground, calls: Calls, rooms: Rooms): void {
  const { enrolment, files, isEnrolled, lineHeads, mailbox, relays, resealing, sender, slots, witnessing } = rooms
  const { participation, restoring } = rooms
  calls.entered.hear((entered) => {
    const told = entered.map(({ refused, callsForReceipt, ...one }) => one)
    live.tell({ kind: "entered", entered: told })
    relays.entered(entered)
    slots.entered(entered)
    enrolment.look()
    participation.look()
    restoring.look()
    resealing.look()
    sender.wake()
    files.look()
  })
  if (!isEnrolled()) calls.entered.hear(reconnectOnce(isEnrolled, mailbox))
  calls.entered.hear(() => {
    lineHeads.passed("mail")
    void witnessing.look()
  })
  calls.witnessed.hear(restoring.look)
  calls.submitted.hear(() => {
    sender.wake()
    files.look()
    live.tell({ kind: "outbox" })
  })
  calls.dayBegan.hear(() => {
    enrolment.look()
    // Coming back, the desk learns the end of each line anew, and with it whether old sealing keys are spent.
    mailbox.reconnect()
  })
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
