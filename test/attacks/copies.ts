import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { type Desk, openDesk } from "#desk/open.ts"
import { programFolder } from "../../src/cli/exercise/found.ts"
import { type Clock, systemClock } from "../../src/clock.ts"
import { type Office, until } from "../office.ts"
import { openRelay, type Relay, type Tampering } from "./relay.ts"

/** One desk as it stood when it was stopped, to be opened again and again, each time behind another registry. */
export type Stopped = {
  /** A copy of the desk that hears the registry only through a relay that tampers. */
  open(tampering: Tampering, clock?: Clock): Promise<Deceived>
}

/** A desk that hears the registry only through a relay. */
export type Deceived = {
  desk: Desk
  relay: Relay
  /** Settles when the desk has logged a line that begins with this. */
  logs(beginning: string): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Stops a desk for good and keeps its folder. */
export async function stopDesk(office: Office, name: string): Promise<Stopped> {
  await office.closeDesk(name)
  const folder = programFolder(office.data, "desk", name)
  return {
    async open(tampering, clock = systemClock()) {
      const copy = mkdtempSync(join(office.data, "copy-"))
      cpSync(folder, copy, { recursive: true })
      const relay = await openRelay(office.registry.url, tampering)
      const logged: string[] = []
      const listening = new Set<() => void>()
      const log = (message: string) => {
        logged.push(message)
        for (const listen of listening) listen()
      }
      const desk = await openDesk({ folder: copy, delegation: name, registry: relay.url, clock, log })
      return {
        ...{ desk, relay },
        logs: (beginning) =>
          new Promise((resolve) => {
            const listen = () => logged.some((line) => line.startsWith(beginning)) && resolve()
            listening.add(listen)
            listen()
          }),
        async [Symbol.asyncDispose]() {
          await desk[Symbol.asyncDispose]()
          await relay[Symbol.asyncDispose]()
          rmSync(copy, { recursive: true })
        },
      }
    },
  }
}

/**
 * Waits until every desk has spoken in its first slot of each line. With rare slots none speaks later: copies of one
 * desk would all speak under one serial, and what follows a message would be one more envelope of its line.
 */
export async function slotsAreOver(office: Office): Promise<void> {
  for (const [name, desk] of office.desks) {
    const spoken = () => desk.archive.sql.all`SELECT DISTINCT e.line FROM record JOIN envelope e USING ("index")
      WHERE kind = 'line.checked' AND e.sender = ${name}`
    const isOver = () => spoken().length === desk.views.lines().length && desk.outbox.waiting() === 0
    await until(desk, `the slots of ${name} are over`, isOver)
  }
}

/** Clocks under which no slot comes a second time. */
export const RARE = {
  slot: { attended: 100_000_000, unattended: 100_000_000 },
  slotOfMany: { attended: 100_000_000, unattended: 100_000_000 },
  acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
  stampBound: 60,
}

/** The machine's time, on which whatever is waited for comes at once. */
export function hastyClock(): Clock {
  const clock = systemClock()
  return { now: clock.now, after: (ms, ring) => clock.after(ms / 50, ring) }
}
