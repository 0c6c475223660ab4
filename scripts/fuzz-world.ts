import { utf8 } from "#register/bytes.ts"
import { packBody, recordHash, type SaltedText } from "#seal/body.ts"
import { formatHeader, type Header, headerHash } from "#seal/header.ts"
import { formatLine, lineId } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { formatStamp, nextHead, publicLine, registerEntry, type Stamp, signStamp } from "#seal/stamp.ts"
import type { Frame } from "#seal/wire.ts"
import type { Chance } from "./fuzz-chance.ts"
import { committed, header, joining, NAMES, office, registry, signedHeader } from "./fuzz-office.ts"
import { perhapsSpoilt, sealedFile } from "./fuzz-sealed.ts"

/** The register of the office that is fuzzed, as far as it goes: ends of lines and chains, and what was entered. */
export type World = {
  lines: Map<string, { place: number; head: string }>
  chains: Map<string, { serial: number; hash: string }>
  entered: Entered[]
}

/** One envelope with its stamp. */
export type Entered = {
  frame: Extract<Frame, { kind: "envelope" }>
  header: Header
  stamp: Stamp
  entry: Uint8Array
  salt: Uint8Array
  act: Uint8Array
  texts: readonly SaltedText[]
}

/** What somebody says: on a public line in clear, else sealed to the first two. */
export type Said = {
  from: string
  line: string
  act: Uint8Array
  texts?: readonly SaltedText[]
  salt?: Uint8Array
  /** Whether what it is sealed in may be damaged by its author. */
  spoilt?: boolean
}

const software = "5f".repeat(32)
const two = NAMES.slice(0, 2).toSorted()
const lineText = { office, members: two, purpose: "a line that is fuzzed", nonce: "77".repeat(32), follows: null }
/** The line of the first two. */
export const LINE = lineId(nodeCrypto, lineText)

/** A copy to go on from. */
export function copyOf({ lines, chains, entered }: World): World {
  return { lines: new Map(lines), chains: new Map(chains), entered: [...entered] }
}

/** Enters what is said next, with whatever `over` says instead of what would be right; the world goes on from it. */
export function enter(
  world: World,
  chance: Chance,
  said: Said,
  over: { header?: Partial<Header>; stamp?: Partial<Stamp> } = {},
): Entered {
  const { from, line, act, texts = [], salt = chance.bytes(32) } = said
  const isPublic = line.startsWith("0".repeat(62))
  const end = world.lines.get(line) ?? { place: 0, head: line }
  const roll = world.lines.get(publicLine(0)) ?? { place: 0, head: publicLine(0) }
  const chain = world.chains.get(`${line} ${from}`)
  const plain = packBody({ salt, act, texts })
  const body = isPublic ? plain : said.spoilt ? perhapsSpoilt(chance, plain) : sealedFile(plain)
  const of = committed(
    header(chance, {
      ...{ line, from, to: isPublic ? "*" : two.map((name) => ({ name, sealingKey: 1 })) },
      ...{
        serial: (chain?.serial ?? 0) + 1,
        prev: chain?.hash ?? null,
        seen: end,
        register: null,
        precedence: "ROUTINE",
      },
      ...{ body: { hash: nodeCrypto.sha256(body).toHex(), length: body.length }, ...over.header },
    }),
    salt,
    act,
  )
  const hash = headerHash(nodeCrypto, formatHeader(of))
  const stamp: Stamp = {
    ...{ office, header: hash, line, place: end.place + 1, head: nextHead(nodeCrypto, end.head, hash), roll },
    ...{ index: BigInt(world.entered.length), at: "2027-01-01T06:00:00.000Z", ...over.stamp },
  }
  world.lines.set(line, { place: stamp.place, head: stamp.head })
  world.chains.set(`${line} ${from}`, { serial: of.serial, hash })
  const frame = { kind: "envelope", header: signedHeader(of), stamp: signStamp(stamp, registry), body } as const
  const entry = registerEntry(nodeCrypto, stamp, formatStamp(stamp))
  const one = { frame, header: of, stamp, entry, salt, act, texts }
  world.entered.push(one)
  return one
}

/** The bytes of an act with one record. */
export function actBytes(act: string, record: Record<string, unknown>): Uint8Array {
  return utf8(JSON.stringify({ act, software, record }))
}

/** The matter of the message that stands on the line at the beginning, and its words. */
export const MATTER = "11".repeat(32)
const subject: SaltedText = { salt: new Uint8Array(32).fill(1), bytes: utf8("subject") }
const words: SaltedText = { salt: new Uint8Array(32).fill(2), bytes: utf8("слова") }

/** Everybody joined, a line is open, a message stands on it and was acknowledged, and a list of two. */
export function begin(chance: Chance, textHash: (text: SaltedText) => string): World {
  const world: World = { lines: new Map(), chains: new Map(), entered: [] }
  for (const { by, line, act } of joining)
    enter(world, chance, { from: by, line: publicLine(line), act: utf8(JSON.stringify(act)) })
  const [first, second] = NAMES
  const say = (from: string, act: Uint8Array, texts: readonly SaltedText[] = []) =>
    enter(world, chance, { from, line: LINE, act, texts })
  say(first, actBytes("line.proposed", { matter: LINE, text: formatLine(lineText), purpose: lineText.purpose }))
  say(second, actBytes("line.accepted", { matter: LINE }))
  const record = { language: "en", subject: textHash(subject), body: textHash(words) }
  const sent = say(first, actBytes("message.sent", { matter: MATTER, ...record }), [subject, words])
  say(second, actBytes("message.acknowledged", { matter: MATTER, of: sent.stamp.header }))
  const list = ["22", "33"].map((byte) => ({
    salt: new Uint8Array(32).fill(3),
    bytes: utf8(JSON.stringify({ matter: byte.repeat(32), replyTo: MATTER, ...record })),
  }))
  const hashes = list.map((one) => recordHash(nodeCrypto, one))
  say(second, utf8(JSON.stringify({ act: "message.sent", software, list: hashes })), [...list, subject, words])
  return world
}
