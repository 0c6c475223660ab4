import { TrieRouter } from "hono/router/trie-router"
import type { Power } from "#offices/roles.ts"

/** One path of the desk's API and what it takes to ask it. */
export type Route = readonly [method: Method, path: string, power: Power, audited?: Audited]
type Method = "GET" | "POST" | "PUT" | "DELETE"

/** What the audit log calls a request of such a path, answered or refused. */
export const AUDITED = [
  "passkey.added",
  "passkey.renamed",
  "passkey.removed",
  "session.ended",
  "screen.locked",
  "screen.opened",
  "signed-out",
  "officer.invited",
  "officer.changed",
  "officer.ended",
  "recovery.asked",
  "recovery.released",
  "policy.changed",
  "act.released",
  "act.returned",
  "act.withdrawn",
  "key-event",
  "export",
  "backup",
  "file.read",
  "resumed",
  "audit.read",
  "token.made",
  "token.ended",
] as const
export type Audited = (typeof AUDITED)[number]

/** Every path behind the sign-in. What does not stand here is answered to nobody. */
export const ROUTES: readonly Route[] = [
  ["GET", "/me", "own"],
  ["POST", "/sign-out", "own", "signed-out"],
  ["POST", "/me/passkeys/options", "own"],
  ["POST", "/me/passkeys", "own", "passkey.added"],
  ["PUT", "/me/passkeys/:passkey", "own", "passkey.renamed"],
  ["DELETE", "/me/passkeys/:passkey", "own", "passkey.removed"],
  ["DELETE", "/me/sessions/:session", "own", "session.ended"],
  ["POST", "/me/lock", "own", "screen.locked"],
  ["POST", "/me/unlock/options", "own"],
  ["POST", "/me/unlock", "own", "screen.opened"],
  ["POST", "/me/tickets", "own"],
  ["GET", "/desk", "own"],
  ["GET", "/live", "own"],
  ["GET", "/officers", "officers"],
  ["POST", "/officers", "appoint", "officer.invited"],
  ["PUT", "/officers/:officer", "appoint", "officer.changed"],
  ["POST", "/officers/:officer/end", "appoint", "officer.ended"],
  ["POST", "/officers/:officer/recovery", "vouch", "recovery.asked"],
  ["POST", "/recoveries/:recovery/release", "appoint", "recovery.released"],
  // Not in the audit log: whoever forces an officer may make him show it.
  ["POST", "/care/:seq/see", "supervise"],
  ["GET", "/releases", "read"],
  ["PUT", "/releases/policy", "appoint", "policy.changed"],
  ["POST", "/releases/:id/options", "release"],
  ["POST", "/releases/:id/release", "release", "act.released"],
  ["POST", "/releases/:id/return", "release", "act.returned"],
  ["POST", "/releases/:id/withdraw", "translate", "act.withdrawn"],
  ["GET", "/tokens", "appoint"],
  ["POST", "/tokens", "appoint", "token.made"],
  ["POST", "/tokens/:token/end", "appoint", "token.ended"],
  ["GET", "/openapi.json", "own"],
  ["GET", "/audit", "audit", "audit.read"],
  ["GET", "/audit/check", "audit"],
  ["GET", "/register", "own"],
  ["GET", "/roll", "own"],
  ["POST", "/roll", "govern", "key-event"],
  ["POST", "/roll/accession", "govern", "key-event"],
  ["POST", "/roll/events/:index/see", "write"],
  ["GET", "/lines/:line", "read"],
  ["GET", "/lines/:line/calls", "read"],
  ["POST", "/lines/:line/log", "export", "export"],
  ["GET", "/messages", "read"],
  ["GET", "/messages/:line/:matter", "read"],
  ["POST", "/messages/:line/:matter/open", "read"],
  ["POST", "/messages/:line/:matter/hold", "work"],
  ["GET", "/messages/:line/:matter/aids", "read"],
  ["PUT", "/messages/:line/:matter/aids", "translate"],
  ["POST", "/messages/:line/:matter/sheet", "export", "export"],
  ["POST", "/messages/:line/:matter/page", "export", "export"],
  ["GET", "/messages/:line/:matter/files/:file", "read", "file.read"],
  ["POST", "/messages/:line/:matter/files/:file/again", "read"],
  ["GET", "/search", "read"],
  ["GET", "/waiting", "read"],
  ["GET", "/evidence", "own"],
  ["POST", "/resume", "write", "resumed"],
  // Which kinds of act a role may enter, the door asks of each.
  ["POST", "/acts", "translate"],
  ["POST", "/lines", "write"],
  ["POST", "/files", "work"],
  ["GET", "/files/:upload", "work"],
  ["PUT", "/files/:upload", "work"],
  ["DELETE", "/files/:upload", "work"],
  ["GET", "/drafts", "work"],
  ["PUT", "/drafts/:id", "work"],
  ["DELETE", "/drafts/:id", "work"],
  ["GET", "/backup", "appoint", "backup"],
  ["GET", "/restored", "read"],
  ["POST", "/restored/:id", "write"],
  ["POST", "/restored-foreign", "write", "resumed"],
  ["GET", "/board", "read"],
  ["GET", "/watch", "read"],
  ["GET", "/duty/log", "read"],
  ["POST", "/duty/log", "work"],
  ["GET", "/duty", "read"],
  ["POST", "/duty/handover", "write"],
  ["POST", "/duty/handover/:id/take", "write"],
  ["PUT", "/duty/roster", "write"],
  ["POST", "/duty/log/paper", "export", "export"],
  ["POST", "/duty/alerts/test", "write"],
  ["GET", "/overdue", "read"],
  ["GET", "/checks", "read"],
  ["GET", "/checks/:line/:matter", "read"],
  ["GET", "/translations", "read"],
  ["GET", "/changes", "read"],
  ["POST", "/changes/read", "read"],
  ["GET", "/relays", "read"],
  ["POST", "/relays/:line/:matter/pass", "write"],
  ["POST", "/relays/answers/:index/:number/carry", "write"],
  ["POST", "/circulars", "write"],
  ["GET", "/stops", "read"],
  ["POST", "/courier/out", "export", "export"],
  ["POST", "/courier/out-pages", "export", "export"],
  ["POST", "/courier/in", "write"],
  ["POST", "/courier/in-pages", "write"],
  ["GET", "/courier/answers/:name", "export", "export"],
  ["POST", "/courier/unstamped/:hash/read", "read"],
]

const router = new TrieRouter<Route>()
for (const route of ROUTES) router.add(route[0], route[1], route)

/** A path of the API without the API's own prefix, under which a desk serves it. */
export function apiPath(path: string): string {
  return path.replace(/^\/api(?=\/)/, "")
}

/** The route of a request; undefined for what is none. */
export function routeOf(method: string, path: string): Route | undefined {
  const [found] = router.match(method === "HEAD" ? "GET" : method, apiPath(path))
  return found[0]?.[0]
}
