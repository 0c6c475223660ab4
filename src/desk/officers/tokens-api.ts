import { Hono } from "hono"
import type { TokensView } from "#offices/joins/officers.ts"
import { type Env, json, type Room } from "./api.ts"
import { openApi } from "./openapi.ts"
import { TOKEN_PATHS, tokenForm } from "./tokens.ts"

/** Tokens for scripts, and the description of the API that they speak to. */
export function tokensApi({ desk }: Room): Hono<Env> {
  const { tokens } = desk.officers
  const app = new Hono<Env>()
  app.get("/openapi.json", (c) => c.json(openApi(desk.founded.charter.name.en)))
  app.get("/tokens", (c) => {
    const kinds = [...desk.rules().values()].filter(({ by }) => by === "officer").map(({ kind }) => kind)
    return c.json({ tokens: tokens.list(), kinds, paths: [...TOKEN_PATHS] } satisfies TokensView)
  })
  app.post("/tokens", async (c) => {
    const parsed = tokenForm.safeParse(await json(c))
    const isKnown = (kind: string) => desk.rules().get(kind)?.by === "officer"
    if (!parsed.success || !parsed.data.acts.every(isKnown) || parsed.data.until <= desk.now())
      return c.json({ refused: "act.malformed" }, 400)
    return c.json(tokens.make(parsed.data, c.get("officer").id))
  })
  app.post("/tokens/:token/end", (c) =>
    tokens.end(c.req.param("token")) ? c.json({}) : c.json({ refused: "token.unknown" }, 409),
  )
  return app
}
