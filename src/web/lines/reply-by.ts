/** Reads `2026-11-23 18:00` as UTC; undefined for anything else, also for a day that no calendar has. */
export function readReplyBy(text: string): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{1,2}):(\d{2})$/.exec(text.trim())
  if (!match) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number)
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute))
  const isReal = at.getUTCMonth() === month - 1 && at.getUTCDate() === day && hour < 24 && minute < 60
  return isReal ? at.toISOString() : undefined
}

/** Writes an instant as the form takes it, to the full minute. */
export function writeReplyBy(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ")
}
