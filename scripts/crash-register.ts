import { base64, sameBytes } from "#register/bytes.ts"
import { type OpenCheckpoint, openCheckpoint } from "#register/log.ts"
import { parseVerifierKey } from "#register/note.ts"
import { tileReader } from "#register/tile-reader.ts"
import { type HashReader, proveConsistency, type TreeHead, verifyConsistency } from "#register/tree.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import type { CrashOffice } from "./crash-office.ts"
import { pause } from "./crash-program.ts"

/** Every checkpoint that anyone could have seen, and whether the register still is what each of them said. */
export type RegisterWatch = {
  /** Distinct checkpoints that were published. */
  seen(): number
  /** Checks all that were seen since the last call, and the last head before, against the register as it is now. */
  check(): Promise<OpenCheckpoint>
  /** Checks every checkpoint ever seen, and others that somebody keeps, against the last head. */
  checkAll(more: readonly (TreeHead & { whose: string })[]): Promise<void>
  stop(): Promise<void>
}

const POLL_MS = 40

/** Throws unless the tree of `now` continues the older one. */
async function continues(now: TreeHead, one: TreeHead & { whose?: string }, read: HashReader): Promise<void> {
  const name = `${one.whose ?? "published"} checkpoint of size ${one.size}, root ${base64(one.root)}`
  if (one.size > now.size) throw new Error(`the register shrank below the ${name}`)
  if (one.size === now.size && !sameBytes(one.root, now.root)) throw new Error(`a second tree beside the ${name}`)
  if (one.size === 0n || one.size === now.size) return
  try {
    verifyConsistency(nodeCrypto, one, now, await proveConsistency(nodeCrypto, one.size, now.size, read))
  } catch (cause) {
    throw new Error(`the register does not continue the ${name}`, { cause })
  }
}

/** Watches the register of an office from now on: asks for its checkpoint over and over. */
export function watchRegister(office: CrashOffice): RegisterWatch {
  const { origin, keys } = office.charter.register
  const log = { origin, keys: keys.map((key) => parseVerifierKey(nodeCrypto, key)) }
  const notes = new Map<string, string>()
  const opened = new Map<string, OpenCheckpoint>()
  const tiles = new Map<string, Uint8Array>()
  let head: OpenCheckpoint | undefined
  let stopped = false

  async function fetchBytes(path: string): Promise<Uint8Array> {
    const held = tiles.get(path)
    if (held) return held
    const response = await fetch(`${office.registry()}/${path}`, { signal: AbortSignal.timeout(5000) })
    if (!response.ok) throw new Error(`the registry answered ${response.status} to ${path}`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    // A tile never changes, whatever dies in between: what comes later under its path is held against this.
    tiles.set(path, bytes)
    return bytes
  }

  async function look(): Promise<string | undefined> {
    const response = await fetch(`${office.registry()}/checkpoint`, { signal: AbortSignal.timeout(5000) })
    const note = await response.text()
    if (!response.ok) return undefined
    const text = note.split("\n\n")[0] ?? ""
    if (!notes.has(text)) notes.set(text, note)
    return text
  }

  async function forever(): Promise<void> {
    while (!stopped) {
      await look().catch(() => undefined) // It is killed all the time; what it published before is held already.
      await pause(POLL_MS)
    }
  }
  const running = forever()

  async function open(text: string): Promise<OpenCheckpoint> {
    const known = opened.get(text) ?? (await openCheckpoint(nodeCrypto, notes.get(text) ?? "", log))
    opened.set(text, known)
    return known
  }

  async function checkAgainst(now: OpenCheckpoint, older: readonly (TreeHead & { whose?: string })[]): Promise<void> {
    const read = tileReader(nodeCrypto, now, fetchBytes)
    for (const one of older) await continues(now, one, read)
  }

  return {
    seen: () => notes.size,
    async check() {
      // Only what was seen before this head was asked for must lie behind it: slots go on filling the register.
      const fresh = [...notes.keys()].filter((text) => !opened.has(text))
      const now = await open((await look()) ?? "")
      const older = head ? [head] : []
      for (const text of fresh) older.push(await open(text))
      await checkAgainst(now, older)
      head = now
      return now
    },
    async checkAll(more) {
      const before = [...notes.keys()]
      const now = await open((await look()) ?? "")
      const all = await Promise.all(before.map(open))
      await checkAgainst(now, [...all, ...more])
      head = now
    },
    async stop() {
      stopped = true
      await running
    },
  }
}
