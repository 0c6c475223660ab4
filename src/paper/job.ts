import type { Language } from "#sheet/words.ts"

/** What the press sets: a template and everything that it shows. Every string is text, never markup. */
export type PaperJob = {
  template: "sheet" | "log" | "page" | "duty" | "protocol"
  /** JSON for the template; its `date` is the paper's only time, so that the same job gives the same bytes. */
  data: PaperData
  /** A file inside the paper, at most one; its name and description are the program's own. */
  attachment: { name: string; description: string; type: string; text: string } | null
}

/** What every template needs for its frame (templates/frame.typ). */
export type PaperData = {
  language: Language
  /** The document's title as readers of the file show it; nothing in it comes from outside. */
  title: string
  /** Year, month, day, hour, minute, second, UTC. */
  date: readonly number[]
  /** The three languages as they stand on this paper. */
  exercise: readonly Spoken[]
  transmits: readonly Spoken[]
  /** Short form of the hash that names the document. */
  hash: string
  /** Holds `{page}` and `{pages}`. */
  pages: string
  [more: string]: unknown
}

export type Spoken = { language: Language; text: string }

/** Why there is no paper. */
export type PaperRefusal = { refused: "paper.too-large" | "paper.busy" }

/** How the press tells the program that asked: one byte before what it made, or before why it made nothing. */
export const PRESS_ANSWERS = { made: 0, wrong: 1, exhausted: 2 } as const
