import { base32nopad } from "@scure/base"
import { concat } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"

// A short file as QR codes on paper: each says which part of how many it is, and of which whole (docs/specs/courier.md).
// Only signs of QR's alphanumeric mode, so that any reader of QR codes shows a text that can be handed on.

/** Bytes of the whole that one page holds: with them it is a QR code of version 30 at level M. */
export const PAGE_BYTES = 1190
export const MOST_PAGES = 60

const PAGE = /^IOD\.COURIER\/1:([0-9A-F]{64}):(\d{1,2})\/(\d{1,2}):([A-Z2-7]{1,1904})$/

/** One page as it was read. */
export type Page = { hash: string; number: number; of: number; bytes: Uint8Array }

/** How much of one whole is there: the whole itself, or the numbers of the pages that are missing. */
export type Collected = { hash: string; of: number; missing: number[]; whole: Uint8Array | undefined }

/** The texts of a whole's pages, in order; undefined where it is too long for paper. */
export function formatPages(crypto: Crypto, whole: Uint8Array): string[] | undefined {
  const of = Math.ceil(whole.length / PAGE_BYTES)
  if (of === 0 || of > MOST_PAGES) return undefined
  const hash = crypto.sha256(whole).toHex().toUpperCase()
  return Array.from({ length: of }, (_, i) => {
    const bytes = whole.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES)
    return `IOD.COURIER/1:${hash}:${i + 1}/${of}:${base32nopad.encode(bytes)}`
  })
}

/** Reads one page; whoever printed it controls every sign. Throws `courier.page`. */
export function parsePage(text: string): Page {
  const [, hash = "", number = "", of = "", data = ""] = PAGE.exec(text.trim()) ?? []
  const page = { hash: hash.toLowerCase(), number: Number(number), of: Number(of) }
  const bytes = decoded(data)
  const last = page.number === page.of
  const fits = page.number >= 1 && page.number <= page.of && page.of <= MOST_PAGES
  if (hash === "" || !bytes || !fits || (!last && bytes.length !== PAGE_BYTES))
    throw new VerificationError("courier.page", "a text is no page of a courier's file")
  return { ...page, bytes }
}

function decoded(data: string): Uint8Array | undefined {
  try {
    return data === "" ? undefined : base32nopad.decode(data)
  } catch {
    return undefined
  }
}

/**
 * Puts pages together, in whatever order and as often as they were read; of each whole that any of them names, how much
 * is there. Pages whose bytes do not make the whole that they name count as missing: one of them was altered.
 */
export function collectPages(crypto: Crypto, pages: readonly Page[]): Collected[] {
  const names = [...new Set(pages.map(({ hash, of }) => `${hash}/${of}`))]
  return names.map((name) => {
    const mine = pages.filter(({ hash, of }) => `${hash}/${of}` === name)
    const [{ hash, of } = { hash: "", of: 0 }] = mine
    const found = new Map(mine.map((page) => [page.number, page.bytes]))
    const numbers = Array.from({ length: of }, (_, i) => i + 1)
    const missing = numbers.filter((number) => !found.has(number))
    if (missing.length > 0) return { hash, of, missing, whole: undefined }
    const whole = concat(...numbers.flatMap((number) => found.get(number) ?? []))
    return crypto.sha256(whole).toHex() === hash
      ? { hash, of, missing, whole }
      : { hash, of, missing: numbers, whole: undefined }
  })
}
