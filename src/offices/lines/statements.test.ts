import assert from "node:assert/strict"
import { test } from "node:test"
import { type Entry, officeOf } from "../act.ts"
import { rules } from "../index.ts"
import { judge, type Matter, parseRecord } from "../judge.ts"
import type { LineState } from "./line.ts"
import type { MessageState } from "./message.ts"

const hash = (n: number) => n.toString(16).padStart(64, "0")
const [LINE, MATTER, TEXT] = [hash(1), hash(2), hash(3)]
const AT = "2026-11-23T06:00:00.000Z"

/** A line of these members, open; `say` enters an act by the rules in force and answers what they said. */
function openLine(...members: string[]) {
  const line: LineState = { ...{ proposedBy: "", text: "", purpose: "" }, members, accepted: {}, openedAt: AT }
  let matter: Matter | undefined
  let index = 0
  return {
    get message() {
      return matter?.state as MessageState
    },
    say(by: string, act: string, fields: object, more: Partial<Entry> = {}): string {
      const kind = rules.get(1)?.get(act) ?? assert.fail(`no act ${act}`)
      const record = parseRecord(kind, { matter: kind.kind.startsWith("line.") ? LINE : MATTER, ...fields })
      if ("refused" in record) return record.refused
      index++
      const clocks = { acknowledge: { FLASH: 60, IMMEDIATE: 60, PRIORITY: 60, ROUTINE: 60 }, check: 60 }
      const place = { index, place: index, header: hash(100 + index), precedence: "ROUTINE" as const }
      const entry: Entry = {
        by,
        at: AT,
        ...place,
        line: { id: LINE, members },
        secretariat: "secretariat",
        clocks,
        ...more,
      }
      const verdict = judge(kind, line, matter, record, entry)
      if (verdict !== "permitted") return verdict.refused
      matter = { office: officeOf(kind), state: kind.fold(matter?.state, record, entry) }
      return "permitted"
    },
  }
}
const words = { language: "en", subject: TEXT, body: TEXT }
const signed = { release: TEXT, words: TEXT }

test("an act about a message is not taken as one about a check, a call or a line", () => {
  const line = openLine("ruritania", "secretariat")
  assert.equal(line.say("secretariat", "message.sent", words), "permitted")
  const of = line.message.header
  assert.equal(
    line.say("ruritania", "check.answered", { of, readBack: TEXT, quality: 5, letters: true }),
    "act.other-matter",
  )
  assert.equal(line.say("ruritania", "call.stated", { of, same: true }), "act.other-matter")
})

test("a rung above the acknowledgement stands on one, once, and no later than its stamp", () => {
  const line = openLine("ruritania", "secretariat")
  line.say("secretariat", "message.sent", words)
  const of = line.message.header
  assert.equal(line.say("ruritania", "message.cascaded", { of, since: AT }), "message.not-acknowledged")
  assert.equal(line.say("ruritania", "message.acknowledged", { of }), "permitted")
  const later = "2026-11-23T06:00:00.001Z"
  assert.equal(line.say("ruritania", "message.cascaded", { of, since: later }), "message.in-the-future")
  assert.equal(line.say("ruritania", "message.cascaded", { of, since: AT }), "permitted")
  assert.equal(line.say("ruritania", "message.cascaded", { of, since: AT }), "message.already-stated")
  assert.equal(line.say("secretariat", "message.taken-into-account", { of }), "message.not-addressee")
  assert.equal(line.say("ruritania", "message.taken-into-account", { of }), "permitted")
})

test("an emergency stop goes as FLASH and as nothing else", () => {
  const stop = { ...words, form: "emergency-stop" }
  assert.equal(openLine("icrc", "secretariat").say("icrc", "message.sent", stop), "stop.not-flash")
  assert.equal(openLine("icrc", "secretariat").say("icrc", "message.sent", stop, { precedence: "FLASH" }), "permitted")
})

