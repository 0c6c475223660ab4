import { base64, utf8 } from "#register/bytes.ts"
import { formatCheckpoint } from "#register/checkpoint.ts"
import { cosign } from "#register/cosignature.ts"
import type { Crypto } from "#register/crypto.ts"
import { formatNote, type Note, type NoteSignature, parseSignatureLines, type Signer } from "#register/note.ts"
import { evaluatePolicy, type Policy } from "#register/policy.ts"
import { tileReader } from "#register/tile-reader.ts"
import { parseU63, proveConsistency, type TreeHead } from "#register/tree.ts"
import type { Clock } from "../clock.ts"
import type { Growth } from "./growth.ts"
import type { Ledger } from "./ledger.ts"
import type { Tiles } from "./tiles.ts"

/** Signs the register's checkpoints, has them cosigned, publishes them: at most a second after an act. */
export type Checkpoints = {
  /** The latest published checkpoint note; empty before the first. */
  latest(): string
  /** Something was entered. */
  wake(): void
  /** Asks every witness for how many entries it stands, without publishing anything; one that is dark is not waited for. */
  learn(): Promise<void>
  /** The most entries for which a witness says that it stands. */
  seen(): bigint
  /** Publishes the tree as it is now; whether a quorum cosigned it. */
  publish(): Promise<boolean>
  close(): Promise<void>
}

export type CheckpointsParts = {
  crypto: Crypto
  clock: Clock
  ledger: Ledger
  growth: Growth
  tiles: Tiles
  origin: string
  /** The register's keys: Ed25519 first, then ML-DSA-44. */
  signers: readonly [Signer, Signer]
  policy: Policy
  /** Where the witnesses of the policy answer: URL prefixes that the operator named. */
  witnesses: readonly string[]
  published(note: string, size: bigint, witnessed: boolean): void
  /** Whether nothing is published for now but by `publish` (behind.ts). */
  held(): boolean
  /** Told once for each witness, at its first answer, if it stands for more entries than there are. */
  beyond(size: bigint): void
  log(message: string): void
}

// A witness that does not answer holds nobody up for longer than this; its line is added when it comes.
const WITNESS_MS = 600
const AFTER_QUORUM_MS = 100
const RETRY_MS = 5000
// One checkpoint for whatever comes together: signing and cosigning costs as much as entering ten envelopes.
const GATHER_MS = 100

/** Opens the checkpoints; the last one published before is served until there is another. */
export async function openCheckpoints(parts: CheckpointsParts): Promise<Checkpoints> {
  const { growth, policy, witnesses } = parts
  const known = new Map<string, bigint>()
  let latest = (await parts.ledger.lastCheckpoint())?.note ?? ""
  let wanted = true
  let closed = false
  let wakeLoop = () => {}
  const stopping = new AbortController()

  async function once(): Promise<boolean> {
    const size = growth.size()
    if (size === 0n) return true
    const head = { size, root: growth.root() }
    const text = formatCheckpoint({ origin: parts.origin, ...head })
    const own = signCheckpoint(parts, text, BigInt(Math.floor(parts.clock.now() / 1000)))
    const lines: NoteSignature[] = []
    const current = (): Note => ({ text, signatures: [...own, ...lines] })
    const enough = Promise.withResolvers<void>()
    const asked = witnesses.map(async (url) => {
      lines.push(...(await ask(url, head, { text, signatures: own })))
      if ((await evaluatePolicy(parts.crypto, policy, current())).holds)
        void pause(AFTER_QUORUM_MS).then(enough.resolve)
    })
    await Promise.race([Promise.allSettled(asked), pause(WITNESS_MS), enough.promise])
    const note = current()
    const { holds } = await evaluatePolicy(parts.crypto, policy, note)
    const written = formatNote(note)
    await parts.ledger.keepCheckpoint(size, written, holds)
    latest = written
    parts.published(written, size, holds)
    return holds
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => parts.clock.after(ms, resolve))
  }

  async function learn(): Promise<void> {
    const head = { size: growth.size(), root: growth.root() }
    const text = formatCheckpoint({ origin: parts.origin, ...head })
    // Without a time: that this is the largest tree is just what is not known yet.
    const note = { text, signatures: signCheckpoint(parts, text, 0n) }
    await Promise.race([Promise.allSettled(witnesses.map((url) => ask(url, head, note))), pause(WITNESS_MS)])
  }

  async function ask(url: string, head: TreeHead, note: Note): Promise<NoteSignature[]> {
    const { size } = head
    for (let attempt = 0; attempt < 3; attempt++) {
      const old = known.get(url) ?? 0n
      if (old > size) throw new Error("the register is shorter than a witness has seen")
      const reader = tileReader(parts.crypto, head, parts.tiles.read)
      const proof = old === 0n || old === size ? [] : await proveConsistency(parts.crypto, old, size, reader)
      const body = `old ${old}\n${proof.map((h) => `${base64(h)}\n`).join("")}\n${formatNote(note)}`
      const response = await fetch(`${url}/add-checkpoint`, {
        method: "POST",
        body: utf8(body),
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(5000)]),
      })
      const answer = await response.text()
      if (response.status === 200) {
        known.set(url, size)
        return parseSignatureLines(answer)
      }
      if (response.status !== 409) throw new Error(`a witness answered ${response.status}`)
      const told = parseU63(answer.trim(), "checkpoint.malformed")
      const first = !known.has(url)
      known.set(url, told)
      if (first && told > size) parts.beyond(told)
    }
    return []
  }

  async function forever(): Promise<void> {
    while (!closed) {
      let holds = true
      if (wanted && !parts.held()) {
        await pause(GATHER_MS)
        wanted = false
        try {
          holds = await once()
        } catch (error) {
          if (!closed) parts.log(`a checkpoint was not published: ${error instanceof Error ? error.message : ""}`)
          holds = false
        }
      }
      if ((wanted && !parts.held()) || closed) continue
      await new Promise<void>((resolve) => {
        const bell = holds ? undefined : parts.clock.after(RETRY_MS, () => ring(true))
        const ring = (again: boolean) => {
          bell?.[Symbol.dispose]()
          wanted ||= again
          resolve()
        }
        wakeLoop = () => ring(false)
      })
    }
  }

  const running = forever()
  return {
    latest: () => latest,
    wake() {
      wanted = true
      wakeLoop()
    },
    learn,
    seen: () => [...known.values()].reduce((most, size) => (size > most ? size : most), 0n),
    publish: once,
    async close() {
      closed = true
      stopping.abort()
      wakeLoop()
      await running
    },
  }
}

/**
 * The register's own two lines: Ed25519 over the note, which states no time, and ML-DSA-44 as a cosignature under the
 * origin, which states `time` in POSIX seconds; with 0 it does not say that no larger tree was signed before.
 */
function signCheckpoint({ signers }: CheckpointsParts, text: string, time: bigint): NoteSignature[] {
  const [ed25519, mlDsa44] = signers
  const plain = { name: ed25519.key.name, id: ed25519.key.id, signature: ed25519.sign(utf8(text)) }
  return [plain, cosign(mlDsa44.key, mlDsa44.sign, text, time)]
}
