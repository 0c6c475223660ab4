import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import {
  type Frame,
  formatAnswers,
  formatFrame,
  frameReader,
  type Posted,
  parseAnswers,
  parsePosted,
} from "#seal/wire.ts"

/** What a dishonest registry does to what the real one says. All of it is optional: the rest passes as it is. */
export type Tampering = {
  /** Frames in the place of one frame of the mail. */
  frame?(frame: Frame): readonly Frame[]
  /** The answer to an envelope in the place of the real one. */
  answer?(posted: Posted, note: string): string | Promise<string>
  /** A tile or bundle in the place of the real one. */
  file?(path: string): Uint8Array | undefined
}

/** A registry in front of the real one. `tamper` replaces what it does; `drop` ends the streams that are open. */
export type Relay = {
  readonly url: string
  tamper(tampering: Tampering): void
  drop(): void
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens a relay to the registry at `target`. */
export async function openRelay(target: string, first: Tampering): Promise<Relay> {
  let tampering = first
  const streams = new Set<AbortController>()

  async function mail(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const stop = new AbortController()
    streams.add(stop)
    response.on("close", () => stop.abort())
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      /^(?:iod-office|signature|signature-input)$/.test(name) ? [[name, String(value)] as [string, string]] : [],
    )
    const real = await fetch(`${target}${request.url}`, { headers, signal: stop.signal })
    response.writeHead(real.status, { "Content-Type": "application/octet-stream" })
    response.flushHeaders()
    const read = frameReader()
    for await (const piece of real.body ?? [])
      for (const frame of read(piece))
        for (const changed of tampering.frame?.(frame) ?? [frame]) response.write(formatFrame(changed))
    response.end()
  }

  async function envelopes(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = new Uint8Array(Buffer.concat(pieces))
    const real = await fetch(`${target}${request.url}`, { method: "POST", body })
    const notes = parseAnswers(new Uint8Array(await real.arrayBuffer()))
    const posted = parsePosted(body)
    const changed = notes.map((note, i) => {
      const one = posted[i]
      return (one && tampering.answer?.(one, note)) ?? note
    })
    response.end(formatAnswers(await Promise.all(changed)))
  }

  async function file(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const changed = tampering.file?.((request.url ?? "").slice(1))
    if (changed) return void response.end(changed)
    const real = await fetch(`${target}${request.url}`)
    response.writeHead(real.status)
    response.end(new Uint8Array(await real.arrayBuffer()))
  }

  const server = createServer((request, response) => {
    const way = request.method === "POST" ? envelopes : request.url?.includes("/mail?") ? mail : file
    way(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const drop = () => {
    for (const stream of streams) stream.abort()
    streams.clear()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tamper(next) {
      tampering = next
    },
    drop,
    async [Symbol.asyncDispose]() {
      drop()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
