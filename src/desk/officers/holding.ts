import { hash, randomUUID } from "node:crypto"
import type { HeldRow } from "#offices/joins/officers.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, number, text } from "../archive.ts"
import type { Door, DoorRefusal } from "../door.ts"
import type { Asserted } from "./passkeys.ts"

/** Keeps a request of an officer's until another one releases it; the same token is the same request. */
export function holdAct(
  { sql }: Archive,
  clock: Clock,
  request: { act: string; line: string; token?: string | undefined },
  by: string,
): { refused: "door.awaits-release"; held: string } {
  const { act, line, token } = request
  const before = token === undefined ? undefined : sql.get`SELECT id FROM held_act WHERE token = ${token}`
  if (before) return { refused: "door.awaits-release", held: text(before.id) ?? "" }
  const [id, at] = [randomUUID(), instantOf(clock)]
  const words = JSON.stringify({ form: "iod.held-act/v1", id, by, at, request })
  sql.run`INSERT INTO held_act (id, at, officer, act, line, token, words, state)
    VALUES (${id}, ${at}, ${by}, ${act}, ${line}, ${token ?? null}, ${words}, 'waiting')`
  return { refused: "door.awaits-release", held: id }
}

export type HoldingRefusal = { refused: "release.unknown" | "release.own" | "release.not-own" | "release.passkey" }

export type Holding = {
  /** What waits and what was decided lately, as this officer sees it. */
  rows(officer: string): HeldRow[]
  /** What a releasing officer's passkey signs: base64url of the SHA-256 over the held words' UTF-8 bytes. */
  challenge(id: string): string | undefined
  /** Lets it go as its author's; whoever wrote it never releases it himself. `shown` is undefined for a session alone. */
  release(id: string, by: string, shown: Asserted | undefined): { outbox: number } | HoldingRefusal | DoorRefusal
  /** Another officer gives it back with a word; or its author takes it back. Nothing of it leaves. */
  giveBack(id: string, by: string, note: string): Record<never, never> | HoldingRefusal
  withdraw(id: string, by: string): Record<never, never> | HoldingRefusal
}

/** Opens what waits at a desk for a second officer. */
export function openHolding(archive: Archive, clock: Clock, door: Door): Holding {
  const { sql, transact } = archive
  const waiting = (id: string) => sql.get`SELECT * FROM held_act WHERE id = ${id} AND state = 'waiting'`
  const decide = (id: string, by: string, state: string, note: string | null) =>
    void sql.run`UPDATE held_act SET state = ${state}, decided_by = ${by}, decided = ${instantOf(clock)}, note = ${note}
      WHERE id = ${id}`
  return {
    rows: (officer) =>
      sql.all`SELECT h.*, w.name AS written_by, d.name AS decided_name FROM held_act h
        LEFT JOIN officer w ON w.id = h.officer LEFT JOIN officer d ON d.id = h.decided_by
        ORDER BY (h.state <> 'waiting'), h.at DESC LIMIT 200`.map((row) => heldRow(row, officer)),
    challenge(id) {
      const row = waiting(id)
      return row && challengeOf(text(row.words) ?? "")
    },
    release: (id, by, shown) =>
      transact(() => {
        const row = waiting(id)
        if (!row) return { refused: "release.unknown" } as const
        if (row.officer === by) return { refused: "release.own" } as const
        const { request } = JSON.parse(text(row.words) ?? "")
        const handed = door.hand(request, { officer: text(row.officer) ?? "", decided: true })
        if ("refused" in handed) return handed
        decide(id, by, "released", null)
        sql.run`UPDATE held_act SET passkey = ${shown?.passkey ?? null}, outbox = ${handed.outbox},
          assertion = ${shown ? JSON.stringify(shown.response) : null} WHERE id = ${id}`
        return { outbox: handed.outbox }
      }),
    giveBack: (id, by, note) =>
      transact(() => {
        const row = waiting(id)
        if (!row) return { refused: "release.unknown" } as const
        if (row.officer === by) return { refused: "release.own" } as const
        decide(id, by, "returned", note)
        return {}
      }),
    withdraw: (id, by) =>
      transact(() => {
        const row = waiting(id)
        if (!row) return { refused: "release.unknown" } as const
        if (row.officer !== by) return { refused: "release.not-own" } as const
        decide(id, by, "withdrawn", null)
        return {}
      }),
  }
}

/** What a passkey signs in order to release these words. */
export function challengeOf(words: string): string {
  return hash("sha256", words, "base64url")
}

type Row = Record<string, unknown>

function heldRow(row: Row, officer: string): HeldRow {
  const { request } = JSON.parse(text(row.words) ?? "")
  return {
    id: text(row.id) ?? "",
    at: text(row.at) ?? "",
    act: text(row.act) ?? "",
    line: text(row.line) ?? "",
    by: text(row.written_by) ?? text(row.officer) ?? "",
    own: row.officer === officer,
    records: request.records.map(({ fields, texts }: HeldRow["records"][number]) => ({ fields, texts })),
    state: stateOf(text(row.state)),
    decidedBy: text(row.decided_name) ?? null,
    decided: text(row.decided) ?? null,
    note: text(row.note) ?? null,
    bySession: row.state === "released" && row.passkey === null,
    outbox: row.outbox === null ? null : number(row.outbox),
  }
}

function stateOf(state: string | undefined): HeldRow["state"] {
  return (["released", "returned", "withdrawn"] as const).find((one) => one === state) ?? "waiting"
}
