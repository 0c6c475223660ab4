import { parseArgs } from "node:util"
import type { SearchAnswer, SearchHit } from "#offices/joins/screen.ts"
import { callDesk } from "./desk-call.ts"
import { say } from "./terminal.ts"

const OPTIONS = {
  folder: { type: "string", default: "desk" },
  order: { type: "string" },
  line: { type: "string" },
  by: { type: "string" },
  precedence: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  offset: { type: "string" },
  limit: { type: "string" },
} as const

/** `iod desk search WORDS`: one line for each hit, what was looked for between brackets. Nothing is kept of it. */
export async function searchCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true })
  const { folder, ...narrowed } = values
  const query = new URLSearchParams({ q: positionals.join(" "), ...narrowed })
  const { hits, more, filling } = await callDesk(folder)<SearchAnswer>("GET", `/search?${query}`)
  for (const { at, precedence, by, serial, act, line, matter, title, excerpt } of hits)
    say([at, precedence, by, serial, act, line, matter, written(title ?? []), written(excerpt)].join("\t"))
  if (more) process.stderr.write(`there are more: --offset ${Number(values.offset ?? 0) + hits.length}\n`)
  if (filling) process.stderr.write(`${filling.done} of ${filling.of} envelopes are in the index so far\n`)
  return hits.length > 0 ? 0 : 1
}

/** Pieces as one line. Whoever wrote the text does not get to speak to the terminal. */
function written(pieces: SearchHit["excerpt"]): string {
  const text = pieces.map((piece) => (piece.hit ? `[${piece.text}]` : piece.text)).join("")
  return text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
}
