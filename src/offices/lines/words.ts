import { utf8 } from "#register/bytes.ts"

/** A message's own words: what a release of it covers, and nothing of the envelope that they stand in. */
export type Words = { language: string; form: string; subject: string; body: string }

/**
 * The text that a release of a message signs (docs/specs/envelope.md §7): legible as it stands, and one way to write
 * it. Lengths are in bytes of UTF-8, so that no subject can pass for the beginning of a body.
 */
export function formatWords({ language, form, subject, body }: Words): string {
  const lengths = [`subject ${utf8(subject).length}`, `body ${utf8(body).length}`]
  return ["iod.words/v1", `language ${language}`, `form ${form}`, ...lengths, "", subject, "", body, ""].join("\n")
}
