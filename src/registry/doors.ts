import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { getRequestListener } from "@hono/node-server"
import { Hono } from "hono"
import { STYLE } from "#public/front-page.ts"
import { VerificationError } from "#register/error.ts"
import { LONGEST_FILE } from "#seal/courier.ts"
import { type Frame, formatAnswers, frameReader, type Posted, parsePosted } from "#seal/wire.ts"
import type { Courier } from "./courier.ts"
import type { FileDoors } from "./file-doors.ts"

/** What the registry answers over HTTP. Nothing of it needs a password: desks speak by their keys, the rest is public. */
export type DoorsParts = {
  charter: string
  largestRequest: number
  submit(posted: Posted): Promise<string>
  /** Takes a courier's file in and writes the one that goes back. */
  courier: Courier
  /** How many entries are here: a desk that holds later ones hands them back. */
  size(): bigint
  /** Takes back what desks hold and this registry lost (behind.ts). */
  takeBack(frames: readonly Frame[]): Promise<{ next: bigint; until: bigint; behind: boolean }>
  /** The delegation whose key signed this request, or undefined. */
  authenticate(request: Request): Promise<string | undefined>
  /** Writes mail until the response closes: a delegation's, or with null what is on the public lines. */
  follow(delegation: string | null, index: bigint, response: ServerResponse): Promise<void>
  /** Files on their way between members of a line (file-doors.ts). */
  files: FileDoors
  tile(path: string): Promise<Uint8Array>
  checkpoint(): string
  health(): Record<string, unknown>
  metrics(): Promise<string>
  /** The front page in the first of our languages that these wishes name. */
  page(wishes: string | undefined): Promise<string>
  log(message: string): void
}

const TEXT = "text/plain; charset=utf-8"
const BYTES = "application/octet-stream"
const REQUEST_MS = 30_000

/** Opens the registry's doors; the server is not listening yet. */
export function openDoors(parts: DoorsParts): Server {
  const app = publicApp(parts)
  const listener = getRequestListener(app.fetch)
  const server = createServer((request, response) => {
    handle(parts, request, response, listener).catch((error: unknown) => {
      parts.log(`a request failed: ${error instanceof Error ? error.message : ""}`)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  server.requestTimeout = REQUEST_MS
  server.headersTimeout = REQUEST_MS
  return server
}

type Listener = ReturnType<typeof getRequestListener>

/** One of the doors that go past the router: what comes by `method`, absent: by any, to a path of this form. */
type Door = {
  method?: "GET" | "POST"
  path: RegExp
  open(parts: DoorsParts, request: IncomingMessage, response: ServerResponse): Promise<void> | void
}

/** The hot paths: envelopes in, mail out, immutable tiles. */
const DOORS: readonly Door[] = [
  { method: "POST", path: /^\/desk\/envelopes$/, open: takeIn },
  { method: "POST", path: /^\/desk\/returned$/, open: takeBack },
  { method: "POST", path: /^\/desk\/courier$/, open: courier },
  { path: /^\/desk\/files\//, open: ({ files }, request, response) => files(request, response) },
  { method: "GET", path: /^\/(desk|public)\/mail\?/, open: mail },
  { method: "GET", path: /^\/tile\//, open: tile },
  { method: "GET", path: /^\/checkpoint$/, open: checkpoint },
]

async function handle(
  parts: DoorsParts,
  request: IncomingMessage,
  response: ServerResponse,
  next: Listener,
): Promise<void> {
  const url = request.url ?? "/"
  const door = DOORS.find(({ method, path }) => (method ?? request.method) === request.method && path.test(url))
  await (door ? door.open(parts, request, response) : next(request, response))
}

function checkpoint(parts: DoorsParts, _: IncomingMessage, response: ServerResponse): void {
  const note = parts.checkpoint()
  send(response, note ? 200 : 404, TEXT, note, "no-cache")
}

function send(response: ServerResponse, status: number, type: string, body: Uint8Array | string, cache: string): void {
  const bytes = typeof body === "string" ? Buffer.from(body) : body
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": bytes.length,
    "Cache-Control": cache,
    "X-Content-Type-Options": "nosniff",
  })
  response.end(bytes)
}

async function takeIn(parts: DoorsParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, parts.largestRequest)
  if (!body) return send(response, 413, TEXT, `a request holds at most ${parts.largestRequest} bytes\n`, "no-store")
  let posted: Posted[]
  try {
    posted = parsePosted(body)
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    return send(response, 400, TEXT, `${error.message}\n`, "no-store")
  }
  const answers = await Promise.all(posted.map((one) => parts.submit(one)))
  send(response, 200, BYTES, formatAnswers(answers), "no-store")
}

/** Envelopes with their stamps, and checkpoints, as frames of a mail stream; answers which index is waited for. */
async function takeBack(parts: DoorsParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, parts.largestRequest)
  if (!body) return send(response, 413, TEXT, `a request holds at most ${parts.largestRequest} bytes\n`, "no-store")
  let frames: Frame[]
  try {
    frames = frameReader()(body)
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    return send(response, 400, TEXT, `${error.message}\n`, "no-store")
  }
  const { next, until, behind } = await parts.takeBack(frames)
  const answer = JSON.stringify({ next: String(next), until: String(until), behind })
  send(response, 200, "application/json", `${answer}\n`, "no-store")
}

/** A courier's file; the answer is the one that goes back, and in `Iod-Left` how many of its envelopes have to wait. */
async function courier(parts: DoorsParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, LONGEST_FILE)
  if (!body) return send(response, 413, TEXT, `a courier's file holds at most ${LONGEST_FILE} bytes\n`, "no-store")
  try {
    const answer = await parts.courier(body)
    if (!answer) return send(response, 503, TEXT, "entries are missing here: hand it in again later\n", "no-store")
    response.setHeader("Iod-Left", String(answer.left))
    send(response, 200, BYTES, answer.file, "no-store")
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    send(response, 400, TEXT, `${error.code}\n`, "no-store")
  }
}

/** The whole body, or undefined where it is longer than `most`: whoever sends it controls every byte. */
function readBody(request: IncomingMessage, most: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let length = 0
    request.on("data", (piece: Buffer) => {
      length += piece.length
      if (length <= most) pieces.push(piece)
      else resolve(undefined)
    })
    request.on("end", () => resolve(Buffer.concat(pieces)))
    request.on("error", reject)
  })
}

