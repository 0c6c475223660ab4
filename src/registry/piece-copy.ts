import type { Connection, Pool, Submittable } from "pg"
import { readU32be } from "#register/bytes.ts"

/** Signature, flags and the length of an extension that there is none of (PostgreSQL, COPY, "Binary Format"). */
const HEAD = 19

/**
 * The piece of a file that holds the byte at `offset`, with its own place; undefined where there is none. By COPY, since a
 * row's bytea would be written out in hex, twice as long, and read again.
 */
export async function copyPiece(
  pool: Pool,
  file: bigint,
  offset: number,
): Promise<{ at: number; bytes: Uint8Array } | undefined> {
  // COPY takes no parameters; these are numbers.
  const where = `file = ${file} AND at <= ${Math.trunc(offset)}`
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    const copied = copyOut(
      `COPY (SELECT at, bytes FROM piece WHERE ${where} ORDER BY at DESC LIMIT 1) TO STDOUT (FORMAT binary)`,
    )
    client.query(copied.query)
    return readRow(await copied.all)
  } catch (cause) {
    broken = new Error("a piece of a file was not read", { cause })
    throw broken
  } finally {
    client.release(broken)
  }
}

type CopyQuery = Submittable & {
  handleCopyData(message: { chunk: Uint8Array }): void
  handleCommandComplete(): void
  handleReadyForQuery(): void
  handleError(error: Error): void
}

/** A query in the form that pg hands to its connection as it is. */
function copyOut(text: string): { query: CopyQuery; all: Promise<Uint8Array> } {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const chunks: Buffer[] = []
  const query: CopyQuery = {
    submit: (connection: Connection) => connection.query(text),
    // The driver reads its next bytes into the same memory.
    handleCopyData: ({ chunk }) => void chunks.push(Buffer.from(chunk)),
    handleCommandComplete: () => undefined,
    handleReadyForQuery: () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
    handleError: reject,
  }
  return { query, all: promise }
}

/** `u16 2 || u32 8 || u64 at || u32 length || bytes` behind the head, or at once the end, which is 65535. */
function readRow(all: Uint8Array): { at: number; bytes: Uint8Array } | undefined {
  const view = new DataView(all.buffer, all.byteOffset, all.length)
  if (view.getUint16(HEAD) !== 2) return undefined
  const length = readU32be(all, HEAD + 14)
  const from = HEAD + 18
  return { at: Number(view.getBigUint64(HEAD + 6)), bytes: all.subarray(from, from + length) }
}
