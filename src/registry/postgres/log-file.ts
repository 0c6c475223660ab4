import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs"
import type { Readable } from "node:stream"

const TAIL_BYTES = 4096

/** PostgreSQL's own log. `tail` is the end of what was written since it was opened. */
export type LogFile = { follow(stream: Readable): void; tail(): string } & Disposable

/**
 * Opens the log at `path`. It never grows beyond `limit` bytes: then it becomes `path.1` and a new one begins, so both
 * together hold at most twice that.
 */
export function openLogFile(path: string, limit = 1 << 20): LogFile {
  let file = openSync(path, "a", 0o600)
  let size = fstatSync(file).size
  let tail = Buffer.alloc(0)
  function write(chunk: Buffer): void {
    if (size > 0 && size + chunk.length > limit) {
      closeSync(file)
      renameSync(path, `${path}.1`)
      file = openSync(path, "a", 0o600)
      size = 0
    }
    writeSync(file, chunk)
    size += chunk.length
    tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES)
  }
  return {
    follow: (stream) =>
      void stream.on("data", (chunk: Buffer) => {
        // A full disk must not end us for want of a log line; PostgreSQL will say the same to its clients.
        try {
          write(chunk)
        } catch {
          tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES)
        }
      }),
    tail: () => tail.toString("utf8"),
    [Symbol.dispose]: () => closeSync(file),
  }
}
