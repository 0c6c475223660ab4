import { Hono } from "hono"
import type { Env, Room } from "./api.ts"
import { checkAudit } from "./audit-check.ts"

const MOST = 200

/** The audit log over HTTP: its rows, and whether chain and anchors hold. */
export function auditApi({ desk }: Room): Hono<Env> {
  const app = new Hono<Env>()
  app.get("/audit", (c) => {
    const before = Number(c.req.query("before"))
    return c.json(desk.officers.audit.rows(Number.isSafeInteger(before) && before > 0 ? before : undefined, MOST))
  })
  app.get("/audit/check", (c) => c.json(checkAudit(desk.archive)))
  return app
}
