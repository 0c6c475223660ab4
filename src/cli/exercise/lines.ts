import type { Desk } from "#desk/open.ts"
import { formatLine, lineId } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import type { Plan } from "./found.ts"

/**
 * Opens the lines of the exercise's plan as its officers would: one desk proposes, the others accept. Looks again
 * whenever something was entered, and enters nothing twice. Settles when all are open, or when `signal` aborts.
 */
export function openExerciseLines(desks: ReadonlyMap<string, Desk>, plan: Plan, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      const ready = [...desks.values()].every((desk) => isEnrolled(desk, plan))
      if (!ready) return
      const open = plan.lines.map((line) => openLine(desks, line))
      const spoken = [...desks.values()].every((desk) => isOnAllItsLines(desk, plan))
      if (open.every((line) => line) && spoken) done.abort()
    }
    const done = new AbortController()
    const stop = AbortSignal.any([signal, done.signal])
    stop.addEventListener("abort", () => resolve())
    for (const desk of desks.values()) desk.live.watch((event) => event.kind === "entered" && look(), stop)
    look()
  })
}

/** Whether its lines are open, among them the one with the secretariat; at the secretariat's, one with each desk. */
function isOnAllItsLines({ delegation, founded, views }: Desk, { desks }: Plan): boolean {
  const { secretariat } = founded.charter
  const lines = views.lines()
  const withSecretariat = lines.filter(
    ({ purpose, members }) => purpose === "secretariat" && members.includes(secretariat),
  )
  return (
    lines.every(({ open }) => open) && withSecretariat.length >= (delegation === secretariat ? desks.length - 1 : 1)
  )
}

function isEnrolled(desk: Desk, plan: Plan): boolean {
  const roll = desk.book.roll()
  return plan.desks.every((name) => (roll.members[name]?.sealing.length ?? 0) > 0)
}

/** Proposes or accepts a line wherever that is still to do; whether it is open at every member. */
function openLine(desks: ReadonlyMap<string, Desk>, plan: Plan["lines"][number]): boolean {
  const proposer = desks.get(plan.proposer)
  if (!proposer) return false
  const { office } = proposer.founded
  // In an exercise the nonce is derived, so that a start that was interrupted finds its own line again.
  const nonce = nodeCrypto.sha256(Buffer.from(`exercise line\n${office}\n${plan.purpose}\n`)).toHex()
  const line = { office, members: [...plan.members].sort(), purpose: plan.purpose, nonce, follows: null }
  const id = lineId(nodeCrypto, line)
  const views = plan.members.map((name) => ({
    name,
    view: desks
      .get(name)
      ?.views.lines()
      .find((l) => l.id === id),
  }))
  if (!views.find((v) => v.name === plan.proposer)?.view) {
    const fields = { matter: id, text: formatLine(line), purpose: plan.purpose }
    proposer.door.hand(
      { act: "line.proposed", line: id, records: [{ fields }], token: `propose.${id}` },
      { officer: null },
    )
    return false
  }
  for (const { name, view } of views)
    if (view?.awaited.includes(name))
      desks
        .get(name)
        ?.door.hand(
          { act: "line.accepted", line: id, records: [{ fields: { matter: id } }], token: `accept.${id}` },
          { officer: null },
        )
  return views.every(({ view }) => view?.open)
}
