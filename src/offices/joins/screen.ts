import type { MessageState } from "../lines/message.ts"
import type { Role } from "../roles.ts"
import type { Charter } from "../roll/charter.ts"
import type { UnstampedRow } from "./courier.ts"
import type { Ladder } from "./ladder.ts"
import type { CareRow } from "./officers.ts"
import type { Piece } from "./query.ts"
import type { RelayView } from "./relays.ts"
import type { RestoredView } from "./restored.ts"
import type { KeyEventRow } from "./roll.ts"

/** The shapes in which a desk answers its screens and scripts: one source for both sides of the API. */

/** GET /api/desk */
export type DeskStatus = {
  delegation: string
  officer: string
  /** Who asks: what screens offer goes by the role. */
  me: { id: string; role: Role; canLock: boolean }
  /** Officers who may have been forced: for supervisor and head, empty for everybody else. */
  care: CareRow[]
  office: string
  exercise: boolean
  officeName: Charter["name"]
  languages: Charter["languages"]
  glossary: NonNullable<Charter["glossary"]>
  delegations: { name: string; kind: string; names: Charter["name"]; state: string }[]
  secretariat: string
  zones: NonNullable<Charter["zones"]>
  now: string
  /** Whether mail flows from the registry, and when it last did. */
  connected: boolean
  heardAt: string | null
  /** Set when the registry stands convicted: nothing is called certain until officers resume. */
  distrusted: { code: string; at: string } | null
  /** What still arrives from a convicted registry: its author's words, in no proven place. */
  unproven: UnprovenRow[]
  /** Set while rules are in force that this release does not know: their number, and what came under them. */
  needs: { rules: number; rows: UnjudgedRow[] } | null
  /** The oldest act in this delegation's name that its desk did not make and that no officer has looked at. */
  keyEvent: KeyEventRow | null
  /** Set where this desk came back from a backup. */
  restored: RestoredView | null
  /** What couriers brought without a stamp. */
  unstamped: UnstampedRow[]
  /** Acts that no stamp answered yet. */
  waiting: number
  unread: number
  lines: LineView[]
  clocks: Charter["clocks"]
  reportsOpening: boolean
}

/** GET /api/register: the register as this desk verified it. */
export type RegisterView = {
  origin: string
  size: number | null
  root: string | null
  witnessedAt: string | null
  /** Each state of the policy, whether its keys cosigned the last checkpoint, and at what time it said so. */
  witnesses: { name: string; cosigned: string | null }[]
  quorum: string
  /** Envelopes of this desk that no witnessed checkpoint covers yet. */
  notWitnessed: number
  held: number
}

/** What an author signed and the registry entered where it cannot be; `texts` in their order. */
export type UnprovenRow = {
  hash: string
  at: string
  line: string
  by: string
  precedence: string
  act: string
  texts: string[]
  code: string
  /** Whether its line stands still for it until officers resume; false for what they could not take in. */
  waits: boolean
}

/** What came under rules that this release does not know: its author's words, which nothing is folded of. */
export type UnjudgedRow = {
  index: number
  at: string
  line: string
  by: string
  precedence: string
  act: string
  texts: string[]
}

/** GET /api/evidence */
export type EvidenceRow = {
  id: string
  at: string
  whose: "author" | "registry"
  code: string
  line: string | null
  place: number | null
  file: string
}

export type LineView = {
  id: string
  members: string[]
  purpose: string
  open: boolean
  /** Who has not accepted yet. */
  awaited: string[]
  proposedBy: string
  /** The line that it follows, by its proposer's word; `fits` where this desk holds both, null where it cannot tell. */
  follows: { line: string; place: number; fits: boolean | null } | null
  /** What each member said of whom to telephone and of not answering. */
  service: { by: string; contact: string | null; outOfService: { at: string; text: string | null } | null }[]
  /** Lines that follow this one, opened or proposed. */
  followedBy: string[]
  place: number
  unread: number
  unanswered: number
}

export type MessageRow = {
  line: string
  matter: string
  index: number
  serial: number
  by: string
  at: string
  precedence: string
  language: string
  subject: string | null
  unread: boolean
  awaits: boolean
  deadline: string
  late: boolean
  recalled: boolean
  witnessed: string | null
  heldBy: string | null
  replyTo: string | null
  /** How many files it names. */
  fileCount: number
  /** What its text is: free words, or the answers of an emergency stop. */
  form: MessageState["form"]
}