test("a relay is asked for on the author's own line with the secretariat, signed if attributed, bare if not", () => {
  const ask = (members: string[], by: string, fields: object) =>
    openLine(...members).say(by, "message.sent", { ...words, ...fields })
  const own = ["ruritania", "secretariat"]
  const to = ["graustark"]
  assert.equal(ask(own, "ruritania", { relay: { to, attribution: "unattributed" } }), "permitted")
  assert.equal(
    ask(own, "ruritania", { relay: { to, attribution: "unattributed" }, ...signed }),
    "relay.release-unwanted",
  )
  assert.equal(ask(own, "ruritania", { relay: { to, attribution: "attributed" } }), "relay.release-missing")
  assert.equal(ask(own, "ruritania", { relay: { to, attribution: "attributed" }, ...signed }), "permitted")
  assert.equal(ask(own, "ruritania", { relay: { to: ["secretariat"], attribution: "unattributed" } }), "relay.nowhere")
  assert.equal(ask(own, "ruritania", { relay: { attribution: "unattributed" } }), "relay.nowhere")
  assert.equal(ask(own, "ruritania", { relay: { attribution: "unattributed" }, replyTo: hash(9) }), "permitted")
  const back = { relay: { attribution: "attributed" }, replyTo: hash(9), ...signed }
  assert.equal(ask(own, "ruritania", back), "relay.nowhere", "nobody can sign for a reader that he does not know")
  assert.equal(
    ask(["graustark", "ruritania"], "ruritania", { relay: { to: ["icrc"], attribution: "unattributed" } }),
    "relay.not-with-secretariat",
  )
  assert.equal(ask(own, "secretariat", { relay: { to, attribution: "unattributed" } }), "relay.not-with-secretariat")
  assert.equal(ask(own, "ruritania", { relayed: { attribution: "unattributed" } }), "roll.not-secretariat")
  assert.equal(
    ask(own, "secretariat", { relayed: { attribution: "attributed", from: "graustark" } }),
    "relay.release-missing",
  )
  assert.equal(
    ask(own, "secretariat", { relayed: { attribution: "attributed", from: "ruritania" }, ...signed }),
    "relay.nowhere",
  )
  assert.equal(ask(own, "ruritania", signed), "relay.release-unwanted")
  const files = [{ file: hash(7), length: 2000, text: TEXT }]
  assert.equal(ask(own, "ruritania", { relay: { to, attribution: "unattributed" }, files }), "permitted")
  assert.equal(ask(own, "ruritania", { files }), "permitted")
})

test("the author learns that its words left, and of the answers only what their addressee releases", () => {
  const leg = openLine("ruritania", "secretariat")
  leg.say("ruritania", "message.sent", { ...words, relay: { to: ["graustark"], attribution: "unattributed" } })
  const of = leg.message.header
  const heard = { of, from: "graustark", answer: "acknowledged", said: AT }
  assert.equal(leg.say("secretariat", "relay.answer-passed-on", heard), "relay.not-passed-on")
  assert.equal(leg.say("ruritania", "relay.passed-on", { of, to: "graustark" }), "roll.not-secretariat")
  assert.equal(leg.say("secretariat", "relay.passed-on", { of, to: "icrc" }), "relay.nowhere")
  assert.equal(leg.say("secretariat", "relay.passed-on", { of, to: "graustark" }), "permitted")
  assert.equal(leg.say("secretariat", "relay.passed-on", { of, to: "graustark" }), "relay.already-passed-on")
  assert.equal(leg.say("secretariat", "relay.returned", { of, text: TEXT }), "relay.already-passed-on")
  assert.equal(leg.say("secretariat", "relay.answer-passed-on", heard), "permitted")
  assert.equal(leg.say("secretariat", "relay.answer-passed-on", heard), "relay.already-released")

  const other = openLine("graustark", "secretariat")
  other.say("secretariat", "message.sent", { ...words, relayed: { attribution: "unattributed" } })
  const there = other.message.header
  assert.equal(
    other.say("graustark", "relay.answer-released", { of: there, answer: "acknowledged" }),
    "relay.not-stated",
  )
  other.say("graustark", "message.acknowledged", { of: there })
  assert.equal(other.say("graustark", "relay.answer-released", { of: there, answer: "acknowledged" }), "permitted")
  assert.equal(other.say("graustark", "relay.answer-released", { of: there, answer: "words" }), "relay.words-missing")
  assert.equal(
    other.say("secretariat", "relay.answer-released", { of: there, answer: "acknowledged" }),
    "message.not-addressee",
  )
  assert.doesNotMatch(JSON.stringify(other.message), /ruritania/)
})

test("only its author calls a translation authentic, and the secretariat's of another's words is a working one", () => {
  const line = openLine("ruritania", "secretariat")
  line.say("ruritania", "message.sent", words)
  const one = { ...words, of: line.message.header, language: "uk" }
  assert.equal(line.say("secretariat", "message.translated", { ...one, kind: "AUTHENTIC" }), "translation.not-author")
  assert.equal(line.say("secretariat", "message.translated", { ...one, kind: "OFFICIAL" }), "translation.working-only")
  assert.equal(line.say("secretariat", "message.translated", { ...one, kind: "MACHINE" }), "act.malformed")
  assert.equal(line.say("secretariat", "message.translated", { ...one, kind: "WORKING" }), "permitted")
  assert.equal(line.say("ruritania", "message.translated", { ...one, kind: "AUTHENTIC" }), "permitted")
  assert.equal(
    line.say("ruritania", "message.translated", { ...one, language: "en", kind: "AUTHENTIC" }),
    "translation.same-language",
  )
  assert.equal(line.message.translations.length, 2)
})

