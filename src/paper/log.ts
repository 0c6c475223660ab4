import { utf8 } from "#register/bytes.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { alternat, nameOf } from "#sheet/readable.ts"
import { type Language, plain } from "#sheet/words.ts"
import { logCsv } from "./csv.ts"
import { frameOf, utc } from "./frame.ts"
import type { PaperJob, PaperRefusal } from "./job.ts"
import { isRun, type LineLog, type LogRow } from "./line-log.ts"
import { besides, faultsOf, laddersOf } from "./log-words.ts"
import { setPaper } from "./press.ts"
import { printable } from "./printable.ts"
import { qrSvg } from "./qr.ts"
import { type Say, wordsIn } from "./words.ts"

const MOST_ROWS = 2000

/** The name of the table inside the paper of a log. */
export const LOG_NAME = "iod-line-log.csv"

/** The paper of a line's log, with the same log as CSV inside it, whose hash names the document. */
export async function logPaper(
  log: LineLog,
  language: Language,
): Promise<Uint8Array | PaperRefusal | { refused: "log.too-long" }> {
  if (log.rows.length > MOST_ROWS) return { refused: "log.too-long" }
  return setPaper(logJob(log, language))
}

/** What the press is asked for to show a log. */
export function logJob(log: LineLog, language: Language): PaperJob {
  const { charter, line } = log
  const t = wordsIn(language)
  const csv = logCsv(log, language)
  const hash = nodeCrypto.sha256(utf8(csv)).toHex()
  const order = alternat(log.members, charter, line)
  const name = (delegation: string) => printable(nameOf(charter, language, delegation))
  const desk = name(log.desk)
  return {
    template: "log",
    data: {
      ...frameOf(charter, language, t("log.title"), hash, toldUntil(log)),
      office: printable(plain(charter.name[language])),
      heading: t("log.title"),
      facts: [
        { term: t("log.period"), text: t("log.days", { from: log.from, until: log.until }) },
        { term: t("line.members"), text: order.map(name).join(", ") },
        { term: t("line.purpose"), text: printable(plain(log.purpose)) },
        { term: t("line.id"), text: line, mono: true },
        { term: t("log.kept-by"), text: t("log.desk-holds", { name: desk, place: log.place }) },
        { term: t("log.table"), text: `${LOG_NAME} · SHA-256 ${hash}`, mono: true },
      ],
      notes: [
        ...(log.distrusted ? [t("log.distrusted")] : []),
        ...[t("log.meaning"), t("log.utc"), t("log.order")],
        ...(log.rows.length === 0 ? [t("log.empty")] : []),
      ],
      qr: qrSvg(hash),
      qr_alt: t("paper.qr", { hash }),
      caption: t("log.title"),
      columns: [
        ...[t("envelope.place"), t("log.at"), t("envelope.serial"), t("precedence.label"), t("envelope.what")],
        ...[t("compose.subject"), t("ladder.title"), t("log.witnessed"), t("log.hash")],
      ],
      rows: log.rows.map((row) => cells(row, { language, name, order, t })),
    },
    attachment: { name: LOG_NAME, description: t("log.inside"), type: "text/csv", text: csv },
  }
}

type Telling = { language: Language; name: (delegation: string) => string; order: readonly string[]; t: Say }

/** The cells of a row, each a list of lines. */
function cells(row: LogRow, { name, order, t }: Telling): string[][] {
  if (isRun(row)) {
    const checks = t("envelope.checks", { count: row.last - row.place + 1 })
    return [
      [`${row.place}–${row.last}`],
      [...moment(row.at), ...`– ${besides(row.at)(row.ended)}`.split(/(?<=\d) /)],
      [],
      [],
      [checks],
      [],
      [],
      [],
      [],
    ]
  }
  const told = laddersOf(row, t, besides(row.at))
  const ladders = order.flatMap((member) => {
    const ladder = told.find(({ addressee }) => addressee === member)
    return ladder ? [`${name(member)}: ${ladder.steps.join("; ") || "–"}`] : []
  })
  const what = [
    printable(plain(t.code("act", row.act ?? "none"))),
    ...(row.record ? [t("log.record-of", row.record)] : []),
    ...(row.about === null ? [] : [t("log.about-place", { place: row.about })]),
    ...faultsOf(row, name(row.by), t).map(printable),
  ]
  return [
    [String(row.place)],
    moment(row.at),
    [`${name(row.by)} · ${row.serial}`],
    [t.code("precedence", row.precedence)],
    what,
    row.subject === null ? [] : [printable(plain(row.subject))],
    ladders,
    row.witnessed === null ? [t("mark.not-witnessed")] : moment(row.witnessed),
    [row.hash.slice(0, 16)],
  ]
}

/** Day and time of day on a line each. */
function moment(at: string): string[] {
  return utc(at).split(" ")
}

/** The latest instant that the log tells of; an empty one ends with its period. */
function toldUntil({ rows, until }: LineLog): string {
  const told = rows.flatMap(({ ended, ladders }) => [
    ended,
    ...ladders.flatMap(({ steps }) => steps.map((step) => step.at)),
  ])
  return told.reduce((latest, at) => (at > latest ? at : latest), rows.length === 0 ? `${until}T00:00:00.000Z` : "")
}
