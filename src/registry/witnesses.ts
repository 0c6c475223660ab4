import { base64, utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { formatNote, type Note, type NoteSignature, parseSignatureLines } from "#register/note.ts"
import { tileReader } from "#register/tile-reader.ts"
import { parseU63, proveConsistency, type TreeHead } from "#register/tree.ts"
import type { Tiles } from "./tiles.ts"

/** The witnesses that the registry asks to cosign, and how far it knows each of them to stand (C2SP tlog-witness). */
export type Witnesses = {
  /** Asks each of them to cosign this checkpoint; one promise for each, which is rejected where it does not. */
  ask(head: TreeHead, note: Note): Promise<NoteSignature[]>[]
  /** The most entries for which one of them says that it stands. */
  seen(): bigint
  /** Waits for nobody any more. */
  stop(): void
}

export type WitnessesParts = {
  crypto: Crypto
  tiles: Pick<Tiles, "read">
  /** URL prefixes that the operator named. */
  urls: readonly string[]
  /** Told once for each witness, at its first answer, if it stands for more entries than there are. */
  beyond(size: bigint): void
}

const ANSWER_MS = 5000
// Once to learn for how much it stands, once in earnest, and once more if another request came between.
const ATTEMPTS = 3

/** Opens the asking; nothing is known of a witness before its first answer. */
export function openWitnesses({ crypto, tiles, urls, beyond }: WitnessesParts): Witnesses {
  const known = new Map<string, bigint>()
  const stopping = new AbortController()

  async function ask(url: string, head: TreeHead, note: Note): Promise<NoteSignature[]> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { status, text } = await post(url, await requestFor(head, note, known.get(url) ?? 0n))
      if (status === 200) {
        known.set(url, head.size)
        return parseSignatureLines(text)
      }
      if (status !== 409) throw new Error(`a witness answered ${status}`)
      learn(url, parseU63(text.trim(), "checkpoint.malformed"), head.size)
    }
    return []
  }

  /** Why 409: it stands for another size than the request said. */
  function learn(url: string, stands: bigint, size: bigint): void {
    const first = !known.has(url)
    known.set(url, stands)
    if (first && stands > size) beyond(stands)
  }

  async function requestFor(head: TreeHead, note: Note, old: bigint): Promise<string> {
    if (old > head.size) throw new Error("the register is shorter than a witness has seen")
    const reader = tileReader(crypto, head, tiles.read)
    const proof = old === 0n || old === head.size ? [] : await proveConsistency(crypto, old, head.size, reader)
    return `old ${old}\n${proof.map((h) => `${base64(h)}\n`).join("")}\n${formatNote(note)}`
  }

  async function post(url: string, body: string): Promise<{ status: number; text: string }> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_MS)])
    const response = await fetch(`${url}/add-checkpoint`, { method: "POST", body: utf8(body), signal })
    return { status: response.status, text: await response.text() }
  }

  return {
    ask: (head, note) => urls.map((url) => ask(url, head, note)),
    seen: () => [...known.values()].reduce((most, size) => (size > most ? size : most), 0n),
    stop: () => stopping.abort(),
  }
}
