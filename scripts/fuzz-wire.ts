import { openCheckpoint } from "#register/log.ts"
import { formatNote } from "#register/note.ts"
import { emptyRoot } from "#register/tree.ts"
import { admit, rollAfter, sealingKeysValid } from "#registry/admission.ts"
import { openStamped } from "#registry/restored-envelope.ts"
import { packBody } from "#seal/body.ts"
import type { Header } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { open } from "#seal/node/hybrid.ts"
import { signRequest, verifiedDelegation } from "#seal/node/request.ts"
import { openLineHead, openRefusal, openStamp, publicLine, signLineHead } from "#seal/stamp.ts"
import {
  type Frame,
  formatAnswers,
  formatFrame,
  formatPosted,
  frameReader,
  parseAnswers,
  parsePosted,
} from "#seal/wire.ts"
import { processAddCheckpoint, type Witness } from "#witness/add-checkpoint.ts"
import { openStore } from "#witness/store.ts"
import { act } from "./fuzz-acts.ts"
import { type Chance, instant, registerSize, wholeNumber } from "./fuzz-chance.ts"
import { joined } from "./fuzz-change.ts"
import {
  checkpoint,
  committed,
  crypto,
  deskOf,
  founded,
  header,
  joining,
  log,
  NAMES,
  office,
  registry,
  roll,
  signedHeader,
  stamped,
} from "./fuzz-office.ts"
import { bytesOf, goodProofs, textOf, tree } from "./fuzz-register.ts"
import { type Parser, REFUSED, same } from "./fuzz-run.ts"
import { perhapsSpoilt, sealed } from "./fuzz-sealed.ts"

const sha = (bytes: Uint8Array) => nodeCrypto.sha256(bytes).toHex()

const ageFiles: Parser = {
  name: "age-file",
  most: 1 << 23,
  make: (chance) => perhapsSpoilt(chance, chance.bytes(chance.once(20) ? 65_535 + chance.below(3) : chance.below(300))),
  read(input) {
    const [first, second] = sealed.identities
    if (!first || !second) throw new Error("there are two identities")
    const opened = open({ identity: first, place: 0, count: 2 }, bytesOf(input))
    same(open({ identity: second, place: 1, count: 2 }, bytesOf(input)), opened)
  },
}

/** An envelope of the office: a public act under its header, or a sealed one. */
export function envelope(chance: Chance): { header: Header; note: string; body: Uint8Array } {
  const salt = chance.bytes(32)
  const real = joining[chance.below(joining.length)]
  if (real && chance.once(2)) {
    const bytes = chance.once(5) ? chance.bytes(100) : Buffer.from(JSON.stringify(real.act))
    const body = packBody({ salt, act: bytes, texts: [] })
    const given = { from: real.by, to: "*", line: publicLine(real.line) } as const
    return withBody(committed(header(chance, given), salt, bytes), body)
  }
  const { act: text, texts } = act(chance)
  const bytes = Buffer.from(text)
  if (bytes.length > 1 << 16) return envelope(chance)
  const to = NAMES.slice(0, 2).map((name) => ({ name, sealingKey: 1 }))
  const given = { from: chance.of(["secretariat", "meridia"]), to: to.sort((a, b) => (a.name < b.name ? -1 : 1)) }
  const packed = packBody({ salt, act: bytes, texts: chance.once(20) ? [] : texts })
  return withBody(
    committed(header(chance, { ...given, line: chance.id() }), salt, bytes),
    perhapsSpoilt(chance, packed),
  )
}

function withBody(of: Header, body: Uint8Array) {
  const whole = { ...of, body: { hash: sha(body), length: body.length } }
  return { header: whole, note: signedHeader(whole), body }
}

function frame(chance: Chance): Frame {
  const kind = chance.below(8)
  if (kind === 0) return { kind: "quiet" }
  if (kind === 1) return { kind: "checkpoint", note: checkpoint(chance, registerSize(chance), chance.bytes(32)) }
  if (kind === 2) {
    const at = { place: wholeNumber(chance), head: chance.id(), size: registerSize(chance), at: instant(chance) }
    return { kind: "line-head", note: signLineHead({ office, line: chance.id(), ...at }, registry) }
  }
  const { header: of, note, body } = envelope(chance)
  return { kind: "envelope", header: note, stamp: stamped(chance, of), body: chance.once(6) ? null : body }
}

const frames: Parser = {
  name: "frames",
  most: 16 << 20,
  make: (chance) => joined(...Array.from({ length: 1 + chance.below(4) }, () => formatFrame(frame(chance)))),
  async read(input) {
    const bytes = bytesOf(input)
    const read = frameReader()
    const all: Frame[] = []
    // As the network cuts them: in one piece, in large ones, and byte by byte.
    const piece = [bytes.length + 1, 1460, 65_536, bytes.length < 1 << 18 ? 1 : 400][bytes.length % 4] ?? 1
    for (let at = 0; at < bytes.length; at += piece) all.push(...read(bytes.subarray(at, at + piece)))
    const written = joined(...all.map(formatFrame))
    same(written, bytes.subarray(0, written.length))
    for (const one of all) {
      if (one.kind === "checkpoint") await openCheckpoint(crypto, one.note, log)
      if (one.kind === "line-head") await openLineHead(crypto, one.note, registry.key)
      if (one.kind === "envelope") await openStamped(crypto, office, registry.key, one)
    }
  },
}

