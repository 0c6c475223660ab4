import { type Cleanable, cleanableAs, cleaned } from "#files/metadata.ts"
import { readPart, type Source } from "#files/source.ts"

/** What of a file can be cleaned of metadata, by its first bytes. */
export async function cleanableOf(file: Blob): Promise<Cleanable | undefined> {
  return cleanableAs(file.type, await bytesOf(file.slice(0, 16)))
}

/** The file without its metadata; most of it stays where it is and is never in this page's memory. */
export async function cleanFile(file: Blob): Promise<Blob | "cannot"> {
  const source: Source = { size: file.size, read: (from, until) => bytesOf(file.slice(from, until)) }
  const parts = await cleaned(file.type, source, inflate)
  if (parts === "cannot") return parts
  const blobs: Blob[] = []
  // One after the other: the browser keeps a blob where this page's memory is not.
  for (const part of parts)
    blobs.push("from" in part ? file.slice(part.from, part.until) : new Blob([copy(await readPart(source, part))]))
  return new Blob(blobs)
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer())
}

function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

/** A bomb is not unpacked further than to the size that it claims. */
async function inflate(deflated: Uint8Array, most: number): Promise<Uint8Array | undefined> {
  const stream = new Blob([copy(deflated)]).stream().pipeThrough(new DecompressionStream("deflate-raw"))
  const out = new Uint8Array(most)
  let length = 0
  const reader = stream.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (length + next.value.length > most) return undefined
      out.set(next.value, length)
      length += next.value.length
    }
    return out.subarray(0, length)
  } catch {
    return undefined
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}
