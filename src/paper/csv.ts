import { alternat, nameOf } from "#sheet/readable.ts"
import { type Language, plain } from "#sheet/words.ts"
import { inThree } from "./frame.ts"
import { isRun, type LineLog, type LogRow } from "./line-log.ts"
import { faultsOf, laddersOf } from "./log-words.ts"
import { type Say, wordsIn } from "./words.ts"

/**
 * A line's log as CSV (docs/specs/line-log.md): RFC 4180, comma, CRLF, every cell quoted, UTF-8 with a byte order mark,
 * one header. EXERCISE and the office's sentence stand in every row, because rows travel alone.
 */
export function logCsv(log: LineLog, language: Language): string {
  const t = wordsIn(language)
  const members = alternat(log.members, log.charter, log.line)
  const three = (word: "paper.exercise" | "paper.transmits") =>
    inThree(word, language, log.line)
      .map(({ text }) => text)
      .join(" · ")
  const exercise = log.charter.exercise ? [three("paper.exercise")] : []
  const header = [
    ...exercise.map(() => t("log.exercise")),
    ...[
      t("envelope.place"),
      t("log.last-place"),
      t("log.record"),
      t("log.by"),
      t("log.serial"),
      t("log.at"),
      t("log.ended"),
    ],
    ...[t("precedence.label"), t("envelope.what"), t("log.act"), t("log.about"), t("compose.subject")],
    ...members.map((name) => t("log.rungs-of", { name: nameOf(log.charter, language, name) })),
    ...[t("log.fault"), t("log.hash"), t("log.witnessed"), t("log.office")],
  ]
  const rows = log.rows.map((row) => [
    ...exercise,
    ...cells(row, log, language, t),
    ...members.map(
      (name) =>
        laddersOf(row, t)
          .find(({ addressee }) => addressee === name)
          ?.steps.join("; ") ?? "",
    ),
    ...[
      faultsOf(row, nameOf(log.charter, language, row.by), t).join(" "),
      isRun(row) ? "" : row.hash,
      row.witnessed ?? "",
      three("paper.transmits"),
    ],
  ])
  return `\ufeff${[header, ...rows].map(line).join("")}`
}

function cells(row: LogRow, log: LineLog, language: Language, t: Say): string[] {
  const { place, last, record, by, serial, at, ended, precedence, act, about, subject } = row
  const run = isRun(row)
  return [
    String(place),
    run ? String(last) : "",
    record ? `${record.number} (${record.of})` : "",
    run ? "" : nameOf(log.charter, language, by),
    run ? "" : String(serial),
    at,
    run ? ended : "",
    run ? "" : t.code("precedence", precedence),
    run ? t("envelope.checks", { count: last - place + 1 }) : plain(t.code("act", act ?? "none")),
    plain(act ?? ""),
    about === null ? "" : String(about),
    plain(subject ?? ""),
  ]
}

function line(row: readonly string[]): string {
  return `${row.map((cell) => `"${harmless(cell).replaceAll('"', '""')}"`).join(",")}\r\n`
}

// Where a spreadsheet would begin to calculate: at the start of a cell, and after a semicolon, at which one in a Ukrainian
// or Russian setting begins the next cell. Spaces and quotes before it are skipped as spreadsheets skip them.
const FORMULA = /(^|;)(?=[\s"]*['=+\-@\uff1d\uff0b\uff0d\uff20])/g

/** A cell that no spreadsheet calculates. Taking one apostrophe away at each such place gives back what it was. */
export function harmless(cell: string): string {
  return cell.replaceAll(FORMULA, "$1'")
}
