import { type Context, Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { z } from "zod"
import { parseJson } from "#register/json.ts"
import { LONGEST_FILE } from "#seal/courier.ts"
import { MOST_PAGES } from "#seal/courier-pages.ts"
import type { Officer } from "../officers.ts"
import type { Courier } from "./room.ts"
import { courierChoice } from "./writing.ts"

type Env = { Variables: { officer: Officer } }

/** Where a whole courier's file comes in: longer than any other request. */
export const COURIER_IN = "/courier/in"

const pages = z.strictObject({
  pages: z
    .array(z.string().max(2100))
    .min(1)
    .max(4 * MOST_PAGES),
})

/** Couriers over the desk's API: files are bytes, pages are the texts of their QR codes. */
export function courierApi(courier: Courier): Hono<Env> {
  const app = new Hono<Env>()
  app.post("/courier/out", async (c) => {
    const choice = courierChoice.safeParse(await json(c))
    if (!choice.success) return c.json({ refused: "act.malformed" }, 400)
    const file = courier.writeFile(choice.data)
    return "refused" in file ? c.json(file, 409) : save(c, file, "iod-courier.iod")
  })
  app.post("/courier/out-pages", async (c) => {
    const choice = courierChoice.safeParse(await json(c))
    if (!choice.success) return c.json({ refused: "act.malformed" }, 400)
    const texts = courier.writePages(choice.data)
    return "refused" in texts ? c.json(texts, 409) : c.json({ pages: texts })
  })
  const limited = bodyLimit({ maxSize: LONGEST_FILE, onError: (c) => c.json({ error: "too-large" }, 413) })
  app.post(COURIER_IN, limited, async (c) =>
    answer(c, await courier.takeFile(new Uint8Array(await c.req.arrayBuffer()))),
  )
  app.post("/courier/in-pages", async (c) => {
    const parsed = pages.safeParse(await json(c))
    if (!parsed.success) return c.json({ refused: "courier.page" }, 400)
    return answer(c, await courier.takePages(parsed.data.pages))
  })
  app.get("/courier/answers/:name", (c) => {
    const file = courier.answer(c.req.param("name"))
    return file ? save(c, file, "iod-courier-answer.iod") : c.json({ refused: "courier.answer-gone" }, 404)
  })
  app.post("/courier/unstamped/:hash/read", (c) => {
    courier.read(c.req.param("hash"), c.get("officer").id)
    return c.json({})
  })
  return app
}

function answer(c: Context, said: object) {
  return c.json(said, "refused" in said ? 409 : 200)
}

function save(c: Context, file: Uint8Array, name: string) {
  c.header("Content-Type", "application/octet-stream")
  c.header("Content-Disposition", `attachment; filename="${name}"`)
  return c.body(new Uint8Array(file))
}

async function json(c: Context): Promise<unknown> {
  try {
    return parseJson(await c.req.text())
  } catch {
    return undefined
  }
}
