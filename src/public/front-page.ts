import type { RollRow } from "#offices/joins/roll.ts"
import type { Charter } from "#offices/roll/charter.ts"
import en from "#words/en/public.json" with { type: "json" }
import ru from "#words/ru/public.json" with { type: "json" }
import uk from "#words/uk/public.json" with { type: "json" }

const CATALOGUES = { en, uk, ru }
type Language = keyof typeof CATALOGUES
type WordId = keyof typeof en

/** What the registry's front page shows; everything in it is public. */
export type FrontPage = {
  office: string
  charter: Charter
  /** What a reader's browser or query asks for; the first of our languages in it is taken. */
  wishes: string | undefined
  /** Everyone on the roll, with every step of their participation. */
  roll: readonly RollRow[]
  register: { size: string; root: string; cosigned: readonly string[]; quorum: boolean } | undefined
}

/** The registry's front page as a whole document without any script. */
export function frontPage(page: FrontPage): string {
  const language = languageOf(page.wishes)
  const word = (id: WordId) => escapeHtml(CATALOGUES[language][id])
  const name = escapeHtml(page.charter.name[language])
  const exercise = page.charter.exercise ? `<p class="exercise">${word("public.exercise")}</p>` : ""
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${name}</title><link rel="stylesheet" href="/style.css"></head><body>
${exercise}<nav aria-label="${word("public.languages")}">${languageLinks(language)}</nav>
<main><h1>${name}</h1><p>${word("public.intro")}</p>
<h2>${word("public.knows")}</h2><p>${word("public.knows.meaning")} ${word("public.neutral")}</p>
<h2>${word("public.register")}</h2>${register(page, word)}
<h2>${word("public.roll")}</h2>${roll(page, language, word)}<p>${word("public.order")}</p>
<h2>${word("public.files")}</h2>${files(word)}
<h2>${word("public.office")}</h2><p><code>${escapeHtml(page.office)}</code></p>
</main></body></html>
`
}

type Word = (id: WordId) => string

/** The first of our languages that a reader's wishes name; English, never the other of two, where none is. */
export function languageOf(wishes: string | undefined): Language {
  const wished = (wishes ?? "")
    .toLowerCase()
    .split(",")
    .map((w) => w.trim().slice(0, 2))
  return wished.find((w): w is Language => w in CATALOGUES) ?? "en"
}

function languageLinks(chosen: Language): string {
  const names: Record<Language, string> = { en: "English", uk: "Українська", ru: "Русский" }
  return Object.entries(names)
    .map(([code, name]) =>
      code === chosen
        ? `<strong lang="${code}">${name}</strong>`
        : `<a lang="${code}" hreflang="${code}" href="/?language=${code}">${name}</a>`,
    )
    .join(" ")
}

function register({ register }: FrontPage, word: Word): string {
  if (!register) return `<p>${word("public.quorum.fails")}</p>`
  const { size, root, cosigned, quorum } = register
  const states = cosigned.length > 0 ? cosigned.map(escapeHtml).join(", ") : word("public.nobody")
  return `<dl><dt>${word("public.size")}</dt><dd>${escapeHtml(size)}</dd>
<dt>${word("public.root")}</dt><dd><code>${escapeHtml(root)}</code></dd>
<dt>${word("public.cosigned")}</dt><dd>${states}</dd></dl>
<p>${word(quorum ? "public.quorum.holds" : "public.quorum.fails")}</p>`
}

function roll({ roll }: FrontPage, language: Language, word: Word): string {
  const nameOf = (name: string) => roll.find((row) => row.name === name)?.names[language] ?? name
  const rows = roll.map((row) => {
    const { names, kind, key } = row
    return `<tr><th scope="row">${escapeHtml(names[language])}</th><td>${word(`public.kind.${kind}`)}</td>
<td>${word(`public.state.${row.state}`)}${history(row, nameOf, word)}</td><td><code>${escapeHtml(key ?? "")}</code></td></tr>`
  })
  const heads = (["public.delegation", "public.kind", "public.state", "public.key"] as const).map(
    (id) => `<th scope="col">${word(id)}</th>`,
  )
  return `<table><thead><tr>${heads.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`
}

/** Every step of a delegation's participation and every claim to its name, as they stand on record. */
function history({ steps, claims }: RollRow, nameOf: (name: string) => string, word: Word): string {
  if (steps.length === 0 && claims.length === 0) return ""
  const entered = steps.map(({ at, state, by, reason }) => {
    const why = reason === null ? "" : `. ${word("public.reason")} ${escapeHtml(reason)}`
    return `<li>${utc(at)} ${word(`public.state.${state}`)}, ${word("public.by")} ${escapeHtml(nameOf(by))}${why}</li>`
  })
  const claimed = claims.map(({ fingerprint, at, confirmedBy }) => {
    const by =
      confirmedBy.length === 0
        ? ""
        : ` (${word("public.confirmed-by")} ${confirmedBy.map(nameOf).map(escapeHtml).join(", ")})`
    return `<li>${utc(at)} <code>${fingerprint}</code>${by}</li>`
  })
  const list = claimed.length === 0 ? "" : `<p>${word("public.claims")}</p><ul>${claimed.join("")}</ul>`
  return `<details><summary>${word("public.history")}</summary><ol>${entered.join("")}</ol>${list}</details>`
}

function utc(at: string): string {
  return `<time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 19)} UTC</time>`
}

function files(word: Word): string {
  const paths = [
    ["/checkpoint", "public.file.checkpoint"],
    ["/charter", "public.file.charter"],
    ["/tile/0/000", "public.file.tile"],
    ["/public/mail?after=0", "public.file.mail"],
  ] as const
  return `<ul>${paths.map(([path, id]) => `<li><a href="${path}">${path}</a>: ${word(id)}</li>`).join("")}</ul>`
}

/** Names in a charter were chosen by somebody outside this program. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

/** The style of the public pages: one file, no host, light and dark. */
export const STYLE = `:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 25%, transparent) }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 52rem; margin: 0 auto; padding: 1rem }
.exercise { border: 2px dashed currentColor; padding: .5rem 1rem; font-weight: 700 }
nav { display: flex; gap: 1rem; justify-content: flex-end }
nav a, nav strong { padding: .3rem }
code { overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
th, td { text-align: start; border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; font-weight: 400 }
thead th { font-weight: 700 }
dt { font-weight: 700 }
dd { margin: 0 0 .5rem }
a { color: inherit }
`
