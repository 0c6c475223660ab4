/**
 * Whether a subject is that of a note verbale: it begins as its template's does in one of the languages of the office.
 * It decides how a message is laid out on paper and nothing else; the words of a note are its author's own.
 */
export function isNoteVerbale(subject: string | null, titles: readonly string[]): boolean {
  const begins = subject?.trimStart().toLowerCase() ?? ""
  return titles.some((title) => begins.startsWith(title.toLowerCase()))
}
