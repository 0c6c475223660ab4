import { isRole, mayEnter, type Role } from "#offices/roles.ts"
import { type Archive, text } from "../archive.ts"

/** The name under which scripts on the desk's own machine act; whoever reads the desk's folder is past every role. */
export const SCRIPT = "script"

/** The role that an officer has at `now`; undefined where he has no access: not yet, no longer, or never. */
export function roleAt({ sql }: Archive, id: string, now: string): Role | undefined {
  if (id === SCRIPT) return "head"
  const row = sql.get`SELECT role FROM officer WHERE id = ${id} AND ended IS NULL
    AND (begins IS NULL OR begins <= ${now}) AND (until IS NULL OR ${now} < until)`
  if (!row) return undefined
  const role = text(row.role) ?? ""
  // The least of all where the file names a role that this release does not know.
  return isRole(role) ? role : "reader"
}

/** Whether an officer may enter acts of a kind at `now`: the door's own question, whoever carried the request to it. */
export function mayHandIn(
  archive: Archive,
  officer: string,
  kind: string,
  now: string,
): "permitted" | { refused: "role.not-yours" | "role.no-access" } {
  if (officer.startsWith(TOKEN)) return mayTokenEnter(archive, officer.slice(TOKEN.length), kind, now)
  const role = roleAt(archive, officer, now)
  if (role === undefined) return { refused: "role.no-access" }
  return mayEnter(role, kind) ? "permitted" : { refused: "role.not-yours" }
}

/** What the acts of a token's script are handed in under, before its number. */
export const TOKEN = "token:"

function mayTokenEnter({ sql }: Archive, id: string, kind: string, now: string) {
  const row = sql.get`SELECT acts FROM token WHERE id = ${id} AND ended IS NULL AND until > ${now}`
  if (!row) return { refused: "role.no-access" } as const
  const acts: unknown = JSON.parse(text(row.acts) ?? "[]")
  return Array.isArray(acts) && acts.includes(kind) ? "permitted" : ({ refused: "role.not-yours" } as const)
}
