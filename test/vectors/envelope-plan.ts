import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js"
import { bech32 } from "@scure/base"
import { fromHex, hex, utf8 } from "#register/bytes.ts"
import { formatVerifierKey, type Signer, verifierKey } from "#register/note.ts"
import { certifyDeskKey, fingerprint, type SignerPair } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { recipientOf } from "#seal/node/hybrid.ts"
import { cosignerOf, noteSigner, publicPair } from "#seal/node/keys.ts"

// Who takes part in the vectors, with which keys: everything follows from seeds of 32 equal bytes.

const crypto = nodeCrypto
/** Day of the vectors. */
export const DAY = "2027-01-01"

/** 32 equal bytes in hex. */
export const fill = (byte: number) => byte.toString(16).padStart(2, "0").repeat(32)
export const sha = (bytes: Uint8Array) => hex(crypto.sha256(bytes))
/** An instant, seconds after six in the morning. */
export const at = (second: number) => new Date(Date.parse(`${DAY}T06:00:00.000Z`) + second * 1000).toISOString()

export const SEEDS = {
  registry: fill(0x11),
  register: { ed25519: fill(0x12), mlDsa44: fill(0x13) },
  secretariat: { root: [fill(0x21), fill(0x22)], desk: [fill(0x23), fill(0x24)] },
  meridia: { root: [fill(0x31), fill(0x32)], desk: [fill(0x33), fill(0x34)], desk2: [fill(0x35), fill(0x36)] },
} as const

/** The two signers of a pair; ML-DSA-65 is FIPS 204's deterministic variant, so that the bytes are always the same. */
function pair(name: string, [ed25519 = "", mlDsa65 = ""]: readonly string[]): SignerPair {
  const { publicKey, secretKey } = ml_dsa65.keygen(fromHex(mlDsa65, 32))
  const second: Signer = {
    key: verifierKey(crypto, name, "ml-dsa-65", publicKey),
    sign: (text) => ml_dsa65.sign(text, secretKey, { extraEntropy: false }),
  }
  return [noteSigner(name, "ed25519", ed25519), second]
}

export const registry = noteSigner("registry", "ed25519", SEEDS.registry)
const origin = "vectors.iod.example/2027"
export const registerKeys = [
  noteSigner(origin, "ed25519", SEEDS.register.ed25519).key,
  cosignerOf(origin, SEEDS.register.mlDsa44).key,
].map(formatVerifierKey)
export const roots = {
  secretariat: pair("secretariat-root", SEEDS.secretariat.root),
  meridia: pair("meridia-root", SEEDS.meridia.root),
}
export const desks = {
  secretariat: pair("secretariat-desk-1", SEEDS.secretariat.desk),
  meridia: pair("meridia-desk-1", SEEDS.meridia.desk),
  meridia2: pair("meridia-desk-2", SEEDS.meridia.desk2),
}

/** The sealing identity of a member with a number: its seed is 32 times one byte. */
export function identity(member: "secretariat" | "meridia", number: number): { identity: string; recipient: string } {
  const seed = fromHex(fill((member === "meridia" ? 0x70 : 0x50) + number))
  const text = bech32.encode("age-secret-key-pq-", bech32.toWords(seed), false).toUpperCase()
  return { identity: text, recipient: recipientOf(text) }
}

const inThree = (en: string, uk: string, ru: string) => ({ en, uk, ru })
const delegation = (name: string, kind: string, names: object, root: SignerPair | null) => ({
  ...{ name, kind, names },
  root: root && fingerprint(crypto, publicPair(root)),
})

export const charter = `${JSON.stringify(
  {
    iod: "charter/v1",
    exercise: true,
    name: inThree("Office of the vectors", "Офіс векторів", "Бюро векторов"),
    languages: ["en", "uk", "ru"],
    secretariat: "secretariat",
    delegations: [
      delegation("secretariat", "secretariat", inThree("Secretariat", "Секретаріат", "Секретариат"), roots.secretariat),
      delegation("meridia", "party", inThree("Meridia", "Меридія", "Меридия"), roots.meridia),
      delegation("borealia", "party", inThree("Borealia", "Бореалія", "Бореалия"), null),
    ],
    registry: formatVerifierKey(registry.key),
    register: { origin, keys: registerKeys },
    policy: `log ${registerKeys[0]}\nquorum none\n`,
    rules: 1,
    clocks: {
      slot: { attended: 20, unattended: 900 },
      slotOfMany: { attended: 60, unattended: 3600 },
      acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10800, ROUTINE: 86400 },
      stampBound: 60,
    },
    limits: { body: 4194304, perMinute: 1200, urgentPerMinute: 1200, backlog: 512 },
  },
  null,
  1,
)}\n`
export const office = sha(utf8(charter))

const certify = (who: "secretariat" | "meridia", desk: SignerPair, replaces: string | null) =>
  certifyDeskKey({ office, delegation: who, key: publicPair(desk), replaces }, roots[who])
export const certificates = {
  secretariat: certify("secretariat", desks.secretariat, null),
  meridia: certify("meridia", desks.meridia, null),
  meridia2: certify("meridia", desks.meridia2, "meridia-desk-1"),
}
