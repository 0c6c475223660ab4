import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, text } from "../archive.ts"
import { unstampedRows } from "../courier/unstamped.ts"
import type { Evidence } from "../evidence.ts"
import type { Participation } from "../participation/room.ts"
import { openLines } from "../reading.ts"
import { runningStops } from "../relays/stops.ts"

export type CallingParts = {
  archive: Archive
  clock: Clock
  delegation: string
  evidence: Evidence
  participation: Participation
}

const URGENT = ["FLASH", "IMMEDIATE"] as const
const OF_A_LINE = 100

/** Since when each thing waits here for which an officer is called away from wherever he is. */
export function callingSince({ archive, clock, delegation, evidence, participation }: CallingParts): string[] {
  const messages = openLines(archive).flatMap(({ id }) =>
    archive.sql.all`SELECT state->>'$.at' AS at FROM matter
      WHERE line = ${id} AND awaited IS NOT NULL AND office = 'message'
        AND instr(' ' || awaited || ' ', ${` ${delegation} `}) > 0
        AND state->>'$.precedence' IN (${URGENT[0]}, ${URGENT[1]})
      ORDER BY opened DESC LIMIT ${OF_A_LINE}`.map((row) => text(row.at) ?? ""),
  )
  const stops = runningStops(archive, delegation, instantOf(clock)).filter(({ awaits }) => awaits)
  const carried = unstampedRows(archive).filter(
    ({ readAt, precedence }) => readAt === null && URGENT.some((one) => one === precedence),
  )
  const alarms = [evidence.distrusted()?.at ?? [], participation.unseen()?.at ?? []].flat()
  return [...messages, ...stops.map(({ since }) => since), ...carried.map(({ came }) => came), ...alarms]
}
