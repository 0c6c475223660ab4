import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"

/** A line to the registry whose holder changes the bytes of the files that pass; everything else passes as it is. */
export type FileRelay = {
  readonly url: string
  /** What becomes of each piece of a file that the registry hands out. */
  change(bytes: ((piece: Buffer) => Buffer) | undefined): void
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens a relay of files to the registry on a port of this machine. */
export async function openFileRelay(port: number): Promise<FileRelay> {
  let change: ((piece: Buffer) => Buffer) | undefined
  const server = createServer((near, answer) => {
    const { method = "GET", url = "/", headers } = near
    const isFile = method === "GET" && url.startsWith("/desk/files/")
    const far = request({ host: "127.0.0.1", port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers)
      answer.flushHeaders()
      response.on("data", (piece: Buffer) => answer.write(isFile && change ? change(piece) : piece))
      response.on("end", () => answer.end())
      response.on("error", () => answer.destroy())
    })
    far.on("error", () => answer.destroy())
    answer.on("close", () => far.destroy())
    near.pipe(far)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    change(bytes) {
      change = bytes
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
