import { useEffect, useEffectEvent, useRef, useState } from "react"
import { noticesDue, SEATS, type Seat } from "#offices/joins/notices.ts"
import type { MessageRow } from "#offices/joins/screen.ts"
import { stored, useSwitch } from "../desk/preferences.ts"
import type { DeskState } from "../desk/state.ts"
import { canSound, type Ringing, rings, sound } from "./sounds.ts"

/** Whose seat this screen is, as its officer chose in this browser. */
export function chosenSeat(): Seat {
  return SEATS.find((seat) => seat === stored("seat")) ?? "duty"
}

/** Whether this screen keeps silent on purpose. */
export function useSilence(): [boolean, (on: boolean) => void] {
  return useSwitch("silence", false)
}

/** Whether a notice should have sounded and could not, so that words have to say it. */
export type Heard = "heard" | "blocked"

/**
 * Gives notice of every FLASH and IMMEDIATE that waits for this delegation's receipt: on arrival and again at each
 * interval of the charter, until it is acknowledged. Several that are due together sound once, the more urgent way.
 */
export function useRinging({ status, inbox, live }: Pick<DeskState, "status" | "inbox" | "live">): Heard {
  const given = useRef(new Map<string, number>())
  const [heard, setHeard] = useState<Heard>("heard")
  const { rows } = inbox
  const look = useEffectEvent((rows: readonly MessageRow[]) => {
    const [now, seat] = [live.now(), chosenSeat()]
    const due: Ringing[] = []
    for (const row of rows) {
      const { precedence } = row
      if (!rings(precedence) || !row.awaits || row.by === status.delegation) continue
      const count = noticesDue({ at: row.at, precedence }, status.clocks, seat, now)
      if (count > (given.current.get(row.matter) ?? 0)) due.push(precedence)
      given.current.set(row.matter, count)
    }
    due.push(...unjudgedDue(status, given.current), ...unstampedDue(status, seat, now, given.current))
    if (due.length > 0 && stored("silence") !== "on") setHeard(ring(due))
    else if (canSound()) setHeard("heard")
  })
  useEffect(() => {
    look(rows)
    const timer = setInterval(() => look(rows), 1000)
    return () => clearInterval(timer)
  }, [rows])
  return heard
}

/** What cannot be acknowledged here, since no rule of this release knows it, gives notice once. */
function unjudgedDue({ needs, delegation }: DeskState["status"], given: Map<string, number>): Ringing[] {
  return (needs?.rows ?? []).flatMap(({ index, precedence, by }) => {
    const name = `unjudged ${index}`
    if (!rings(precedence) || by === delegation || given.has(name)) return []
    given.set(name, 1)
    return [precedence]
  })
}

/** What a courier brought gives notice like a message on arrival, until an officer says that it was read. */
function unstampedDue(status: DeskState["status"], seat: Seat, now: number, given: Map<string, number>): Ringing[] {
  return status.unstamped.flatMap(({ hash, precedence, came, readAt }) => {
    if (!rings(precedence) || readAt !== null) return []
    const count = noticesDue({ at: came, precedence }, status.clocks, seat, now)
    const before = given.get(hash) ?? 0
    given.set(hash, count)
    return count > before ? [precedence] : []
  })
}

function ring(due: readonly Ringing[]): Heard {
  return sound(due.includes("FLASH") ? "FLASH" : "IMMEDIATE") ? "heard" : "blocked"
}
