import { utf8 } from "#register/bytes.ts"

/** A file as a release covers it: the hash of the sealed file fixes every byte of it, the rest is its author's word. */
export type CoveredFile = { file: string; size: number; type: string; name: string }

/** A message's own words: what a release of it covers, and nothing of the envelope that they stand in. */
export type Words = { language: string; form: string; subject: string; body: string; files?: readonly CoveredFile[] }

/**
 * The text that a release of a message signs (docs/specs/envelope.md §7): legible as it stands, and one way to write
 * it. Lengths are in bytes of UTF-8, so that no subject can pass for the beginning of a body.
 */
export function formatWords({ language, form, subject, body, files = [] }: Words): string {
  const named = files.map(({ file, size, type, name }) => `file ${file} ${size} ${type} ${utf8(name).length}`)
  const lengths = [`subject ${utf8(subject).length}`, `body ${utf8(body).length}`, ...named]
  const texts = [subject, body, ...files.map(({ name }) => name)].flatMap((text) => ["", text])
  return ["iod.words/v1", `language ${language}`, `form ${form}`, ...lengths, ...texts, ""].join("\n")
}