test("a line check is called by the secretariat, read back by the other, and its silence is the clock's to say", () => {
  const line = openLine("ruritania", "secretariat")
  const call = { slot: AT, text: TEXT }
  assert.equal(line.say("ruritania", "check.called", call), "roll.not-secretariat")
  assert.equal(
    line.say("secretariat", "check.called", { ...call, slot: "2026-11-23T14:00:00.000Z" }),
    "check.too-early",
  )
  assert.equal(line.say("secretariat", "check.called", call), "permitted")
  const of = hash(103)
  const silence = { of, by: "ruritania" }
  assert.equal(
    line.say("secretariat", "check.unanswered", silence, { at: "2026-11-23T06:01:00.999Z" }),
    "message.deadline-not-passed",
  )
  assert.equal(line.say("secretariat", "check.unanswered", silence, { at: "2026-11-23T06:01:01.000Z" }), "permitted")
  assert.equal(line.say("ruritania", "check.explained", { of, text: TEXT }), "permitted")
  assert.equal(line.say("secretariat", "check.closed", { ...silence, result: "OK" }), "check.result-does-not-fit")
  assert.equal(line.say("ruritania", "check.answered", { of, readBack: TEXT, quality: 5, letters: true }), "permitted")
  assert.equal(line.say("secretariat", "check.closed", { ...silence, result: "OK" }), "permitted")
})

test("a call is entered with what was read back, and the other side states whether it heard the same", () => {
  const line = openLine("ruritania", "secretariat")
  const call = {
    with: "ruritania",
    direction: "to",
    started: AT,
    answered: true,
    interpreter: false,
    language: "en",
    purpose: "NOTIFY",
    gist: TEXT,
  }
  assert.equal(line.say("secretariat", "call.entered", { ...call, readBack: "DONE" }), "call.read-back-missing")
  assert.equal(
    line.say("secretariat", "call.entered", { ...call, with: "graustark", readBack: "REFUSED" }),
    "call.not-member",
  )
  assert.equal(line.say("secretariat", "call.entered", { ...call, readBack: "DONE", readBackText: TEXT }), "permitted")
  assert.equal(line.say("secretariat", "call.stated", { of: hash(103), same: true }), "call.not-for-you-to-say")
  assert.equal(line.say("ruritania", "call.stated", { of: hash(103), same: false, text: TEXT }), "permitted")
})

test("a member that declared itself out of service is so until it says otherwise", () => {
  const line = openLine("ruritania", "secretariat")
  assert.equal(line.say("ruritania", "line.proposed", { text: "iod.line/v1", purpose: "a line" }), "permitted")
  assert.equal(line.say("ruritania", "line.back-in-service", {}), "line.not-out-of-service")
  assert.equal(line.say("ruritania", "line.out-of-service", { text: TEXT }), "permitted")
  assert.equal(line.say("ruritania", "line.out-of-service", { text: TEXT }), "line.already-out-of-service")
  assert.equal(line.say("secretariat", "line.back-in-service", {}), "line.not-out-of-service")
  assert.equal(line.say("ruritania", "line.back-in-service", {}), "permitted")
})

test("whoever replies to words without a name is told that its own left, and never to whom", () => {
  const leg = openLine("graustark", "secretariat")
  leg.say("graustark", "message.sent", { ...words, relay: { attribution: "unattributed" }, replyTo: hash(9) })
  const of = leg.message.header
  const heard = { of, answer: "acknowledged", said: AT }
  assert.equal(leg.say("secretariat", "relay.answer-passed-on", heard), "relay.not-passed-on")
  assert.equal(leg.say("secretariat", "relay.passed-on", { of, to: "ruritania" }), "relay.nowhere")
  assert.equal(leg.say("secretariat", "relay.passed-on", { of }), "permitted")
  assert.equal(leg.say("secretariat", "relay.passed-on", { of }), "relay.already-passed-on")
  assert.equal(leg.say("secretariat", "relay.answer-passed-on", { ...heard, from: "ruritania" }), "relay.not-passed-on")
  assert.equal(leg.say("secretariat", "relay.answer-passed-on", heard), "permitted")
  assert.doesNotMatch(JSON.stringify(leg.message), /ruritania/)

  const named = openLine("ruritania", "secretariat")
  named.say("ruritania", "message.sent", { ...words, relay: { to: ["graustark"], attribution: "unattributed" } })
  assert.equal(named.say("secretariat", "relay.passed-on", { of: named.message.header }), "relay.nowhere")
})
