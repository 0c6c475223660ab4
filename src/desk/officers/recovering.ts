import { randomUUID } from "node:crypto"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, number, text } from "../archive.ts"

export type RecoveryRefusal = { refused: "officer.unknown" | "recovery.own" | "recovery.unknown" | "recovery.asked" }

/** The way back for an officer who lost all passkeys: two others of the desk bring it about, never he himself. */
export type Recoveries = {
  /** One officer asks for a new link for another. */
  ask(officer: string, askedBy: string): { recovery: string } | RecoveryRefusal
  /**
   * The head of delegation releases it and gets the link. His passkeys stop working with it, and where he is signed in
   * ends: what was lost may be in other hands. Who asked does not release, as long as there is a third who can ask.
   */
  release(recovery: string, releasedBy: string): { link: string } | RecoveryRefusal
}

/** Opens the recoveries of a desk; `linkFor` makes an officer's one-time word. */
export function openRecoveries({ sql, transact }: Archive, clock: Clock, linkFor: (id: string) => string): Recoveries {
  const others = (officer: string, than: string) =>
    number(
      sql.get`SELECT count(*) AS n FROM officer WHERE ended IS NULL AND role <> 'auditor' AND id NOT IN (${officer}, ${than})`
        ?.n,
    )
  return {
    ask: (officer, askedBy) =>
      transact(() => {
        if (!sql.get`SELECT 1 AS known FROM officer WHERE id = ${officer} AND ended IS NULL`)
          return { refused: "officer.unknown" } as const
        if (officer === askedBy) return { refused: "recovery.own" } as const
        if (sql.get`SELECT 1 AS asked FROM recovery WHERE officer = ${officer} AND released IS NULL`)
          return { refused: "recovery.asked" } as const
        const recovery = randomUUID()
        sql.run`INSERT INTO recovery VALUES (${recovery}, ${officer}, ${askedBy}, ${instantOf(clock)}, NULL, NULL)`
        return { recovery }
      }),
    release: (recovery, releasedBy) =>
      transact(() => {
        const row = sql.get`SELECT officer, asked_by FROM recovery WHERE id = ${recovery} AND released IS NULL`
        if (!row) return { refused: "recovery.unknown" } as const
        const officer = text(row.officer) ?? ""
        if (officer === releasedBy) return { refused: "recovery.own" } as const
        if (row.asked_by === releasedBy && others(officer, releasedBy) > 0) return { refused: "recovery.own" } as const
        const now = instantOf(clock)
        sql.run`UPDATE recovery SET released = ${now}, released_by = ${releasedBy} WHERE id = ${recovery}`
        sql.run`UPDATE passkey SET removed = ${now} WHERE officer = ${officer} AND removed IS NULL`
        sql.run`DELETE FROM session WHERE officer = ${officer}`
        return { link: linkFor(officer) }
      }),
  }
}
