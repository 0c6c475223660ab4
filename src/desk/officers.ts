import { hash, randomBytes, randomUUID } from "node:crypto"
import type { OfficerView } from "#offices/joins/officers.ts"
import { isRole, type Role } from "#offices/roles.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Archive, number, text } from "./archive.ts"
import { roleAt, SCRIPT } from "./officers/access.ts"
import { type Audit, openAudit } from "./officers/audit.ts"
import { type Challenges, openChallenges } from "./officers/challenges.ts"
import { openPasskeys, type Passkeys } from "./officers/passkeys.ts"
import { openRecoveries, type Recoveries } from "./officers/recovering.ts"
import { type Opened, openSessions, type Session, type Sessions, type Shown } from "./officers/sessions.ts"
import { openTokens, type Tokens } from "./officers/tokens.ts"

/** Who sits at the desk. Names and roles stay here: outwardly the delegation speaks. */
export type Officer = { id: string; name: string; role: Role; function: string }

/** What is said of an officer who is invited. */
export type Invitation = {
  name: string
  role: Role
  function: string
  begins: string | null
  until: string | null
}

export type ChangeRefusal = { refused: "officer.unknown" | "officer.last-head" }

export type Officers = {
  /** A word that signs this officer in once, until it expires. Who is not known is added: the first one as head. */
  link(name: string): string
  /** Adds an officer; answers the word that signs him in once. */
  invite(invitation: Invitation): { id: string; link: string } | { refused: "officer.known" }
  /** A session's word for a link's word, or undefined where it is used up, expired or unknown. */
  signIn(link: string, browser?: string): (Opened & { officer: Officer; enrolling: boolean }) | undefined
  /** A session's word for an officer who showed a passkey; undefined where he has no access (any more). */
  enter(officer: string, passkey: string, browser: string): (Opened & { officer: Officer }) | undefined
  /** The session of what is shown and its officer, while both have access. */
  bySession(shown: Shown): { session: Session; officer: Officer } | undefined
  /** A script on the desk's own machine, which shows the word from the desk's folder (`Bearer` and the word). */
  ofScript(authorization: string): Officer | undefined
  /** An officer who has access now. */
  one(id: string): Officer | undefined
  all(): OfficerView[]
  /** Gives an officer another role, function or term; it holds from the next request on. */
  change(id: string, to: Omit<Invitation, "name">): Record<never, never> | ChangeRefusal
  /** Ends an officer's access now, for good; nothing that he did moves. */
  end(id: string, by: string): { ended: string } | ChangeRefusal
  name(id: string): string | undefined
  /** Whether nobody can sign in here by a passkey yet. */
  isNew(): boolean
  readonly passkeys: Passkeys
  readonly sessions: Sessions
  readonly challenges: Challenges
  readonly recoveries: Recoveries
  readonly audit: Audit
  readonly tokens: Tokens
}

const LINK_MS = 24 * 3600_000

/** What opening the officers needs to know of their desk: in an exercise a link alone lets in. */
export type OfficersAt = { exercise: boolean }

