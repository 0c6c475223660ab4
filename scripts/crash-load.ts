import type { DeskStatus, MessageRow } from "#offices/joins/screen.ts"
import type { CrashOffice } from "./crash-office.ts"
import { callDesk, pause, readDesk } from "./crash-program.ts"

/** One message that was handed in at a desk. Its token is the message's subject, so that every book can be searched. */
export type HandIn = {
  desk: string
  line: string
  token: string
  number: number
  precedence: string
  /** The desk answered 200: from here it may not be lost. Otherwise the desk died first, and it is there or not. */
  acknowledged: boolean
}

/** An acknowledgement of a message that the desk answered with 200. */
export type Answer = { desk: string; line: string; matter: string }

/** What was handed in at all desks, for the audit. */
export type Load = {
  readonly handed: HandIn[]
  readonly answers: Answer[]
  /** Begins to hand in at every desk. */
  start(): void
  /** Stops; settles when whoever insists on an answer has one. */
  stop(): Promise<void>
}

const PRECEDENCES = ["ROUTINE", "ROUTINE", "ROUTINE", "PRIORITY", "IMMEDIATE", "FLASH"]
const PAUSE_MS = 25

/** Opens the load on an office; `random` gives numbers from 0 to below 1. */
export function openLoad(office: CrashOffice, seed: string, random: () => number): Load {
  const handed: HandIn[] = []
  const answers: Answer[] = []
  let running: Promise<unknown> | undefined
  let stopped = false
  let number = 0
  const lines = new Map<string, string[]>()

  async function linesOf(desk: string): Promise<string[]> {
    const known = lines.get(desk)
    if (known) return known
    const status = await readDesk<DeskStatus>(office.folderOf(desk), "/desk")
    const found = status.lines.filter((l) => l.open).map((l) => l.id)
    lines.set(desk, found)
    return found
  }

  async function handIn(desk: string): Promise<void> {
    const own = await linesOf(desk)
    const one: HandIn = {
      ...{ desk, line: own[Math.floor(random() * own.length)] ?? "", number: ++number },
      token: `crash-${seed}-${number}`,
      precedence: PRECEDENCES[Math.floor(random() * PRECEDENCES.length)] ?? "ROUTINE",
      acknowledged: false,
    }
    handed.push(one)
    const body = "a word of the load ".repeat(1 + Math.floor(random() ** 8 * 2000))
    const records = [{ fields: { language: "en" }, texts: { subject: one.token, body } }]
    const { line, precedence, token } = one
    const insists = random() < 0.7
    for (;;) {
      one.acknowledged = await hand(desk, { act: "message.sent", line, precedence, records, token })
      if (one.acknowledged || !insists) return
      await pause(40)
    }
  }

  /** Acknowledges one of the newest messages, if it is another's. */
  async function answer(desk: string): Promise<void> {
    const rows = await readDesk<MessageRow[]>(office.folderOf(desk), "/messages?limit=5")
    const row = rows.find((r) => r.by !== desk && r.awaits)
    if (!row) return
    const { line, matter } = row
    const message = await readDesk<{ header: string }>(office.folderOf(desk), `/messages/${line}/${matter}`)
    const records = [{ fields: { matter, of: message.header } }]
    const asked = { act: "message.acknowledged", line, precedence: row.precedence, records, token: `ack-${matter}` }
    if (answers.some((a) => a.desk === desk && a.matter === matter)) return
    if (await hand(desk, asked)) answers.push({ desk, line, matter })
  }

  /** Whether the desk took it. A refusal of what is permitted is a finding; no answer is what a killed desk gives. */
  async function hand(desk: string, asked: object): Promise<boolean> {
    let reply: { status: number; text: string }
    try {
      reply = await callDesk(office.folderOf(desk), "POST", "/acts", asked)
    } catch {
      return false
    }
    // The office is on its way up: its front answers before its desks do, and a desk before its new word is written.
    if (reply.status === 401 || reply.text.startsWith("no desk answers")) return false
    if (reply.status !== 200) throw new Error(`${desk} answered ${reply.status}: ${reply.text.slice(0, 200)}`)
    return true
  }

  async function forever(desk: string): Promise<void> {
    while (!stopped) {
      await (random() < 0.12 ? answer(desk).catch(ignoreDeadDesk) : handIn(desk).catch(ignoreDeadDesk))
      await pause(random() * PAUSE_MS)
    }
  }

  return {
    ...{ handed, answers },
    start() {
      stopped = false
      running = Promise.all(office.desks.map(forever))
      running.catch(() => undefined)
    },
    async stop() {
      stopped = true
      await running
    },
  }
}

/** A desk that is away cannot be read; everything else that goes wrong is a finding. */
function ignoreDeadDesk(error: unknown): void {
  if (error instanceof Error && ("code" in error || /socket|aborted|in time|answered 40[14]/.test(error.message)))
    return
  throw error
}
