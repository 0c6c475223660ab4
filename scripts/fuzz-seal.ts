import { type Note, parseNote } from "#register/note.ts"
import { packBody, unpackBody } from "#seal/body.ts"
import {
  certifyDeskKey,
  openDeskKeyCertificate,
  openDeskKeyRevocation,
  revokeDeskKey,
  type SignerPair,
} from "#seal/desk-key.ts"
import { formatHeader, parseSignedHeader, verifyHeader } from "#seal/header.ts"
import { formatLine, parseLine } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { generateSealingIdentity, parseRecipient } from "#seal/node/hybrid.ts"
import { formatRelease, openRelease, signRelease } from "#seal/release.ts"
import { openSealingKeys, signSealingKeys } from "#seal/sealing-keys.ts"
import {
  formatStamp,
  openLineHead,
  openRefusal,
  openStamp,
  REGISTRY_REFUSALS,
  registerEntry,
  signLineHead,
  signRefusal,
} from "#seal/stamp.ts"
import { type Chance, instant, name, registerSize, wholeNumber, words } from "./fuzz-chance.ts"
import {
  certificate,
  crypto,
  deskOf,
  desks,
  header,
  NAMES,
  office,
  publicPair,
  registry,
  roots,
  sealingKeys,
  signedHeader,
  stamped,
} from "./fuzz-office.ts"
import { bytesOf, textOf } from "./fuzz-register.ts"
import { type Parser, same } from "./fuzz-run.ts"

const [root, desk]: readonly (SignerPair | undefined)[] = [roots[1], desks[1]]
if (!root || !desk) throw new Error("the office that is fuzzed has no second delegation")

/** That a form written again from what was read is the text that the note signs. */
function sameText(written: string, input: string): void {
  const whole: Note = parseNote(input)
  same(written.includes("\n\n") ? parseNote(written).text : written, whole.text)
}

const headers: Parser = {
  name: "header",
  make: (chance) => signedHeader(header(chance)),
  async read(input) {
    const signed = parseSignedHeader(nodeCrypto, input)
    same(formatHeader(signed.header), signed.note.text)
    await verifyHeader(crypto, signed, publicPair(deskOf(signed.header.from)))
  },
}

const stamps: Parser = {
  name: "stamp",
  make: (chance) => stamped(chance, header(chance)),
  async read(input) {
    const stamp = await openStamp(crypto, textOf(input), registry.key)
    sameText(formatStamp(stamp), textOf(input))
    registerEntry(nodeCrypto, stamp, formatStamp(stamp))
  },
}

const refusals: Parser = {
  name: "refusal",
  make(chance) {
    const kind = chance.of(["wait", "final"] as const)
    const code = REGISTRY_REFUSALS[chance.below(REGISTRY_REFUSALS.length)] ?? "rate"
    const said = { office, header: chance.id(), kind, code, again: wholeNumber(chance), at: instant(chance) }
    return signRefusal(said, registry)
  },
  async read(input) {
    sameText(signRefusal(await openRefusal(crypto, textOf(input), registry.key), registry), textOf(input))
  },
}

const lineHeads: Parser = {
  name: "line-head",
  make(chance) {
    const at = { place: wholeNumber(chance), head: chance.id(), size: registerSize(chance), at: instant(chance) }
    return signLineHead({ office, line: chance.id(), ...at }, registry)
  },
  async read(input) {
    sameText(signLineHead(await openLineHead(crypto, textOf(input), registry.key), registry), textOf(input))
  },
}

/** Names of members, sorted, each once. */
function members(chance: Chance): string[] {
  return [...new Set(Array.from({ length: 2 + chance.below(chance.once(50) ? 300 : 4) }, () => name(chance)))].sort()
}

const lines: Parser = {
  name: "line",
  make: (chance) =>
    formatLine({
      ...{ office, members: members(chance), purpose: words(chance).replaceAll("\n", " "), nonce: chance.id() },
      follows: chance.once(2) ? null : { line: chance.id(), place: wholeNumber(chance), head: chance.id() },
    }),
  read: (input) => same(formatLine(parseLine(textOf(input))), textOf(input)),
}

const certificates: Parser = {
  name: "certificate",
  make: (chance) => certificate(1, chance.once(2) ? null : name(chance)),
  async read(input) {
    sameText(certifyDeskKey(await openDeskKeyCertificate(crypto, textOf(input), publicPair(root)), root), textOf(input))
  },
}

const revocations: Parser = {
  name: "revocation",
  make: (chance) => revokeDeskKey({ office, delegation: name(chance), key: desk[0].key.name }, chance.of([root, desk])),
  async read(input) {
    const read = await openDeskKeyRevocation(crypto, textOf(input), publicPair(root), publicPair(desk))
    sameText(revokeDeskKey(read, root), textOf(input))
  },
}

const publications: Parser = {
  name: "sealing-keys",
  make: (chance) => sealingKeys(1, wholeNumber(chance), instant(chance).slice(0, 10)),
  async read(input) {
    sameText(signSealingKeys(await openSealingKeys(crypto, textOf(input), publicPair(desk)), desk), textOf(input))
  },
}

const releases: Parser = {
  name: "release",
  make(chance) {
    const to = chance.once(3) ? NAMES.toSorted() : members(chance)
    const said = { kind: name(chance), from: "meridia", to, at: instant(chance), text: chance.id() }
    return signRelease({ office, id: chance.id(), ...said }, desk)
  },
  async read(input) {
    sameText(formatRelease(await openRelease(crypto, textOf(input), publicPair(desk))), textOf(input))
  },
}

const bodies: Parser = {
  name: "body",
  most: (1 << 23) + 1,
  make(chance) {
    const texts = Array.from({ length: chance.below(chance.once(30) ? 60 : 4) }, () => ({
      salt: chance.bytes(32),
      bytes: Buffer.from(words(chance)),
    }))
    return packBody({ salt: chance.bytes(32), act: chance.bytes(chance.below(chance.once(5) ? 5000 : 100)), texts })
  },
  read(input) {
    const bytes = bytesOf(input)
    same(packBody(unpackBody(bytes)), bytes)
  },
}

const someRecipients = Array.from({ length: 4 }, () => generateSealingIdentity().recipient)

const recipients: Parser = {
  name: "recipient",
  make: (chance) => someRecipients[chance.below(someRecipients.length)] ?? "",
  read: (input) => void parseRecipient(textOf(input)),
}

/** The parsers of our own forms. */
export const SEAL_PARSERS: readonly Parser[] = [
  ...[headers, stamps, refusals, lineHeads, lines, certificates, revocations, publications, releases],
  ...[bodies, recipients],
]
