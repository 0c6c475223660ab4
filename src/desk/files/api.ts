import { type Context, Hono } from "hono"
import { savedName } from "#files/name.ts"
import type { Officer } from "../officers.ts"
import type { Files } from "./open.ts"

type Env = { Variables: { officer: Officer } }

/**
 * Files over the desk's API: an upload goes on from `received`, a download from any byte. What is downloaded is never
 * shown by the browser: it is saved, under a name that runs nothing.
 */
export function fileRoutes(files: Files): Hono<Env> {
  const app = new Hono<Env>()
  const { uploads } = files
  app.post("/files", async (c) => answer(c, await uploads.begin(await json(c))))
  app.get("/files/:upload", async (c) => answer(c, await uploads.view(c.req.param("upload"))))
  app.put("/files/:upload", async (c) => {
    const at = Number(c.req.query("at") ?? "")
    if (!Number.isSafeInteger(at) || at < 0) return c.json({ refused: "act.malformed" }, 400)
    return answer(c, await uploads.receive(c.req.param("upload"), at, c.req.raw.body ?? nothing()))
  })
  app.delete("/files/:upload", async (c) => {
    await uploads.discard(c.req.param("upload"))
    return c.json({})
  })
  app.get("/messages/:line/:matter/files/:file", (c) => download(files, c))
  app.post("/messages/:line/:matter/files/:file/again", (c) =>
    files.again(c.req.param("line"), c.req.param("file")) ? c.json({}) : c.json({ refused: "file.unknown" }, 404),
  )
  return app
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function json(c: Context): Promise<unknown> {
  try {
    return await c.req.json()
  } catch {
    return undefined
  }
}

function answer(c: Context, said: object) {
  if (!("refused" in said)) return c.json(said)
  const status = said.refused === "file.unknown" ? 404 : said.refused === "act.malformed" ? 400 : 409
  return c.json(said, status)
}

async function download(files: Files, c: Context) {
  const [line, matter, hash] = [c.req.param("line") ?? "", c.req.param("matter") ?? "", c.req.param("file") ?? ""]
  const opened = await files.open({ line, matter, hash })
  if ("refused" in opened) return answer(c, opened)
  const { size, name } = opened.description
  const etag = `"${hash}"`
  const ifRange = c.req.header("if-range")
  const from = ifRange === undefined || ifRange === etag ? rangeStart(c.req.header("range"), size) : 0
  c.header("Content-Type", "application/octet-stream")
  c.header("Content-Disposition", disposition(name))
  c.header("Content-Security-Policy", "sandbox; default-src 'none'")
  c.header("Content-Length", String(size - from))
  c.header("Accept-Ranges", "bytes")
  c.header("ETag", etag)
  if (from > 0) c.header("Content-Range", `bytes ${from}-${size - 1}/${size}`)
  return c.body(ReadableStream.from(opened.read(from, size)), from > 0 ? 206 : 200)
}

/** Where a download goes on: only "from here to the end" is understood, anything else begins at the beginning. */
function rangeStart(range: string | undefined, size: number): number {
  const from = Number(/^bytes=(\d{1,12})-$/.exec(range ?? "")?.[1] ?? 0)
  return from < size ? from : 0
}

/** RFC 6266 with the name in RFC 8187's form, and a plain one for whoever does not read that. */
function disposition(name: string): string {
  const saved = savedName(name)
  const plain = saved.replaceAll(/[^A-Za-z0-9._ -]/g, "_")
  const coded = encodeURIComponent(saved).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${coded}`
}
