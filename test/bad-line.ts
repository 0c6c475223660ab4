import { connect, createServer, type Socket } from "node:net"

/** A line between a desk and its registry that breaks off again and again. */
export type BadLine = {
  readonly url: string
  /** How often it broke. */
  broken(): number
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a line to a port of this machine that breaks whenever so many bytes more have passed, `times` times; every
 * connection that is open then ends in the middle of whatever it carries.
 */
export async function openBadLine(port: number, every: number, times: number): Promise<BadLine> {
  const open = new Set<Socket>()
  let broken = 0
  let passed = 0
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1")
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from)
      from.on("close", () => {
        open.delete(from)
        to.destroy()
      })
      from.on("error", () => undefined)
      from.on("data", (bytes: Buffer) => {
        passed += bytes.length
        if (broken < times && passed > every * (broken + 1)) {
          broken++
          return cut()
        }
        if (!to.write(bytes)) {
          from.pause()
          to.once("drain", () => from.resume())
        }
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    broken: () => broken,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      cut()
      await closed
    },
  }
}
