import { hash, randomBytes, randomUUID } from "node:crypto"
import { z } from "zod"
import { instant } from "#offices/act.ts"
import type { TokenView } from "#offices/joins/officers.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, text } from "../archive.ts"
import { ROUTES } from "./routes.ts"

/** Paths that a token may be made to read. */
export const TOKEN_PATHS = ROUTES.filter(
  ([method, path, power]) => method === "GET" && (power === "read" || path === "/desk"),
).map(([, path]) => path)

/** What a script is to do: kinds of act that it enters, paths that it reads, until when. */
export const tokenForm = z.strictObject({
  name: z.string().trim().min(1).max(120),
  acts: z.array(z.string().max(64)).max(100),
  paths: z.array(z.enum(TOKEN_PATHS)).max(100),
  until: instant,
})

export type Scope = { token: string; name: string; paths: readonly string[]; acts: readonly string[] }

/** Words for scripts that may do less than the word in the desk's own folder. */
export type Tokens = {
  /** Makes one; its word is answered this once. */
  make(asked: z.infer<typeof tokenForm>, by: string): { id: string; token: string }
  /** The scope of a word that is good now. */
  of(authorization: string): Scope | undefined
  list(): TokenView[]
  /** Ends one; false where there is none. */
  end(id: string): boolean
}

const BEARER = /^Bearer iod_([A-Za-z0-9_-]{43})$/

/** Opens the tokens of a desk. */
export function openTokens({ sql }: Archive, clock: Clock): Tokens {
  return {
    make({ name, acts, paths, until }, by) {
      const [id, word] = [randomUUID(), randomBytes(32).toString("base64url")]
      sql.run`INSERT INTO token VALUES (${id}, ${hash("sha256", word)}, ${name}, ${JSON.stringify(acts)},
        ${JSON.stringify(paths)}, ${instantOf(clock)}, ${by}, ${until}, NULL)`
      return { id, token: `iod_${word}` }
    },
    of(authorization) {
      const word = BEARER.exec(authorization)?.[1]
      if (word === undefined) return undefined
      const row = sql.get`SELECT * FROM token WHERE hash = ${hash("sha256", word)} AND ended IS NULL
        AND until > ${instantOf(clock)}`
      return row && { token: text(row.id) ?? "", name: text(row.name) ?? "", ...listsOf(row) }
    },
    list: () =>
      sql.all`SELECT * FROM token ORDER BY made DESC, id`.map((row) => ({
        ...{ id: text(row.id) ?? "", name: text(row.name) ?? "", ...listsOf(row) },
        ...{ made: text(row.made) ?? "", until: text(row.until) ?? "", ended: text(row.ended) ?? null },
      })),
    end: (id) =>
      Number(sql.run`UPDATE token SET ended = ${instantOf(clock)} WHERE id = ${id} AND ended IS NULL`.changes) === 1,
  }
}

function listsOf(row: Record<string, unknown>): { acts: string[]; paths: string[] } {
  return { acts: JSON.parse(text(row.acts) ?? "[]"), paths: JSON.parse(text(row.paths) ?? "[]") }
}
