import { concat, utf8 } from "#register/bytes.ts"
import { formatCheckpoint } from "#register/checkpoint.ts"
import { cosign } from "#register/cosignature.ts"
import type { Crypto } from "#register/crypto.ts"
import { formatNote, type Note, type NoteSignature, type Signer } from "#register/note.ts"
import { evaluatePolicy, type Policy } from "#register/policy.ts"
import type { TreeHead } from "#register/tree.ts"
import type { Clock } from "../clock.ts"
import type { Growth } from "./growth.ts"
import type { Ledger } from "./ledger.ts"
import type { Tiles } from "./tiles.ts"
import { openWitnesses, type Witnesses } from "./witnesses.ts"

/** Signs the register's checkpoints, has witnesses cosign them, publishes them: at most a second after an act. */
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
  ledger: Pick<Ledger, "lastCheckpoint" | "keepCheckpoint">
  growth: Pick<Growth, "size" | "root">
  tiles: Pick<Tiles, "read">
  origin: string
  /** The register's keys: Ed25519 first, then ML-DSA-44. */
  signers: readonly [Signer, Signer]
  /** Which witnesses must cosign a register of this size. */
  policy(size: bigint): Policy
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
// While envelopes keep coming, from the begin of one checkpoint to that of the next.
const APART_MS = 400

/** Opens the checkpoints; the last one published before is served until there is another. */
export async function openCheckpoints(parts: CheckpointsParts): Promise<Checkpoints> {
  const { ledger, growth, clock } = parts
  const witnesses = openWitnesses({ ...parts, urls: parts.witnesses })
  let latest = (await ledger.lastCheckpoint())?.note ?? ""

  async function publish(): Promise<boolean> {
    const head = { size: growth.size(), root: growth.root() }
    if (head.size === 0n) return true
    const { note, holds } = await cosigned(parts, witnesses, head)
    const written = formatNote(note)
    await ledger.keepCheckpoint(head.size, written, holds)
    latest = written
    parts.published(written, head.size, holds)
    return holds
  }

  async function learn(): Promise<void> {
    const head = { size: growth.size(), root: growth.root() }
    // Without a time: that this is the largest tree is just what is not known yet.
    const asked = witnesses.ask(head, signCheckpoint(parts, head, 0n))
    await Promise.race([Promise.allSettled(asked), pause(clock, WITNESS_MS)])
  }

  const rounds = openRounds(parts, publish)
  return {
    latest: () => latest,
    wake: rounds.wake,
    learn,
    seen: witnesses.seen,
    publish,
    async close() {
      witnesses.stop()
      await rounds.close()
    },
  }
}

/** The checkpoint of a tree with the cosignatures that came in time, and whether they are a quorum. */
async function cosigned(parts: CheckpointsParts, witnesses: Witnesses, head: TreeHead) {
  const { clock } = parts
  const policy = parts.policy(head.size)
  const crypto = remembering(parts.crypto)
  const own = signCheckpoint(parts, head, BigInt(Math.floor(clock.now() / 1000)))
  const lines: NoteSignature[] = []
  const current = (): Note => ({ text: own.text, signatures: [...own.signatures, ...lines] })
  const enough = Promise.withResolvers<void>()
  const asked = witnesses.ask(head, own).map(async (answer) => {
    const more = await answer
    // A line that does not verify would spoil the note for everybody (C2SP signed-note): its witness counts as dark.
    await evaluatePolicy(crypto, policy, { text: own.text, signatures: more })
    lines.push(...more)
    // The others are given a moment more: they were asked together, and a fuller note is better evidence.
    if ((await evaluatePolicy(crypto, policy, current())).holds) void pause(clock, AFTER_QUORUM_MS).then(enough.resolve)
  })
  await Promise.race([Promise.allSettled(asked), pause(clock, WITNESS_MS), enough.promise])
  const note = current()
  const { holds } = await evaluatePolicy(crypto, policy, note)
  return { note, holds }
}

/** Verifies each signature once, however often the note that it is on is looked at. */
function remembering(crypto: Crypto): Crypto {
  const known = new Map<string, Promise<boolean>>()
  return {
    ...crypto,
    verify(algorithm, publicKey, message, signature) {
      const name = `${algorithm} ${crypto.sha256(concat(publicKey, message, signature)).toHex()}`
      const answer = known.get(name) ?? crypto.verify(algorithm, publicKey, message, signature)
      known.set(name, answer)
      return answer
    },
  }
}

/** Publishes whenever something was entered, and again after a while where no quorum cosigned. */
function openRounds({ clock, held, log }: CheckpointsParts, publish: () => Promise<boolean>) {
  let wanted = true
  let closed = false
  let woken = Promise.withResolvers<void>()

  function wake(): void {
    wanted = true
    ring()
  }

  function ring(): void {
    woken.resolve()
    woken = Promise.withResolvers()
  }

  async function forever(): Promise<void> {
    let holds = true
    let began = Number.NEGATIVE_INFINITY
    while (!closed) {
      await due(holds)
      if (closed) return
      // A clock that was set back makes nobody wait longer than that.
      await pause(clock, Math.min(APART_MS, Math.max(GATHER_MS, began + APART_MS - clock.now())))
      began = clock.now()
      wanted = false
      holds = await attempt()
    }
  }

  async function due(holds: boolean): Promise<void> {
    using _again = holds ? undefined : clock.after(RETRY_MS, wake)
    while (!closed && (!wanted || held())) await woken.promise
  }

  async function attempt(): Promise<boolean> {
    try {
      return await publish()
    } catch (error) {
      if (!closed) log(`a checkpoint was not published: ${error instanceof Error ? error.message : ""}`)
      return false
    }
  }

  const running = forever()
  return {
    wake,
    async close() {
      closed = true
      ring()
      await running
    },
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve))
}

/**
 * The register's own two lines: Ed25519 over the note, which states no time, and ML-DSA-44 as a cosignature under the
 * origin, which states `time` in POSIX seconds; with 0 it does not say that no larger tree was signed before.
 */
function signCheckpoint({ origin, signers }: CheckpointsParts, head: TreeHead, time: bigint): Note {
  const [ed25519, mlDsa44] = signers
  const text = formatCheckpoint({ origin, ...head })
  const plain = { name: ed25519.key.name, id: ed25519.key.id, signature: ed25519.sign(utf8(text)) }
  return { text, signatures: [plain, cosign(mlDsa44.key, mlDsa44.sign, text, time)] }
}
