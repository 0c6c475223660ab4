import type { z } from "zod"
import { type charterSchema, type Founded, openCharter } from "#offices/roll/charter.ts"
import { emptyRoll, enterPublicAct, type Roll } from "#offices/roll/roll.ts"
import { utf8 } from "#register/bytes.ts"
import { formatCheckpoint } from "#register/checkpoint.ts"
import { cosign } from "#register/cosignature.ts"
import type { Crypto } from "#register/crypto.ts"
import {
  formatNote,
  formatVerifierKey,
  type KeyType,
  type NoteSignature,
  type Signer,
  type VerifierKey,
  verifierKey,
} from "#register/note.ts"
import { parsePolicy } from "#register/policy.ts"
import type { TreeHead } from "#register/tree.ts"
import { certifyDeskKey, fingerprint, formatKeyPair, keyPair, type SignerPair } from "#seal/desk-key.ts"
import { type Addressee, commitment, formatHeader, type Header, PRECEDENCES, signHeader } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { SEALING_KEYS, signSealingKeys } from "#seal/sealing-keys.ts"
import { publicLine, type Stamp, signStamp } from "#seal/stamp.ts"
import { type Chance, instant, registerSize, wholeNumber } from "./fuzz-chance.ts"

/**
 * A fictional office whose signatures cost nothing, so that inputs reach what stands behind a signature: whoever fuzzes
 * takes the place of everyone who can sign. A signature is right unless its first byte is 0xff.
 */
export const crypto: Crypto = {
  sha256: nodeCrypto.sha256,
  isRecipient: (text) => /^age1pq1[0-9a-z]+$/.test(text),
  verify: async (_algorithm, _key, _message, signature) => signature[0] !== 0xff,
}

const LENGTHS: Record<KeyType, number> = {
  ed25519: 32,
  "ed25519-cosignature": 32,
  "ml-dsa-44-cosignature": 1312,
  "ml-dsa-65": 1952,
}
let keys = 0

function key(name: string, type: KeyType): VerifierKey {
  return verifierKey(nodeCrypto, name, type, new Uint8Array(LENGTHS[type]).fill(++keys))
}

const signer = (of: VerifierKey, length = 8): Signer => ({ key: of, sign: () => new Uint8Array(length) })
const pair = (name: string): SignerPair => [signer(key(name, "ed25519")), signer(key(name, "ml-dsa-65"))]

export const publicPair = ([ed25519, mlDsa65]: SignerPair) => keyPair(ed25519.key, mlDsa65.key)

/** Who takes part; the first is the secretariat. */
export const NAMES = ["secretariat", "meridia", "borealia"] as const
export const roots = NAMES.map((name) => pair(`${name}-root`))
export const desks = NAMES.map((name) => pair(`${name}-desk-1`))
export const registry = signer(key("registry", "ed25519"))

const ORIGIN = "fuzz.iod.example/2027"
const register = [signer(key(ORIGIN, "ed25519"), 64), signer(key(ORIGIN, "ml-dsa-44-cosignature"), 2420)] as const
export const log = { origin: ORIGIN, keys: register.map((one) => one.key) }
const witnesses = ["austria", "ireland", "singapore"].flatMap((state) =>
  (["ed25519-cosignature", "ml-dsa-44-cosignature"] as const).map((type) => key(`${state}.witness.example`, type)),
)
const policyText = [
  ...log.keys.map((one) => `log ${formatVerifierKey(one)}`),
  ...witnesses.map((one, i) => `witness w${i} ${formatVerifierKey(one)}`),
  "group austria all w0 w1",
  "group ireland all w2 w3",
  "group singapore all w4 w5",
  "group states 2 austria ireland singapore",
  "quorum states",
  "",
].join("\n")
export const policy = parsePolicy(nodeCrypto, policyText)

const three = (word: string) => ({ en: word, uk: word, ru: word })
const charter: z.input<typeof charterSchema> = {
  iod: "charter/v1",
  exercise: true,
  name: three("An office that is fuzzed"),
  languages: ["en", "uk", "ru"],
  secretariat: NAMES[0],
  delegations: NAMES.map((name, i) => {
    const root = fingerprint(nodeCrypto, publicPair(roots[i] ?? desks[0] ?? pair("nobody")))
    return { name, kind: i === 0 ? "secretariat" : "party", names: three(name), root }
  }),
  registry: formatVerifierKey(registry.key),
  register: { origin: ORIGIN, keys: log.keys.map(formatVerifierKey) },
  policy: policyText,
  rules: 1,
  clocks: {
    slot: { attended: 20, unattended: 900 },
    slotOfMany: { attended: 60, unattended: 3600 },
    acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
    stampBound: 60,
  },
  limits: { body: 4_194_304, perMinute: 1200, urgentPerMinute: 1200, backlog: 512 },
}
export const founded: Founded = openCharter(nodeCrypto, `${JSON.stringify(charter, null, 1)}\n`)
export const { office } = founded

/** The certificate of a delegation's first desk key. */
export function certificate(who: number, replaces: string | null = null): string {
  const [root = pair("root"), desk = pair("desk")] = [roots[who], desks[who]]
  return certifyDeskKey({ office, delegation: NAMES[who] ?? "nobody", key: publicPair(desk), replaces }, root)
}