const posted: Parser = {
  name: "posted",
  most: founded.charter.limits.body * 4,
  make: (chance) =>
    formatPosted(
      Array.from({ length: 1 + chance.below(chance.once(50) ? 70 : 3) }, () => {
        const { note, body } = envelope(chance)
        return { header: note, body }
      }),
    ),
  async read(input) {
    const all = parsePosted(bytesOf(input))
    same(formatPosted(all), bytesOf(input))
    let taken: unknown = REFUSED
    for (const one of all) {
      const admitted = await admit(crypto, roll, one)
      if ("refused" in admitted) continue
      if (admitted.header.to === "*")
        await rollAfter(crypto, roll, admitted, { index: 1000, at: "2026-11-23T00:00:00.000Z" })
      sealingKeysValid(roll, admitted, "2027-01-01T06:00:00.000Z")
      taken = admitted
    }
    return taken
  },
}

const answers: Parser = {
  name: "answers",
  most: 1 << 22,
  make: (chance) => formatAnswers(Array.from({ length: chance.below(4) }, () => stamped(chance, header(chance)))),
  async read(input) {
    const all = parseAnswers(bytesOf(input))
    same(formatAnswers(all), bytesOf(input))
    for (const one of all)
      await (one.startsWith("iod.stamp/v1\n")
        ? openStamp(crypto, one, registry.key)
        : openRefusal(crypto, one, registry.key))
  },
}

const PRINTABLE = /^[\t\x20-\x7e\x80-\xff]*$/
const NOW = Date.parse("2027-01-01T06:00:00.000Z")

/** The path with its query, then the three fields that sign the opening of a desk's mail. */
const requests: Parser = {
  name: "request-signature",
  // Node's own bound on the head of a request.
  most: 16_384,
  make(chance) {
    const url = `http://registry/desk/mail?after=${registerSize(chance)}`
    const now = NOW + (chance.below(5) - 2) * 200_000
    const signed = signRequest({ method: "GET", url, office, delegation: chance.of(NAMES), now }, deskOf("meridia")[0])
    const fields = ["iod-office", "signature", "signature-input"].map((name) => signed[name] ?? "")
    return [url.slice("http://registry".length), ...fields].join("\n")
  },
  async read(input) {
    const [path = "", ...fields] = Buffer.from(bytesOf(input)).toString("latin1").split("\n")
    // What Node's own parser of HTTP lets through, and the door's own look at the path.
    if (!/^\/(desk|public)\/mail\?[\x21-\x7e]*$/.test(path) || !fields.every((field) => PRINTABLE.test(field)))
      return REFUSED
    const names = ["iod-office", "signature", "signature-input"] as const
    const headers = new Headers()
    for (const [i, name] of names.entries()) headers.set(name, fields[i] ?? "")
    const request = new Request(new URL(path, "http://registry"), { headers })
    const who = await verifiedDelegation(crypto, request, office, NOW, (delegation, key) => {
      const pair = deskOf(delegation)
      return pair[0].key.name === key ? pair[0].key : undefined
    })
    return who ?? REFUSED
  },
}

const store = openStore(":memory:", { create: true })
const witness: Witness = {
  ...{ crypto, store, logs: new Map([[log.origin, log]]), clock: { now: () => NOW } },
  cosigners: [],
  accuse: () => undefined,
}
/** Every size from which a good proof leads to the tree. */
const growths = goodProofs.filter(({ start }) => start === 0n)

const addCheckpoints: Parser = {
  name: "add-checkpoint",
  most: 64 * 1024,
  make(chance) {
    const good = chance.once(3) ? undefined : growths[chance.below(growths.length)]
    const head = good ? tree : { size: registerSize(chance), root: chance.bytes(32) }
    const hashes =
      good?.hashes ?? Array.from({ length: chance.below(chance.once(10) ? 70 : 5) }, () => chance.bytes(32))
    const note = checkpoint(chance, head.size, head.root)
    return `old ${good?.end ?? wholeNumber(chance)}\n${hashes.map((hash) => `${hash.toBase64()}\n`).join("")}\n${note}`
  },
  async read(input) {
    // The witness stands where the request says, where a proof leads on from there, and else at the empty tree.
    const old = /^old (\d+)\n/.exec(textOf(input))?.[1]
    const from = growths.find(({ end }) => String(end) === old)
    const root = from?.part ?? emptyRoot(nodeCrypto)
    const note = formatNote({ text: "x\n", signatures: [] })
    store.compareAndStore(log.origin, () => ({ next: { size: from?.end ?? 0n, root, note }, verdict: 0 }))
    const answer = await processAddCheckpoint(witness, bytesOf(input))
    return "refused" in answer ? REFUSED : answer
  },
  documented: () => false,
}

/** The parsers of what travels between programs. */
export const WIRE_PARSERS: readonly Parser[] = [ageFiles, frames, posted, answers, requests, addCheckpoints]
