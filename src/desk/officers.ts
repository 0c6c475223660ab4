import { hash, randomBytes, randomUUID } from "node:crypto"
import { type Clock, instantOf } from "../clock.ts"
import { type Archive, text } from "./archive.ts"

/** Who sits at the desk. Names stay here: outwardly the delegation speaks. */
export type Officer = { id: string; name: string }

export type Officers = {
  /** A word that signs this officer in once, until it expires. */
  link(name: string): string
  /** A session's word for a link's word, or undefined where it is used up, expired or unknown. */
  signIn(link: string): { session: string; officer: Officer } | undefined
  bySession(session: string): Officer | undefined
  /** A script on the desk's own machine, which shows the word from the desk's folder (`Bearer` and the word). */
  ofScript(authorization: string): Officer | undefined
  signOut(session: string): void
  name(id: string): string | undefined
}

const LINK_MS = 24 * 3600_000

/** Opens the officers of a desk. Words are 32 random bytes; only their hashes are kept. */
export function openOfficers({ sql, transact, meta }: Archive, clock: Clock): Officers {
  const digest = (word: string) => hash("sha256", word)
  const officer = (id: unknown): Officer | undefined => {
    const row = sql.get`SELECT id, name FROM officer WHERE id = ${text(id) ?? ""}`
    return row && { id: text(row.id) ?? "", name: text(row.name) ?? "" }
  }
  return {
    link(name) {
      const word = randomBytes(32).toString("base64url")
      const until = new Date(clock.now() + LINK_MS).toISOString()
      transact(() => {
        const known = text(sql.get`SELECT id FROM officer WHERE name = ${name}`?.id)
        const id = known ?? randomUUID()
        if (!known) sql.run`INSERT INTO officer VALUES (${id}, ${name}, ${instantOf(clock)})`
        sql.run`INSERT INTO link VALUES (${digest(word)}, ${id}, ${until}, NULL)`
      })
      return word
    },
    signIn: (link) =>
      transact(() => {
        const now = instantOf(clock)
        const row = sql.get`SELECT officer FROM link WHERE hash = ${digest(link)} AND used IS NULL AND until > ${now}`
        const found = row && officer(row.officer)
        if (!found) return undefined
        sql.run`UPDATE link SET used = ${now} WHERE hash = ${digest(link)}`
        const session = randomBytes(32).toString("base64url")
        sql.run`INSERT INTO session VALUES (${digest(session)}, ${found.id}, ${now}, ${now})`
        return { session, officer: found }
      }),
    bySession: (session) => officer(sql.get`SELECT officer FROM session WHERE hash = ${digest(session)}`?.officer),
    ofScript(authorization) {
      const word = /^Bearer ([0-9a-f]{64})$/.exec(authorization)?.[1]
      const known = meta("script.token")
      if (!word || !known || hash("sha256", Buffer.from(word, "hex")) !== known) return undefined
      return { id: "script", name: "script" }
    },
    signOut: (session) => void sql.run`DELETE FROM session WHERE hash = ${digest(session)}`,
    name: (id) => officer(id)?.name,
  }
}
