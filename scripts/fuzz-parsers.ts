import { ACT_PARSERS } from "./fuzz-acts.ts"
import { API_PARSERS } from "./fuzz-api.ts"
import { BOOK_PARSERS } from "./fuzz-book.ts"
import { COURIER_PARSERS } from "./fuzz-courier.ts"
import { PAPER_PARSERS } from "./fuzz-paper.ts"
import { REGISTER_PARSERS } from "./fuzz-register.ts"
import type { Parser } from "./fuzz-run.ts"
import { SEAL_PARSERS } from "./fuzz-seal.ts"
import { SHEET_PARSERS } from "./fuzz-sheet.ts"
import { WIRE_PARSERS } from "./fuzz-wire.ts"
import { WORDS_PARSERS } from "./fuzz-words.ts"

/** Every parser that reads bytes from outside. */
export const PARSERS: readonly Parser[] = [
  ...[...REGISTER_PARSERS, ...SEAL_PARSERS, ...WIRE_PARSERS, ...ACT_PARSERS],
  ...[...BOOK_PARSERS, ...SHEET_PARSERS, ...PAPER_PARSERS, ...API_PARSERS],
  ...[...COURIER_PARSERS, ...WORDS_PARSERS],
]
