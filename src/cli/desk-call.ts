import { readFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { buffer } from "node:stream/consumers"
import type { ScriptAddress } from "#desk/serve.ts"

/** Calls of a script to the running desk of a folder; they throw with the desk's own word where it refuses. */
export type DeskCall = {
  <T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T>
  /** A file that the desk makes. */
  file(path: string, body: unknown): Promise<Uint8Array>
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
    { file: (path: string, body: unknown) => file("POST", path, body) },
  )
}

// *.localhost does not resolve outside a browser: the address is a number and the name goes into the Host header.
function exchange(address: ScriptAddress, method: string, path: string, body: unknown) {
  return new Promise<{ status: number; bytes: Buffer }>((resolve, reject) => {
    const headers = { host: address.host, authorization: `Bearer ${address.token}`, "content-type": "application/json" }
    const call = request(`${address.url}/api${path}`, { method, headers }, (response) => {
      buffer(response).then((bytes) => resolve({ status: response.statusCode ?? 0, bytes }), reject)
    })
    call.on("error", reject)
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
