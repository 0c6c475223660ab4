import { concat, fromUtf8, utf8 } from "#register/bytes.ts"

// POSIX ustar, so that a backup, once opened, opens with any tar in thirty years.

const BLOCK = 512
/** Twelve octal digits are what the format has room for. */
const LARGEST = 8 ** 11 - 1

/** One file on its way into or out of a tape archive: `length` bytes come in `pieces`. */
export type TarFile = { name: string; length: number; pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array> }

/** The archive of these files, piece by piece; throws where one has another length than it said. */
export async function* writeTar(files: AsyncIterable<TarFile> | Iterable<TarFile>): AsyncGenerator<Uint8Array> {
  for await (const { name, length, pieces } of files) {
    yield headerOf(name, length)
    let given = 0
    for await (const piece of pieces) {
      given += piece.length
      yield piece
    }
    if (given !== length) throw new Error(`${name} changed its length while it was copied`)
    yield new Uint8Array(-length & (BLOCK - 1))
  }
  yield new Uint8Array(2 * BLOCK)
}

function headerOf(name: string, length: number): Uint8Array {
  const bytes = utf8(name)
  if (bytes.length > 100 || length > LARGEST) throw new Error(`${name} does not fit a tape archive`)
  const header = new Uint8Array(BLOCK)
  const put = (text: string, at: number) => header.set(utf8(text), at)
  header.set(bytes)
  put("0000600\0", 100)
  put("0000000\0", 108)
  put("0000000\0", 116)
  put(`${length.toString(8).padStart(11, "0")}\0`, 124)
  put("00000000000\0", 136)
  put("        0", 148)
  put("ustar\x0000", 257)
  const sum = header.reduce((all, byte) => all + byte, 0)
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148)
  return header
}

/**
 * Reads an archive as `writeTar` writes it. Whoever made it chose every byte: names are for the caller to judge. Throws
 * for anything else, and where the end is missing.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const take = reader(source)
  for (;;) {
    const header = await take.exactly(BLOCK)
    if (header.every((byte) => byte === 0)) return
    const length = Number.parseInt(fromUtf8(header.slice(124, 135)), 8)
    const isPlain = header[156] === 0x30 && fromUtf8(header.slice(257, 262)) === "ustar"
    if (!isPlain || !Number.isSafeInteger(length) || header[345] !== 0) throw new Error("this is no backup of a desk")
    const end = header.indexOf(0)
    let left = length
    async function* pieces() {
      while (left > 0) {
        const piece = await take.upTo(left)
        left -= piece.length
        yield piece
      }
    }
    yield { name: fromUtf8(header.slice(0, Math.min(end < 0 ? 100 : end, 100))), length, pieces: pieces() }
    // What the caller did not read is passed over.
    while (left > 0) left -= (await take.upTo(left)).length
    await take.exactly(-length & (BLOCK - 1))
  }
}

function reader(source: AsyncIterable<Uint8Array>) {
  const pieces = source[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array()
  async function more(): Promise<void> {
    const { done, value } = await pieces.next()
    if (done) throw new Error("the backup is cut off")
    held = held.length === 0 ? value : concat(held, value)
  }
  function cut(length: number): Uint8Array {
    const part = held.subarray(0, length)
    held = held.subarray(length)
    return part
  }
  return {
    async exactly(length: number): Promise<Uint8Array> {
      while (held.length < length) await more()
      return cut(length)
    },
    async upTo(length: number): Promise<Uint8Array> {
      while (held.length === 0) await more()
      return cut(Math.min(length, held.length))
    },
  }
}
