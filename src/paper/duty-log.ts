import type { DutyRow } from "#offices/joins/duty.ts"
import type { Charter } from "#offices/roll/charter.ts"
import { utf8 } from "#register/bytes.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { nameOf } from "#sheet/readable.ts"
import { type Language, plain } from "#sheet/words.ts"
import { frameOf, utc } from "./frame.ts"
import type { PaperJob, PaperRefusal } from "./job.ts"
import { setPaper } from "./press.ts"
import { printable } from "./printable.ts"
import { type Say, wordsIn } from "./words.ts"

const MOST_ROWS = 2000

/** The watch log of a desk for a period, in the order of time; instants in UTC, `until` not in it. */
export type DutyPeriod = { charter: Charter; desk: string; from: string; until: string; rows: readonly DutyRow[] }

/** The paper of a watch log, with room for the hands of the two officers who hand over. */
export async function dutyPaper(
  log: DutyPeriod,
  language: Language,
): Promise<Uint8Array | PaperRefusal | { refused: "log.too-long" }> {
  if (log.rows.length > MOST_ROWS) return { refused: "log.too-long" }
  return setPaper(dutyJob(log, language))
}

/** What the press is asked for to show a watch log. */
export function dutyJob({ charter, desk, from, until, rows }: DutyPeriod, language: Language): PaperJob {
  const t = wordsIn(language)
  const name = (delegation: string) => printable(nameOf(charter, language, delegation))
  const told = rows.map((row) => cells(row, name, t))
  // The document is named by what it says, its period among it.
  const hash = nodeCrypto.sha256(utf8(JSON.stringify([desk, from, until, told]))).toHex()
  return {
    template: "duty",
    data: {
      ...frameOf(charter, language, t("duty.log"), hash, until),
      office: printable(plain(charter.name[language])),
      heading: t("duty.log"),
      facts: [
        { term: t("log.period"), text: `${utc(from)} – ${utc(until)} UTC` },
        { term: t("log.kept-by"), text: name(desk) },
      ],
      notes: [t("duty.paper-meaning"), ...(rows.length === 0 ? [t("duty.log-empty")] : [])],
      columns: [t("duty.at"), t("duty.whose"), t("envelope.what"), t("duty.words")],
      rows: told,
      signatures: [t("duty.outgoing"), t("duty.incoming")],
    },
    attachment: null,
  }
}

function shown(text: string | null): string[] {
  return text === null
    ? []
    : plain(text.replaceAll(/\s+/gu, " ")) === ""
      ? []
      : [printable(plain(text.replaceAll(/\s+/gu, " ")))]
}

function cells(row: DutyRow, name: (delegation: string) => string, t: Say): string[][] {
  const { at, by, officer, typed, refused } = row
  const whose = [...(by === null ? [] : [name(by)]), ...shown(officer)]
  const words = [
    ...shown(row.text),
    ...callWords(row, name, t),
    ...(refused === null ? [] : [`${t("envelope.not-taken")} ${printable(plain(t.code("refused", refused)))}`]),
    ...(typed?.corrects ? [t("duty.corrects", { number: typed.corrects })] : []),
    ...(typed?.correctedBy ? [t("duty.corrected-by", { number: typed.correctedBy })] : []),
  ]
  return [utc(at).split(" "), whose, [printable(plain(whatOf(row, t)))], words]
}

function whatOf({ what, kind, typed }: DutyRow, t: Say): string {
  if (what === "typed") return t("duty.typed", { number: typed?.number ?? 0 })
  if (what === "handover") return t("handover.done")
  if (what === "alert") return t.code("alert", kind ?? "settings")
  return t.code({ act: "act", evidence: "fault", "key-event": "roll-act" }[what], kind ?? "none")
}

function callWords({ call }: DutyRow, name: (delegation: string) => string, t: Say): string[] {
  if (!call) return []
  const whom = t(call.direction === "to" ? "duty.call-to" : "duty.call-from", {
    name: name(printable(plain(call.with))),
  })
  return [whom, [t.code("read-back", call.readBack), ...shown(call.readBackText)].join(": ")]
}
