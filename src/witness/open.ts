import { once } from "node:events"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { createAdaptorServer } from "@hono/node-server"
import { type Context, Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import type { Log } from "#register/log.ts"
import { formatNote, formatVerifierKey, parseVerifierKey } from "#register/note.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type AddRefusal, processAddCheckpoint, type Witness } from "./add-checkpoint.ts"
import { keepEvidence } from "./evidence.ts"
import { cosigners, readWitnessKey, witnessFiles } from "./key.ts"
import { openStore } from "./store.ts"

const MAX_BODY_BYTES = 64 * 1024
const HEADERS_MS = 5_000
const REQUEST_MS = 10_000
const CLOSING_MS = 1_000

/** C2SP tlog-witness: which refusal is which answer. */
const STATUS = {
  "witness.malformed": 400,
  "witness.old-beyond-size": 400,
  "witness.unsigned": 403,
  "witness.unknown-log": 404,
  "witness.stale": 409,
  "witness.split-view": 409,
  "witness.bad-proof": 422,
} as const satisfies Record<AddRefusal["refused"], number>

/** A witness that answers. `url` is its submission prefix; `vkeys` are its cosigning keys, Ed25519 first. */
export type OpenWitness = {
  url: string
  vkeys: readonly string[]
  address: AddressInfo
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens the witness made in `folder` (makeWitness) for `logs`, the verifier keys of the logs it cosigns; several keys
 * of one origin must all have signed. Serves C2SP tlog-witness by HTTP on `host` and `port`, a free one where it is 0,
 * and `GET /healthz`. `report` gets a sentence for the operator at evidence and faults.
 */
export async function openWitness(options: {
  folder: string
  logs: readonly string[]
  clock: { now(): number }
  host?: string
  port?: number
  report?: (sentence: string) => void
}): Promise<OpenWitness> {
  const { folder, clock, host = "127.0.0.1", port = 0, report = () => undefined } = options
  await using opened = new AsyncDisposableStack()
  const files = witnessFiles(folder)
  const keys = cosigners(readWitnessKey(folder))
  const witness: Witness = {
    crypto: nodeCrypto,
    logs: readLogs(options.logs),
    cosigners: keys,
    store: opened.use(openStore(files.store)),
    clock,
    accuse(evidence) {
      const path = keepEvidence(nodeCrypto, files.evidence, evidence)
      report(
        `A log signed two trees (${evidence.kind}). ${path ? `The evidence is ${path}.` : "There is enough evidence."}`,
      )
    },
  }
  const server = createAdaptorServer({
    fetch: routes(witness, report).fetch,
    serverOptions: { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: 1_000 },
  }) as Server
  opened.defer(() => closeServer(server))
  server.listen(port, host)
  await once(server, "listening").catch((cause) => {
    throw new Error(`The witness cannot listen on ${host}, port ${port}. Name a free port.`, { cause })
  })
  const address = server.address() as AddressInfo
  const owned = opened.move()
  return {
    url: `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`,
    vkeys: keys.map((cosigner) => formatVerifierKey(cosigner.key)),
    address,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function readLogs(vkeys: readonly string[]): Map<string, Log> {
  const keys = vkeys.map((vkey) => parseVerifierKey(nodeCrypto, vkey))
  return new Map(keys.map(({ name }) => [name, { origin: name, keys: keys.filter((key) => key.name === name) }]))
}

/** The HTTP face of a witness: only maps, decides nothing. */
function routes(witness: Witness, report: (sentence: string) => void): Hono {
  const app = new Hono()
  app.get("/healthz", (c) => c.text("ok\n"))
  app.post("/add-checkpoint", bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }), async (c) => {
    const answer = await processAddCheckpoint(witness, new Uint8Array(await c.req.arrayBuffer()))
    return "refused" in answer ? refuse(c, answer) : c.text(formatNote({ text: "", signatures: answer }).slice(1))
  })
  app.onError((error, c) => {
    report(`A request was not answered: ${error.message}`)
    return c.text("fault\n", 500)
  })
  return app
}

const tooLarge = (c: Context) => c.text("too large\n", 413)

function refuse(c: Context, refusal: AddRefusal): Response {
  const status = STATUS[refusal.refused]
  if ("size" in refusal) return c.body(`${refusal.size}\n`, status, { "content-type": "text/x.tlog.size" })
  return c.text(`${refusal.refused}\n`, status)
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A request under way is answered. One that dawdles is not waited for: Node's own time limits end with close().
  const timer = setTimeout(() => server.closeAllConnections(), CLOSING_MS)
  await closed
  clearTimeout(timer)
}
