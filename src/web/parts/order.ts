import type { DeskStatus } from "#offices/joins/screen.ts"

/**
 * The alternat: one's own delegation first, then the others in the charter's order, in which the parties change places
 * from document to document (the last digit of its id, even or odd), so that no order always puts one of them first.
 */
export function alternat(
  names: readonly string[],
  { delegation, delegations }: Pick<DeskStatus, "delegation" | "delegations">,
  document: string,
): string[] {
  const parties = delegations.filter((d) => d.kind === "party" && d.name !== delegation).map((d) => d.name)
  const turn = Number.parseInt(document.slice(-1), 16) % 2 === 1 ? parties.toReversed() : parties
  let party = 0
  const order = delegations.map((d) => (parties.includes(d.name) ? (turn[party++] ?? d.name) : d.name))
  const rank = (name: string) => (name === delegation ? -1 : order.indexOf(name))
  return names.toSorted((a, b) => rank(a) - rank(b))
}