/** Fourteen sealing keys of a delegation. */
export function sealingKeys(who: number, first = 1, from = "2027-01-01"): string {
  const recipients = Array.from({ length: SEALING_KEYS }, (_, i) => `age1pq1${String.fromCharCode(97 + i).repeat(64)}`)
  return signSealingKeys(
    { office, delegation: NAMES[who] ?? "nobody", first, from, recipients },
    desks[who] ?? pair("d"),
  )
}

/** The acts by which all three of them joined, in their order, with the line of each. */
export const joining = NAMES.flatMap((name, who) => {
  const root = formatKeyPair(publicPair(roots[who] ?? pair("root")))
  const common = { matter: office, root, certificate: certificate(who) }
  const joined =
    who === 0
      ? ({ act: "charter.founded", charter: founded.text, ...common } as const)
      : ({ act: "mandate.accepted", delegation: name, language: "en", ...common } as const)
  const published = { act: "sealing-keys.published", matter: office, keys: sealingKeys(who) } as const
  return [
    { by: name, line: 0, act: joined },
    { by: name, line: 1, act: published },
  ]
})

/** The roll after everybody joined. */
export const roll: Roll = await joinAll()

async function joinAll(): Promise<Roll> {
  let now = emptyRoll(founded)
  for (const [index, { by, line, act }] of joining.entries()) {
    const next = await enterPublicAct(crypto, now, act, {
      by,
      line,
      index,
      at: "2026-11-23T00:00:00.000Z",
      header: nodeCrypto.sha256(utf8(by)).toHex(),
    })
    if ("refused" in next) throw new Error(`the office that is fuzzed cannot be founded: ${next.refused}`)
    now = next
  }
  return now
}

/** A header of ours, with what is given in it. */
export function header(chance: Chance, given: Partial<Header> = {}): Header {
  const serial = 1 + (chance.once(2) ? 0 : wholeNumber(chance) % Number.MAX_SAFE_INTEGER)
  const to = chance.once(4) ? "*" : addressees(chance)
  return {
    office,
    line: to === "*" ? publicLine(chance.below(chance.of([2, 256]))) : chance.id(),
    from: chance.of(NAMES),
    to,
    serial,
    prev: serial === 1 ? null : chance.id(),
    seen: { place: wholeNumber(chance), head: chance.id() },
    register: chance.once(2) ? null : { size: registerSize(chance), root: chance.id() },
    precedence: chance.of(PRECEDENCES),
    signed: instant(chance),
    body: { hash: chance.id(), length: wholeNumber(chance) },
    commit: chance.id(),
    nonce: chance.id(),
    ...given,
  }
}

function addressees(chance: Chance): Addressee[] {
  const names = chance.once(3) ? NAMES : NAMES.slice(0, 2)
  return names.map((name) => ({ name, sealingKey: 1 + chance.below(14) })).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The desk key of a delegation, and for a name that nobody has somebody's. */
export function deskOf(delegation: string): SignerPair {
  const names: readonly string[] = NAMES
  return desks[names.indexOf(delegation)] ?? desks[0] ?? pair("nobody")
}

/** A header's note, signed by its author's desk key. */
export function signedHeader(of: Header): string {
  return signHeader(of, deskOf(of.from))
}

/** The header's commitment to an act under a salt. */
export function committed(of: Header, salt: Uint8Array, act: Uint8Array): Header {
  return { ...of, commit: commitment(crypto, of, salt, act) }
}

/** The registry's stamp on a header, with what is given in it. */
export function stamped(chance: Chance, of: Header, given: Partial<Stamp> = {}): string {
  const stamp: Stamp = {
    ...{ office, header: nodeCrypto.sha256(utf8(formatHeader(of))).toHex(), line: of.line },
    ...{ place: 1 + chance.below(50), head: chance.id(), roll: { place: chance.below(9), head: chance.id() } },
    ...{ index: registerSize(chance), at: `2027-01-0${1 + chance.below(9)}T00:00:00.000Z`, ...given },
  }
  return signStamp(stamp, registry)
}

/** A checkpoint of the register that both of its keys signed and some witnesses cosigned. */
export function checkpoint(chance: Chance, size: bigint, root: Uint8Array): string {
  const time = BigInt(chance.of([0, 1, 1_800_000_000, 1_800_000_000, 1_800_000_000, 2 ** 50]))
  return cosigned({ size, root }, time, () => !chance.once(5))
}

/** A checkpoint that was cosigned at `time` by those witnesses that are `there`. */
export function cosigned({ size, root }: TreeHead, time: bigint, there: () => boolean = () => true): string {
  const text = formatCheckpoint({ origin: ORIGIN, size, root })
  const own: NoteSignature[] = [
    { name: ORIGIN, id: register[0].key.id, signature: register[0].sign(utf8(text)) },
    cosign(register[1].key, register[1].sign, text, time),
  ]
  const lines = witnesses
    .filter(there)
    .map((one) => cosign(one, () => new Uint8Array(one.type === "ed25519-cosignature" ? 64 : 2420), text, time))
  return formatNote({ text, signatures: [...own, ...lines] })
}
