/** How a desk came back from a backup, as its screens show it. */
export type RestoredView = {
  made: string
  at: string
  /** Desk keys: the one in use before, and the one in its place. */
  before: string
  key: string
  /** Index at which the new key was entered; null until then. */
  entered: number | null
  /** Why the registry did not enter it. */
  refused: string | null
  caughtUp: boolean
  /** The first envelope in this delegation's name, after its key, that this desk did not make. */
  foreign: { index: number; line: string; at: string; isPublic: boolean } | null
  /** This delegation's own envelopes that others hold and the backup lacked, and when the last of them was entered. */
  own: { lacked: number; last: string | null }
  /** Envelopes that nobody has sealed again yet to keys that are here. */
  unread: number
  /** Acts that were queued before and wait for an officer's word. */
  held: number
}

/** GET /api/restored: an act that was queued when the backup was made. */
export type HeldRow = {
  id: number
  line: string
  act: string
  subject: string | null
  precedence: string
  submitted: string
}
