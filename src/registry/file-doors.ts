import { once } from "node:events"
import type { IncomingMessage, ServerResponse } from "node:http"
import { VerificationError } from "#register/error.ts"
import { isId, parseNumber } from "#seal/form.ts"
import type { FileName, FileRefusal, Files, HandedOut } from "./files.ts"

/**
 * The doors of files (docs/specs/attachment.md §3): every request is signed by a desk key in force and names line, hash
 * and offset in what is signed. What a desk is refused it is told in numbers.
 */
export type FileDoors = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export type FileDoorsParts = {
  files: Files
  /** The delegation whose key signed this request, or undefined. */
  authenticate(request: Request): Promise<string | undefined>
}

/** Files of one desk that may be on the way at once, in and out; each costs memory here. */
const MOST_OPEN = 4
const AGAIN_MS = 1000

const STATUS: Record<FileRefusal["refused"], number> = {
  members: 403,
  unknown: 404,
  gone: 410,
  length: 413,
  at: 409,
  hash: 422,
  backlog: 429,
  unfinished: 429,
  busy: 503,
}

/** Opens the doors over the files of a registry. */
export function openFileDoors({ files, authenticate }: FileDoorsParts): FileDoors {
  const open = new Map<string, number>()

  return async (request, response) => {
    const url = new URL(request.url ?? "/", "http://registry")
    const by = await authenticate(signedRequest(url, request))
    if (by === undefined) return answer(response, 401, { error: "not signed by a desk key in force" })
    const count = open.get(by) ?? 0
    if (count >= MOST_OPEN) return answer(response, 503, { refused: "busy", again: AGAIN_MS })
    open.set(by, count + 1)
    try {
      await pass(files, { url, by, request, response })
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error
      answer(response, 400, { error: error.message })
    } finally {
      open.set(by, (open.get(by) ?? 1) - 1)
    }
  }
}

type Passing = { url: URL; by: string; request: IncomingMessage; response: ServerResponse }

async function pass(files: Files, { url, by, request, response }: Passing): Promise<void> {
  const [, hash = "", more] = /^\/desk\/files\/([0-9a-f]{64})(\/taken)?$/.exec(url.pathname) ?? []
  const name: FileName = { line: url.searchParams.get("line") ?? "", hash, by }
  if (!isId(hash) || !isId(name.line)) throw new VerificationError("encoding", "not the path of a file")
  const number = (key: string) => parseNumber(url.searchParams.get(key) ?? "", "encoding")
  if (request.method === "POST" && more) return tell(response, await files.taken(name))
  if (request.method === "POST") return tell(response, await files.begin(name, number("length")))
  if (request.method === "PUT") return tell(response, await files.receive(name, number("at"), request))
  if (request.method !== "GET") return answer(response, 405, { error: "POST, PUT or GET" })
  const handed = await files.handOut(name, number("from"), number("until"))
  if ("refused" in handed) return tell(response, handed)
  await handOut(response, handed)
}

async function handOut(response: ServerResponse, { length, from, until, pieces }: HandedOut): Promise<void> {
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Length": until - from,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Iod-Length": length,
  })
  const closed = new AbortController()
  response.once("close", () => closed.abort())
  for await (const piece of pieces) {
    if (closed.signal.aborted) return
    if (!response.write(piece)) await once(response, "drain", { signal: closed.signal }).catch(() => undefined)
  }
  response.end()
}

function tell(response: ServerResponse, said: object | FileRefusal): void {
  answer(response, "refused" in said ? STATUS[said.refused] : 200, said)
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent || response.destroyed) return
  const again = "again" in body ? Number(body.again) : undefined
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...(again === undefined ? {} : { "Retry-After": Math.ceil(again / 1000) }),
    // What was not read of a request would be taken for the next one.
    ...(status === 200 ? {} : { Connection: "close" }),
  })
  response.end(`${JSON.stringify(body)}\n`)
}

/** What the signature covers, as the verifier reads it. */
function signedRequest(url: URL, { method = "GET", headers }: IncomingMessage): Request {
  const signed = new Headers()
  for (const name of ["iod-office", "signature", "signature-input"]) signed.set(name, String(headers[name] ?? ""))
  return new Request(url, { method, headers: signed })
}
