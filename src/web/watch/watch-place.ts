import type { WatchItem, WatchWhat } from "#offices/joins/watch-items.ts"

type Way = (item: WatchItem) => string

const message: Way = ({ line, matter }) => (matter === null ? "/" : `/message/${line}/${matter}`)
const line: Way = ({ line }) => `/line/${line}`
const telephone: Way = ({ line, matter, of }) =>
  `/call?line=${line}${matter === null ? "" : `&about=${matter}`}&with=${of}`
const check: Way = ({ line, matter }) => `/check/${line}/${matter}`
const to =
  (place: string): Way =>
  () =>
    place

const WAYS: Record<WatchWhat, Way> = {
  stop: message,
  distrusted: to("/register"),
  "key-event": to("/roll"),
  needs: to("/"),
  unproven: to("/"),
  evidence: to("/register"),
  "alert-failed": to("/handover"),
  unread: message,
  carried: to("/"),
  "not-delivered": telephone,
  overdue: telephone,
  answer: message,
  returned: to("/"),
  reply: message,
  back: line,
  "pass-on": to("/relays"),
  "carry-back": to("/relays"),
  "check-call": to("/board"),
  "check-answer": check,
  "check-close": check,
  "check-explain": check,
  missed: telephone,
  "missed-telephone": telephone,
  "missed-other-way": telephone,
  "missed-council": telephone,
  silent: telephone,
  "not-connected": to("/courier"),
  running: message,
  handover: to("/handover"),
}

/** The screen on which an item is dealt with. */
export function placeOf(item: WatchItem): string {
  return WAYS[item.what](item)
}