/** Opens the officers of a desk. Words are 32 random bytes; only their hashes are kept. */
export function openOfficers(archive: Archive, clock: Clock, { exercise }: OfficersAt): Officers {
  const { sql, transact, meta } = archive
  const challenges = openChallenges(clock)
  const audit = openAudit(archive, clock)
  const sessions = openSessions(archive, clock)
  const digest = (word: string) => hash("sha256", word)
  const one = (id: string): Officer | undefined => {
    const role = roleAt(archive, id, instantOf(clock))
    const row = role && sql.get`SELECT name, function FROM officer WHERE id = ${id}`
    return row && { id, name: text(row.name) ?? "", role, function: text(row.function) ?? "" }
  }
  const add = (said: Invitation): string => {
    const id = randomUUID()
    sql.run`INSERT INTO officer (id, name, added, role, function, begins, until) VALUES
      (${id}, ${said.name}, ${instantOf(clock)}, ${said.role}, ${said.function}, ${said.begins}, ${said.until})`
    return id
  }
  const linkFor = (officer: string): string => {
    const word = randomBytes(32).toString("base64url")
    const until = new Date(clock.now() + LINK_MS).toISOString()
    sql.run`INSERT INTO link VALUES (${digest(word)}, ${officer}, ${until}, NULL)`
    return word
  }
  const known = (name: string) => text(sql.get`SELECT id FROM officer WHERE name = ${name} AND ended IS NULL`?.id)
  return {
    tokens: openTokens(archive, clock),
    passkeys: openPasskeys(archive, clock, challenges),
    recoveries: openRecoveries(archive, clock, linkFor),
    ...{ sessions, challenges, audit, one },
    link: (name) =>
      transact(() => {
        const role = sql.get`SELECT 1 AS headed FROM officer WHERE role = 'head' AND ended IS NULL` ? "officer" : "head"
        const id = known(name) ?? add({ name, role, function: "", begins: null, until: null })
        return linkFor(id)
      }),
    invite: (said) =>
      transact(() => {
        if (known(said.name) !== undefined) return { refused: "officer.known" }
        const id = add(said)
        return { id, link: linkFor(id) }
      }),
    signIn: (link, browser = "") =>
      transact(() => {
        const now = instantOf(clock)
        const row = sql.get`SELECT officer FROM link WHERE hash = ${digest(link)} AND used IS NULL AND until > ${now}`
        const officer = row && one(text(row.officer) ?? "")
        if (!officer) return undefined
        sql.run`UPDATE link SET used = ${now} WHERE hash = ${digest(link)}`
        const enrolling = !exercise
        const opened = sessions.open({ officer: officer.id, passkey: null, enrolling, browser })
        return { ...opened, officer, enrolling }
      }),
    enter(id, passkey, browser) {
      const officer = one(id)
      return officer && { ...sessions.open({ officer: id, passkey, enrolling: false, browser }), officer }
    },
    bySession(shown) {
      const session = sessions.of(shown)
      if (session === "copied") audit.enter("", "session.copied", "")
      if (!session || session === "copied") return undefined
      const officer = one(session.officer)
      return officer && { session, officer }
    },
    ofScript: (authorization) => scriptOf(meta("script.token"), authorization),
    ...openChanges(archive, clock),
    all: () => sql.all`SELECT * FROM officer ORDER BY added, id`.map((row) => officerView(archive, row)),
    name: (id) => text(sql.get`SELECT name FROM officer WHERE id = ${id}`?.name),
    isNew: () => sql.get`SELECT 1 AS used FROM passkey LIMIT 1` === undefined,
  }
}

type Row = Record<string, unknown>

/** The script that shows the word from the desk's folder, whose hash is kept. */
function scriptOf(token: string | undefined, authorization: string): Officer | undefined {
  const word = /^Bearer ([0-9a-f]{64})$/.exec(authorization)?.[1]
  if (!word || !token || hash("sha256", Buffer.from(word, "hex")) !== token) return undefined
  return { id: SCRIPT, name: SCRIPT, role: "head", function: "" }
}

/** Changing and ending what an officer may do. A desk always keeps a head, or nobody could let anybody in. */
function openChanges({ sql, transact }: Archive, clock: Clock): Pick<Officers, "change" | "end"> {
  const isThere = (id: string) =>
    sql.get`SELECT 1 AS known FROM officer WHERE id = ${id} AND ended IS NULL` !== undefined
  const isHeadedWithout = (id: string) =>
    sql.get`SELECT 1 AS headed FROM officer WHERE role = 'head' AND ended IS NULL AND until IS NULL AND id <> ${id}
      LIMIT 1` !== undefined
  return {
    change: (id, { role, function: held, begins, until }) =>
      transact(() => {
        if (!isThere(id)) return { refused: "officer.unknown" } as const
        const staysHead = role === "head" && until === null && begins === null
        if (!staysHead && !isHeadedWithout(id)) return { refused: "officer.last-head" } as const
        sql.run`UPDATE officer SET role = ${role}, function = ${held}, begins = ${begins}, until = ${until} WHERE id = ${id}`
        return {}
      }),
    end: (id, by) =>
      transact(() => {
        if (!isThere(id)) return { refused: "officer.unknown" } as const
        if (!isHeadedWithout(id)) return { refused: "officer.last-head" } as const
        const ended = instantOf(clock)
        sql.run`UPDATE officer SET ended = ${ended}, ended_by = ${by} WHERE id = ${id}`
        sql.run`DELETE FROM session WHERE officer = ${id}`
        return { ended }
      }),
  }
}

function officerView({ sql }: Archive, row: Row): OfficerView {
  const [id, name] = [text(row.id) ?? "", text(row.name) ?? ""]
  const [held, role] = [text(row.function) ?? "", text(row.role) ?? ""]
  const asked = sql.get`SELECT r.id, r.asked, o.name FROM recovery r LEFT JOIN officer o ON o.id = r.asked_by
    WHERE r.officer = ${id} AND r.released IS NULL`
  return {
    ...{ id, name, role: isRole(role) ? role : ("reader" as const), function: held, added: text(row.added) ?? "" },
    ...{ begins: text(row.begins) ?? null, until: text(row.until) ?? null, ended: text(row.ended) ?? null },
    passkeys: number(sql.get`SELECT count(*) AS n FROM passkey WHERE officer = ${id} AND removed IS NULL`?.n),
    recovery: asked
      ? { id: text(asked.id) ?? "", askedBy: text(asked.name) ?? "", asked: text(asked.asked) ?? "" }
      : null,
  }
}
