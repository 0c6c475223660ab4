import { setImmediate as nextTurn } from "node:timers/promises"
import { type Desk, openDesk } from "#desk/open.ts"
import { openVault } from "#desk/vault.ts"
import { sealingKeyFor, secretariatLine } from "#offices/roll/roll.ts"
import { utf8 } from "#register/bytes.ts"
import { parseNote, parseVerifierKey, type VerifierKey } from "#register/note.ts"
import { formatLine, lineId } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Identity, open } from "#seal/node/hybrid.ts"
import { publicPair } from "#seal/node/keys.ts"
import type { Posted } from "#seal/wire.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { systemClock } from "../src/clock.ts"
import { messageAct, post, type Reader } from "./author.ts"
import { atLeast, beside, type Figure, rateOf } from "./figure.ts"
import { type Ground, openGround } from "./ground.ts"

const ENVELOPES = 10_000
const POSTED_TOGETHER = 64
const CHECKED_TOGETHER = 64

/** A desk that was away takes in 10,000 envelopes, against opening and signature checks alone on the same envelopes. */
export async function measureCatchUp(): Promise<Figure[]> {
  await using ground = await openGround(["secretariat", "away"])
  const folder = programFolder(ground.data, "desk", "away")
  const options = {
    folder,
    delegation: "away",
    registry: ground.registry,
    clock: systemClock(),
    log: () => undefined,
  }
  const { sent, stamps } = await sendWhileAway(ground, () => openDesk(options))
  const vault = openVault(folder)
  const author = publicPair(openVault(programFolder(ground.data, "desk", "secretariat")).desk)
  const keys = [author.ed25519, author.mlDsa65]
  const registryKey = parseVerifierKey(nodeCrypto, ground.founded.charter.registry)
  const identity = vault.identity(1)
  if (!identity) throw new Error("the desk that was away has no sealing identity")
  const alone = () => aloneRate({ sent, stamps, keys, registryKey, identity })
  const before = await alone()
  const rate = await catchUpRate(() => openDesk(options))
  const after = await alone()
  const possible = (before + after) / 2
  const how = `${ENVELOPES} envelopes of one author delivered by iod registry in a process of its own to a desk that opens here, against opening them and checking two signatures and the stamp's, on the same threads, before and after`
  return [
    atLeast("core.catch-up", rate / possible, 0.7, { unit: "of possible", how }),
    beside("core.catch-up.rate", rate, { unit: "envelopes/s", how: "from opening the desk to the last in its book" }),
    beside("core.catch-up.possible", possible, { unit: "envelopes/s", how: "opening and signature checks alone" }),
  ]
}

/** The desk joins, its line with the secretariat opens, it goes away, and the secretariat writes. */
async function sendWhileAway(
  ground: Ground,
  openAway: () => Promise<Desk>,
): Promise<{ sent: Posted[]; stamps: string[] }> {
  const secretariat = await ground.join("secretariat")
  const sent: Posted[] = []
  const stamps: string[] = []
  let line = ""
  let readers: Reader[] = []
  {
    await using away = await openAway()
    const member = () => away.book.roll().members.away
    await until(away, () => (member()?.sealing.length ?? 0) > 0)
    const roll = away.book.roll()
    const [self, text] = [member(), member() && secretariatLine(roll, member() ?? roll.members.away ?? never())]
    const key = self && sealingKeyFor(self, away.now())
    if (!text || !key) throw new Error("the desk has published no sealing key for today")
    line = lineId(nodeCrypto, text)
    readers = [{ name: "away", sealingKey: key.number, recipient: key.recipient }, secretariat.self]
    const record = { matter: line, text: formatLine(text), purpose: text.purpose }
    const act = { act: "line.proposed", software: "0".repeat(64), record }
    await post(ground.registry, [secretariat.envelope(line, readers, act)])
    await until(away, () => away.views.lines().some((l) => l.id === line && l.open))
  }
  for (let i = 0; i < ENVELOPES; i += POSTED_TOGETHER) {
    const group = Array.from({ length: Math.min(POSTED_TOGETHER, ENVELOPES - i) }, (_, k) => {
      const { act, texts } = messageAct(`Crew of four from 09:00, unarmed, vehicle ${i + k}. `.repeat(4))
      return secretariat.envelope(line, readers, act, texts)
    })
    stamps.push(...(await post(ground.registry, group)))
    sent.push(...group)
  }
  return { sent, stamps }
}

function never(): never {
  throw new Error("the roll does not know this delegation")
}

function until(desk: Desk, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const done = new AbortController()
    const look = () => {
      if (!holds()) return
      done.abort()
      resolve()
    }
    desk.live.watch(look, done.signal)
    look()
  })
}

async function catchUpRate(openAway: () => Promise<Desk>): Promise<number> {
  const began = performance.now()
  await using away = await openAway()
  let held = 0
  const done = new AbortController()
  const last = Promise.withResolvers<number>()
  away.live.watch((event) => {
    if (event.kind !== "entered") return
    held += event.entered.length
    if (held >= ENVELOPES) last.resolve(performance.now())
  }, done.signal)
  const ended = await last.promise
  done.abort()
  return (ENVELOPES / (ended - began)) * 1000
}

type Alone = {
  sent: readonly Posted[]
  stamps: readonly string[]
  keys: readonly VerifierKey[]
  registryKey: VerifierKey
  identity: Identity
}

/** What nobody can leave out: three signatures on threads of their own, and opening the body. */
async function aloneRate({ sent, stamps, keys, registryKey, identity }: Alone): Promise<number> {
  const all = sent.map(({ header, body }, i) => {
    const [note, stamp] = [parseNote(header), parseNote(stamps[i] ?? "")]
    const signatures = [...note.signatures.map((s) => s.signature), stamp.signatures[0]?.signature ?? new Uint8Array()]
    return { text: utf8(note.text), stamp: utf8(stamp.text), signatures, body }
  })
  const check = async ({ text, stamp, signatures, body }: (typeof all)[number]) => {
    const [first, second, third] = signatures
    const checks = [
      nodeCrypto.verify("ed25519", keys[0]?.publicKey ?? text, text, first ?? text),
      nodeCrypto.verify("ml-dsa-65", keys[1]?.publicKey ?? text, text, second ?? text),
      nodeCrypto.verify("ed25519", registryKey.publicKey, stamp, third ?? text),
    ]
    open({ identity, place: 0, count: 2 }, body)
    if ((await Promise.all(checks)).includes(false)) throw new Error("a signature does not verify")
  }
  const rate = await rateOf(all, CHECKED_TOGETHER, check)
  await nextTurn()
  return rate
}
