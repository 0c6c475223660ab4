import type { Ladder } from "#offices/joins/ladder.ts"
import { isNoteVerbale } from "#offices/joins/note-verbale.ts"
import type { MessageView } from "#offices/joins/screen.ts"
import { OBJECTIONS } from "#offices/lines/receipts.ts"
import { parseStop, STOP_FIELDS } from "#offices/lines/stop.ts"
import type { Charter } from "#offices/roll/charter.ts"
import { alternat, nameOf } from "#sheet/readable.ts"
import { type Language, plain } from "#sheet/words.ts"
import { frameOf, utc } from "./frame.ts"
import type { PaperJob, PaperRefusal } from "./job.ts"
import { setPaper } from "./press.ts"
import { printable } from "./printable.ts"
import { qrSvg } from "./qr.ts"
import { NOTE_TITLES, type Say, wordsIn } from "./words.ts"

const MOST_LINES = 20_000
/** Common to all addressees: said once, above them. */
const COMMON = new Set(["submitted", "recorded", "witnessed"])

/** One message as a paper for people: what it says, how far it came, and its hash to compare by eye, ear or camera. */
export async function messagePage(
  charter: Charter,
  message: MessageView,
  language: Language,
): Promise<Uint8Array | PaperRefusal> {
  if (textsOf(message).join("\n").split("\n").length > MOST_LINES) return { refused: "paper.too-large" }
  return setPaper(pageJob(charter, message, language))
}

/** What the press is asked for to show a message. */
export function pageJob(charter: Charter, message: MessageView, language: Language): PaperJob {
  const t = wordsIn(language)
  const { header, line } = message
  const name = (delegation: string) => printable(nameOf(charter, language, delegation))
  const order = (names: readonly string[]) => alternat(names, charter, line)
  const addressees = order(message.members.filter((member) => member !== message.by))
  const common = message.ladders[0]?.steps.filter(({ rung }) => COMMON.has(rung)) ?? []
  const ladders = order(message.ladders.map(({ addressee }) => addressee)).flatMap(
    (addressee) => message.ladders.find((ladder) => ladder.addressee === addressee) ?? [],
  )
  const isNote = isNoteVerbale(message.subject, NOTE_TITLES)
  const when = (at: string) => instant(charter, language, line, at)
  return {
    template: "page",
    data: {
      ...frameOf(charter, language, t(isNote ? "template.note-verbale" : "message.title"), header, toldUntil(message)),
      office: printable(plain(charter.name[language])),
      subject: said(message.subject, t),
      written: message.subject === null ? language : message.language,
      recalled: message.recall && { term: t("message.recalled-at"), at: when(message.recall.at) },
      note: isNote && { initials: t("note.initials"), seal: t("note.seal"), meaning: t("note.meaning") },
      facts: [
        { term: t("precedence.label"), text: t.code("precedence", message.precedence) },
        { term: t("message.from"), text: `${name(message.by)} · ${message.serial}` },
        { term: t("message.to"), text: addressees.map(name).join(", ") },
        { term: t("envelope.place"), text: String(message.place) },
        { term: t("envelope.time"), text: when(message.at) },
        { term: t("message.reply-by"), text: when(message.deadline) },
      ],
      ...saidOf(message, t),
      sections: [translationsOf(message, name, t), objectionsOf(message, order, name, t)].filter(
        ({ items }) => items.length > 0,
      ),
      ladder: t("ladder.title"),
      columns: [t("page.addressee"), t("ladder.rung"), t("page.when")],
      rungs: [
        ...common.map(({ rung, at }) => [t("page.all"), t(`rung.${rung}`), utc(at)]),
        ...ladders.flatMap((ladder) => rungsOf(ladder, name(ladder.addressee), t)),
      ],
      notes: [t("log.order")],
      qr: qrSvg(header),
      qr_alt: t("paper.qr", { hash: header }),
      hash_title: t("fax.hash"),
      groups: groupsOf(header),
      aloud_title: t("fax.aloud"),
      aloud: groupsOf(header).map((group) => [...group].map((digit) => t.code("digit", digit)).join(" ")),
    },
    attachment: null,
  }
}

