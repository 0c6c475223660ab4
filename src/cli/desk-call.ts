import { readFileSync } from "node:fs"
import { type IncomingMessage, request } from "node:http"
import { request as requestByTls } from "node:https"
import { join } from "node:path"
import { buffer } from "node:stream/consumers"
import type { ScriptAddress } from "#desk/serve.ts"

/** Calls of a script to the running desk of a folder; they throw with the desk's own word where it refuses. */
export type DeskCall = {
  <T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T>
  /** A file that the desk makes. */
  file(path: string, body: unknown): Promise<Uint8Array>
  /** Puts bytes into their place at the desk. */
  put<T>(path: string, bytes: Uint8Array): Promise<T>
  /** What the desk hands out, piece by piece; it breaks off with an error where not all of it came. */
  stream(path: string): Promise<AsyncIterable<Uint8Array>>
}

/** Finds the running desk of a folder by what it left there. */
export function callDesk(folder: string): DeskCall {
  let address: ScriptAddress
  try {
    address = JSON.parse(readFileSync(join(folder, "api.json"), "utf8"))
  } catch (cause) {
    throw new Error(`no desk runs in ${folder}: start it first`, { cause })
  }
  const file = async (method: string, path: string, body: unknown): Promise<Buffer> => {
    const { status, bytes } = await exchange(address, method, path, body)
    if (status === 200) return bytes
    const answer = JSON.parse(bytes.toString() || "{}")
    throw new Error(`refused: ${answer.refused ?? answer.error ?? status}`)
  }
  return Object.assign(
    async (method: "GET" | "POST", path: string, body?: unknown) =>
      JSON.parse((await file(method, path, body)).toString()),
    {
      file: (path: string, body: unknown) => file("POST", path, body),
      put: async (path: string, bytes: Uint8Array) => JSON.parse((await file("PUT", path, bytes)).toString()),
      async stream(path: string) {
        const response = await answered(address, "GET", path, undefined)
        if (response.statusCode === 200) return response
        const answer = JSON.parse((await buffer(response)).toString() || "{}")
        throw new Error(`refused: ${answer.refused ?? answer.error ?? response.statusCode}`)
      },
    },
  )
}

async function exchange(address: ScriptAddress, method: string, path: string, body: unknown) {
  const response = await answered(address, method, path, body)
  return { status: response.statusCode ?? 0, bytes: await buffer(response) }
}

// *.localhost does not resolve outside a browser: the address is a number and the name goes into the Host header.
function answered(address: ScriptAddress, method: string, path: string, body: unknown): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const type = body instanceof Uint8Array ? "application/octet-stream" : "application/json"
    const headers = { host: address.host, authorization: `Bearer ${address.token}`, "content-type": type }
    const url = `${address.url}/api${path}`
    const { host, cert } = address
    // The very certificate that the desk was started with, whoever signed it.
    const tls = { ca: cert, allowPartialTrustChain: true, servername: host.replace(/:\d+$/, "") }
    const call =
      cert === undefined
        ? request(url, { method, headers }, resolve)
        : requestByTls(url, { method, headers, ...tls }, resolve)
    call.on("error", reject)
    if (body instanceof Uint8Array) call.setHeader("content-length", body.length)
    call.end(body instanceof Uint8Array || body === undefined ? body : JSON.stringify(body))
  })
}