async function mail(parts: DoorsParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://registry")
  const headers = new Headers()
  for (const name of ["iod-office", "signature", "signature-input"])
    headers.set(name, String(request.headers[name] ?? ""))
  const isPublic = url.pathname === "/public/mail"
  response.setHeader("Iod-Size", String(parts.size()))
  const delegation = isPublic ? null : await parts.authenticate(new Request(url, { headers }))
  if (delegation === undefined)
    return send(response, 401, TEXT, "the request is not signed by a desk key in force\n", "no-store")
  const after = url.searchParams.get("after") ?? ""
  if (!/^\d{1,18}$/.test(after)) return send(response, 400, TEXT, "after is an index of the register\n", "no-store")
  response.writeHead(200, { "Content-Type": BYTES, "Cache-Control": "no-store" })
  response.flushHeaders()
  await parts.follow(delegation, BigInt(after), response)
}

async function tile(parts: DoorsParts, { url = "/" }: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    send(response, 200, BYTES, await parts.tile(url.slice(1)), "public, max-age=31536000, immutable")
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    send(response, 404, TEXT, `${error.message}\n`, "no-store")
  }
}

function publicApp(parts: DoorsParts): Hono {
  const app = new Hono()
  app.get("/charter", (c) => c.text(parts.charter))
  app.get("/healthz", (c) => c.json(parts.health()))
  app.get("/metrics", async (c) => c.text(await parts.metrics()))
  app.get("/style.css", (c) => c.body(STYLE, 200, { "Content-Type": "text/css; charset=utf-8" }))
  app.get("/", async (c) => {
    c.header(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    c.header("X-Content-Type-Options", "nosniff")
    c.header("Referrer-Policy", "no-referrer")
    return c.html(await parts.page(c.req.query("language") ?? c.req.header("accept-language")))
  })
  app.notFound((c) => c.text("nothing is here\n", 404))
  return app
}