/** Every text on the page that somebody wrote. */
function textsOf({ body, translations, objections }: MessageView): string[] {
  return [body, ...translations.map((one) => one.body), ...objections.map((one) => one.text)].map((text) => text ?? "")
}

type Naming = (delegation: string) => string
/** A text with what is said of it: whose, when, of which kind. `language` is null where its author did not say. */
type Item = { head: string; language: string | null; title: string[]; text: string[] }
type Section = { title: string; items: Item[] }

/** Every translation, none before another but in the order in which they came. */
function translationsOf({ translations }: MessageView, name: Naming, t: Say): Section {
  const items = translations.map(({ language, kind, by, at, subject, body }) => ({
    head: t("page.translation", {
      ...{ language: language.toUpperCase(), kind: t.code("translation-kind", kind) },
      ...{ name: name(by), at: `${utc(at)} UTC` },
    }),
    ...{ language, title: said(subject, t), text: said(body, t) },
  }))
  return { title: t("page.translations"), items }
}

/** Objections as their authors' words, in the alternat of the line. */
function objectionsOf(
  { objections }: MessageView,
  order: (names: string[]) => string[],
  name: Naming,
  t: Say,
): Section {
  const authors = order([...new Set(objections.map(({ by }) => by))])
  const items = authors.flatMap((author) =>
    objections
      .filter(({ by }) => by === author)
      .map(({ by, at, reason, text }) => ({
        head: t("page.objection", {
          ...{ name: name(by), at: `${utc(at)} UTC` },
          reason: t.code("objection", OBJECTIONS.find((known) => known === reason) ?? "OTHER"),
        }),
        ...{ language: null, title: [], text: text === null ? [] : said(text, t) },
      })),
  )
  return { title: t("page.objections"), items }
}

/** A text line by line, in signs that the paper's fonts have. */
function said(text: string | null, t: Say): string[] {
  return text === null ? [t("text.gone")] : text.split("\n").map(plain).map(printable)
}

/** What a message says by its form: its words, or the answers of a stop under the questions of the paper's language. */
function saidOf({ form, body }: MessageView, t: Say) {
  const stop = form === "emergency-stop" && body !== null ? parseStop(body) : null
  if (!stop) {
    const warned = form === "emergency-stop" && body !== null ? [t("stop.malformed")] : []
    return { warned, body: said(body, t), answers: [] }
  }
  const answers = STOP_FIELDS.map((field) => {
    const given = stop[field].trim()
    return { term: t(`stop.${field}`), text: printable(plain(given || t("stop.not-given"))), given: given !== "" }
  })
  return { warned: stop.drill ? [t("stop.drill"), t("stop.drill-meaning")] : [], body: [], answers }
}

function rungsOf({ steps }: Ladder, addressee: string, t: Say): string[][] {
  const own = steps.filter(({ rung }) => !COMMON.has(rung))
  if (own.length === 0) return [[addressee, "–", ""]]
  return own.map(({ rung, at }) => [addressee, t(`rung.${rung}`), utc(at)])
}

/** UTC first, the charter's zones beside it; the zones change places as the parties do. */
function instant({ zones = [] }: Charter, language: Language, document: string, at: string): string {
  const turned = Number.parseInt(document.slice(-1), 16) % 2 === 1 ? zones.toReversed() : zones
  const beside = turned.map(({ zone, names }) => {
    // The Swedish locale writes ISO dates and 24 hours; nothing of it but digits reaches the paper.
    const there = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" })
    const [day = "", time = ""] = there.format(Date.parse(at)).split(" ")
    return `${day === at.slice(0, 10) ? "" : `${day} `}${time} ${printable(plain(names[language]))}`
  })
  return [`${utc(at)} UTC`, ...beside].join(" · ")
}

function groupsOf(hash: string): string[] {
  return hash.match(/.{4}/g) ?? []
}

/** The latest instant that the page tells of. */
function toldUntil({ at, recall, ladders, translations, objections }: MessageView): string {
  const steps = ladders.flatMap((ladder) => ladder.steps)
  const told = [...steps, ...translations, ...objections].map((one) => one.at)
  return [recall?.at ?? at, ...told].reduce((latest, one) => (one > latest ? one : latest), at)
}
