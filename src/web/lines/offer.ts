import type { AnyActKind, Entry, Verdict } from "#offices/act.ts"
import type { DeskStatus, LineView, MessageView } from "#offices/joins/screen.ts"
import { judge } from "#offices/judge.ts"
import type { LineState } from "#offices/lines/line.ts"
import { type Answer, type MessageState, messageRecalled } from "#offices/lines/message.ts"
import {
  messageAcknowledged,
  messageCascaded,
  messageConfirmed,
  messageObjected,
  messageTakenIntoAccount,
  OBJECTIONS,
} from "#offices/lines/receipts.ts"
import { mayEnter } from "#offices/roles.ts"

/** What the rules say to each thing an officer could do with a message: the same rules that the desk will ask. */
export const OFFERED = ["acknowledge", "cascade", "account", "confirm", "object", "recall"] as const
export type Offered = (typeof OFFERED)[number]
export type Offers = Record<Offered, Verdict | { refused: "role.not-yours" }>

/** Asks the rules, with the desk's time as `now`. */
export function offers(message: MessageView, status: DeskStatus, now: number): Offers {
  const line = status.lines.find((l) => l.id === message.line)
  const entry: Entry = {
    by: status.delegation,
    at: new Date(now).toISOString(),
    index: Number.MAX_SAFE_INTEGER,
    place: Number.MAX_SAFE_INTEGER,
    header: "",
    precedence: "ROUTINE",
    line: { id: message.line, members: message.members },
    secretariat: status.secretariat,
    clocks: { acknowledge: status.clocks.acknowledge, check: status.clocks.checks.answer },
  }
  const record = { matter: message.matter, of: message.header }
  const asked = (kind: AnyActKind, fields: { matter: string }): Offers[Offered] =>
    !mayEnter(status.me.role, kind.kind)
      ? { refused: "role.not-yours" }
      : judge(kind, lineState(line), { office: "message", state: messageState(message) }, fields, entry)
  return {
    acknowledge: asked(messageAcknowledged, record),
    cascade: asked(messageCascaded, { ...record, since: entry.at } as { matter: string }),
    account: asked(messageTakenIntoAccount, record),
    confirm: asked(messageConfirmed, record),
    object: asked(messageObjected, { ...record, reason: OBJECTIONS[0] } as { matter: string }),
    recall: asked(messageRecalled, record),
  }
}

/** The folded line as far as a view of it tells. */
function lineState(line: LineView | undefined): LineState | undefined {
  return (
    line && {
      proposedBy: "",
      text: "",
      purpose: line.purpose,
      members: line.members,
      accepted: {},
      openedAt: line.open ? "" : null,
    }
  )
}

/** The folded message as far as its view tells: what the rules of answering read. */
function messageState(message: MessageView): MessageState {
  return {
    by: message.by,
    at: message.at,
    index: message.index,
    place: message.place,
    header: message.header,
    precedence: message.precedence as MessageState["precedence"],
    language: message.language as MessageState["language"],
    form: "words",
    subject: "",
    body: "",
    files: [],
    translations: [],
    relay: null,
    replyTo: message.replyTo,
    replyBy: message.replyBy,
    recalled: message.recall && { ...message.recall, index: message.index },
    answers: Object.fromEntries(
      message.ladders.map(({ addressee, steps }): [string, Answer] => [
        addressee,
        Object.fromEntries(
          steps.flatMap(({ rung, at }) => (rung in ANSWERS ? [[ANSWERS[rung], { ...UNREAD, at, index: 0 }]] : [])),
        ),
      ]),
    ),
  }
}

/** Rungs of a ladder as the answers of a message name them. */
const ANSWERS: Partial<Record<string, keyof Answer>> = {
  opened: "opened",
  acknowledged: "acknowledged",
  cascaded: "cascaded",
  "taken-into-account": "takenIntoAccount",
  confirmed: "confirmed",
  objected: "objected",
  unanswered: "unanswered",
}

/** What an answer holds beside its time, which no rule of answering reads. */
const UNREAD = { role: "", since: "", reason: "", text: null }
