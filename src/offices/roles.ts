/** What an officer is at the desk. Outwardly the delegation speaks; a role never leaves. */
export const ROLES = ["head", "supervisor", "officer", "translator", "reader", "auditor"] as const
export type Role = (typeof ROLES)[number]

export function isRole(value: string): value is Role {
  return ROLES.some((role) => role === value)
}
