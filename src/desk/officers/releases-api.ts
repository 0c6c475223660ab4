import { Hono } from "hono"
import { z } from "zod"
import type { ReleasesView } from "#offices/joins/officers.ts"
import type { Desk } from "../open.ts"
import { type Env, json, type Room, relying, said } from "./api.ts"
import { openHolding } from "./holding.ts"
import { releasePolicy, setReleasePolicy } from "./policy.ts"

/** Forms of what is handed in. */
export const noteForm = z.strictObject({ note: z.string().trim().min(1).max(2000) })
export const policyForm = z.strictObject({ kinds: z.array(z.string().max(64)).max(500) })

/** What waits for a second officer, over HTTP: seeing it, releasing it by a passkey, giving or taking it back; the policy. */
export function releasesApi(room: Room): Hono<Env> {
  const { desk } = room
  const { passkeys } = desk.officers
  const holding = openHolding(desk.archive, desk.clock, desk.door)
  const app = new Hono<Env>()
  const tell = () => desk.live.tell({ kind: "officers" })
  app.get("/releases", (c) => {
    const rules = desk.rules()
    const kinds = [...rules.values()].filter(({ by }) => by === "officer").map(({ kind }) => kind)
    const policy = [...releasePolicy(desk.archive, rules)]
    return c.json({ rows: holding.rows(c.get("officer").id), policy, kinds } satisfies ReleasesView)
  })
  app.put("/releases/policy", async (c) => {
    const parsed = policyForm.safeParse(await json(c))
    if (!parsed.success) return c.json({ refused: "act.malformed" }, 400)
    setReleasePolicy(desk.archive, desk.rules(), parsed.data.kinds)
    tell()
    return c.json({})
  })
  app.post("/releases/:id/options", async (c) => {
    const [{ id: officer }, id] = [c.get("officer"), c.req.param("id")]
    const word = holding.challenge(id)
    if (word === undefined) return c.json({ refused: "release.unknown" }, 409)
    return c.json(await passkeys.ask(`release ${id} ${officer}`, relying(room, c), officer, word))
  })
  app.post("/releases/:id/release", async (c) => {
    const [{ id: officer }, id] = [c.get("officer"), c.req.param("id")]
    if (isSessionEnough(desk, officer)) {
      const released = holding.release(id, officer, undefined)
      tell()
      return said(c, released)
    }
    const shown = await passkeys.check(`release ${id} ${officer}`, await json(c), relying(room, c))
    if ("refused" in shown || shown.officer !== officer) return c.json({ refused: "release.passkey" }, 403)
    const released = holding.release(id, officer, shown)
    tell()
    return said(c, released)
  })
  app.post("/releases/:id/return", async (c) => {
    const parsed = noteForm.safeParse(await json(c))
    if (!parsed.success) return c.json({ refused: "act.malformed" }, 400)
    const returned = holding.giveBack(c.req.param("id"), c.get("officer").id, parsed.data.note)
    tell()
    return said(c, returned)
  })
  app.post("/releases/:id/withdraw", (c) => {
    const withdrawn = holding.withdraw(c.req.param("id"), c.get("officer").id)
    tell()
    return said(c, withdrawn)
  })
  return app
}

/** Only an exercise lets an officer without any passkey release by the session alone; it is marked. */
function isSessionEnough(desk: Desk, officer: string): boolean {
  return desk.founded.charter.exercise && desk.officers.passkeys.of(officer).length === 0
}
