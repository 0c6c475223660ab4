import type { Founded } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import type { Policy } from "#register/policy.ts"

export type PageParts = {
  path: string
  language: string | undefined
  founded: Founded
  roll: Roll
  checkpoint: string
  policy: Policy
}

const LANGUAGES = ["en", "uk", "ru"] as const
type Language = (typeof LANGUAGES)[number]

/** A public page of the registry in the reader's language, or undefined where there is none. */
export async function publicPage(parts: PageParts): Promise<string | undefined> {
  if (parts.path !== "/") return undefined
  const language = LANGUAGES.find((l) => parts.language?.toLowerCase().startsWith(l)) ?? "en"
  return frontPage(parts, language)
}

function frontPage({ founded, roll, checkpoint }: PageParts, language: Language): string {
  const { charter } = founded
  const rows = Object.values(roll.members)
    .map((m) => ({ m, names: charter.delegations.find((d) => d.name === m.name)?.names }))
    .map(({ m, names }) => `<tr><td>${escape(names?.[language] ?? m.name)}</td><td>${m.state}</td></tr>`)
  const name = escape(charter.name[language])
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>${name}</title><h1>${name}</h1>
<p>${founded.office}</p><table>${rows.join("")}</table><pre>${escape(checkpoint)}</pre></html>`
}

/** Everything that a page shows was chosen by somebody outside. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}
