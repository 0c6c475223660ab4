/** What an officer is at the desk. Outwardly the delegation speaks; a role never leaves. */
export const ROLES = ["head", "supervisor", "officer", "translator", "reader", "auditor"] as const
export type Role = (typeof ROLES)[number]

/** What a role lets do. The door asks it for every act, the desk for every path of its API, a screen for what it offers. */
export const POWERS = [
  /** One's own sign-in: passkeys, sessions, leaving. */
  "own",
  /** Reading content. */
  "read",
  /** Drafts, aids, files that are being attached, marks: what stays at the desk. */
  "work",
  /** Entering acts of every kind, proposing lines, passing words on. */
  "write",
  "translate",
  /** Taking out a file: proof sheets, logs, courier's files. */
  "export",
  /** Releasing what another officer wrote. */
  "release",
  /** Asking for a new link for an officer who lost all passkeys. */
  "vouch",
  /** Seeing who the officers are. */
  "officers",
  /** Inviting officers, giving and ending roles, releasing a new link; the desk's policy. */
  "appoint",
  /** Being told who may have been forced. */
  "supervise",
  /** Public acts in the delegation's name. */
  "govern",
  /** The audit log, which holds no content. */
  "audit",
] as const
export type Power = (typeof POWERS)[number]

const OFFICER = ["own", "read", "work", "write", "translate", "export", "release", "vouch", "officers"] as const

/** The one table of what a role may do. */
export const MAY: Readonly<Record<Role, readonly Power[]>> = {
  head: [...OFFICER, "supervise", "govern", "appoint", "audit"],
  supervisor: [...OFFICER, "supervise", "govern"],
  officer: OFFICER,
  translator: ["own", "read", "work", "translate", "officers"],
  reader: ["own", "read", "officers"],
  auditor: ["own", "officers", "audit"],
}

export function isRole(value: string): value is Role {
  return ROLES.some((role) => role === value)
}

/** Whether a role lets do this. */
export function may(role: Role, power: Power): boolean {
  return MAY[role].includes(power)
}

/** Whether a role lets enter acts of this kind; the answer of a door that refuses is `role.not-yours`. */
export function mayEnter(role: Role, kind: string): boolean {
  return may(role, kind === "message.translated" ? "translate" : "write")
}
