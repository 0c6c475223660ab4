import { TrieRouter } from "hono/router/trie-router"
import type { Power } from "#offices/roles.ts"

/** One path of the desk's API and what it takes to ask it. */
export type Route = readonly [method: "GET" | "POST" | "PUT" | "DELETE", path: string, power: Power]

/** Every path behind the sign-in. What does not stand here is answered to nobody. */
export const ROUTES: readonly Route[] = [
  ["GET", "/me", "own"],
  ["POST", "/sign-out", "own"],
  ["POST", "/me/passkeys/options", "own"],
  ["POST", "/me/passkeys", "own"],
  ["PUT", "/me/passkeys/:passkey", "own"],
  ["DELETE", "/me/passkeys/:passkey", "own"],
  ["DELETE", "/me/sessions/:session", "own"],
  ["POST", "/me/lock", "own"],
  ["POST", "/me/unlock/options", "own"],
  ["POST", "/me/unlock", "own"],
  ["POST", "/tickets", "own"],
  ["GET", "/desk", "own"],
  ["GET", "/live", "own"],
  ["GET", "/officers", "officers"],
  ["POST", "/officers", "appoint"],
  ["PUT", "/officers/:officer", "appoint"],
  ["POST", "/officers/:officer/end", "appoint"],
  ["POST", "/officers/:officer/recovery", "vouch"],
  ["POST", "/recoveries/:recovery/release", "appoint"],
  ["GET", "/releases", "read"],
  ["PUT", "/releases/policy", "appoint"],
  ["POST", "/releases/:id/options", "release"],
  ["POST", "/releases/:id/release", "release"],
  ["POST", "/releases/:id/return", "release"],
  ["POST", "/releases/:id/withdraw", "translate"],
  ["GET", "/register", "own"],
  ["GET", "/roll", "own"],
  ["POST", "/roll", "govern"],
  ["POST", "/roll/accession", "govern"],
  ["POST", "/roll/events/:index/see", "write"],
  ["GET", "/lines/:line", "read"],
  ["GET", "/lines/:line/calls", "read"],
  ["POST", "/lines/:line/log", "export"],
  ["GET", "/messages", "read"],
  ["GET", "/messages/:line/:matter", "read"],
  ["POST", "/messages/:line/:matter/open", "read"],
  ["POST", "/messages/:line/:matter/hold", "work"],
  ["GET", "/messages/:line/:matter/aids", "read"],
  ["PUT", "/messages/:line/:matter/aids", "translate"],
  ["POST", "/messages/:line/:matter/sheet", "export"],
  ["POST", "/messages/:line/:matter/page", "export"],
  ["GET", "/messages/:line/:matter/files/:file", "read"],
  ["POST", "/messages/:line/:matter/files/:file/again", "read"],
  ["GET", "/search", "read"],
  ["GET", "/waiting", "read"],
  ["GET", "/evidence", "own"],
  ["POST", "/resume", "write"],
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
  ["GET", "/backup", "appoint"],
  ["GET", "/restored", "read"],
  ["POST", "/restored/:id", "write"],
  ["POST", "/restored-foreign", "write"],
  ["GET", "/board", "read"],
  ["GET", "/watch", "read"],
  ["GET", "/duty/log", "read"],
  ["POST", "/duty/log", "work"],
  ["POST", "/duty/log/paper", "export"],
  ["GET", "/duty", "read"],
  ["POST", "/duty/handover", "write"],
  ["POST", "/duty/handover/:id/take", "write"],
  ["PUT", "/duty/roster", "write"],
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
  ["POST", "/courier/out", "export"],
  ["POST", "/courier/out-pages", "export"],
  ["POST", "/courier/in", "write"],
  ["POST", "/courier/in-pages", "write"],
  ["GET", "/courier/answers/:name", "export"],
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