export type MessageView = MessageRow & {
  /** Salted hashes of every text of the message and of what was said about it, as far as this desk holds them. */
  textHashes: string[]
  place: number
  header: string
  members: string[]
  body: string | null
  files: FileView[]
  replyBy: string | null
  recall: { at: string; text: string | null } | null
  ladders: Ladder[]
  translations: {
    language: string
    kind: string
    by: string
    at: string
    subject: string | null
    body: string | null
  }[]
  objections: { by: string; at: string; reason: string; text: string | null }[]
  replies: { by: string; at: string; matter: string }[]
  heldAt: string | null
  relay: RelayView | null
}

/**
 * How far a file is. Of our own: leaving for the registry, sent. Of another's: awaited, held on disk with its hash
 * checked, taken once the registry knows that. And what ends it: gone from the registry before it was fetched, false
 * where what is handed out never fits its hash, malformed where it is what its author signed and does not open, refused
 * where the registry will not have it.
 */
export type FileState = "leaving" | "sent" | "awaited" | "held" | "taken" | "gone" | "false" | "malformed" | "refused"

/** A file that a message names. Name and type are its author's words; null where its description is not held here. */
export type FileView = {
  file: string
  /** The salted hash of its description. */
  text: string
  /** Bytes of the sealed file, and how many of them are where it is going. */
  length: number
  done: number
  name: string | null
  type: string | null
  size: number | null
  state: FileState
  /** Why it does not go on now, in a code. */
  waits: string | null
}

export type EnvelopeRow = {
  index: number
  place: number
  serial: number
  by: string
  at: string
  precedence: string
  hash: string
  fault: string | null
  /** The last place before it, where this desk went on although the registry's word does not follow, and why not. */
  gap: { after: number; code: string } | null
  /** Members that could not open it, since when, and who sealed it again for them. */
  unopenable: { by: string; at: string; resealed: { by: string; at: string } | null }[]
  records: { kind: string; matter: string; refused: string | null }[]
}

export type WaitingRow = {
  id: number
  line: string
  act: string
  precedence: string
  leaves: "at-once" | "slot"
  submitted: string
  state: string
  refused: string | null
  /** When it was given to a courier, while no stamp has answered it. */
  carried: string | null
  subject: string | null
  /** Files that go to the registry before it: bytes, how many of them are there, and why it does not go on. */
  files: { length: number; done: number; waits: string | null } | null
}

/** GET /api/search */
export type SearchAnswer = {
  hits: SearchHit[]
  more: boolean
  /** Set while an archive that is older than its index is still put into it: older words may be missing. */
  filling: { done: number; of: number } | null
}

/** A record in one of whose texts all that was looked for stands. */
export type SearchHit = {
  line: string
  matter: string
  act: string
  index: number
  number: number
  by: string
  serial: number
  at: string
  precedence: string
  /** Why it is not taken into account, where it is not. */
  refused: string | null
  /** Whose screen shows the matter; null for a record that opened none. */
  office: string | null
  language: string | null
  /** The subject of the matter, with what was found in it; null where it has none here. */
  title: Piece[] | null
  titleLanguage: string | null
  /** Where what was looked for stands in the other texts of the record. */
  excerpt: Piece[]
}

/** What happens at a desk while screens watch: told to each open screen in the moment. */
export type LiveEvent =
  /** Sent when watching begins, and every five seconds: a screen that hears nothing for longer has lost its desk. */
  | { kind: "hello"; now: string }
  | { kind: "beat"; now: string }
  | {
      kind: "entered"
      entered: { line: string; matter: string; kind: string; by: string; precedence: string; index: number }[]
    }
  | { kind: "outbox" }
  /** A courier brought words that no stamp confirms yet, or somebody has read them. */
  | { kind: "unstamped" }
  /** Somebody signed in, or something about an officer of this desk changed. */
  | { kind: "officers" }
  | { kind: "register" }
  /** Somebody did something in this delegation's name that its desk did not. */
  | { kind: "key-event" }
  | { kind: "restored" }
  /** Something about the watch of this desk changed: a line of its log, a hand-over, its roster. */
  | { kind: "duty" }
  | { kind: "connection"; connected: boolean }
  | { kind: "evidence"; code: string }
  | { kind: "mark"; line: string; matter: string }
  /** A file came so many bytes further; null where it stands differently now. */
  | { kind: "file"; line: string; file: string; done: number | null }
