import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"

/**
 * An authenticator as a test holds it in its hand: WebAuthn Level 3 §6, ES256, no attestation. What it signs, and for
 * which page, the test says; so it can also sign what no browser would.
 */
export type Authenticator = {
  /** Answers a registration's options from a page of `origin`. */
  make(options: { challenge: string; user: { id: string } }, at: Page): object
  /** Answers a sign-in's options. */
  use(options: { challenge: string }, at: Page): object
}

/** The page that asks; `verified` is whether the authenticator made sure who holds it. */
export type Page = { origin: string; rpId: string; verified?: boolean }

/** A new one with one key pair. */
export function newAuthenticator(): Authenticator {
  const id = randomBytes(32)
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  let owner = ""
  let counter = 0
  const credential = { id: id.toString("base64url"), rawId: id.toString("base64url"), type: "public-key" }
  return {
    make({ challenge, user }, at) {
      owner = user.id
      const attested = Buffer.concat([Buffer.alloc(16), u16(id.length), id, coseKey(publicKey)])
      const authData = Buffer.concat([authenticatorData(at, 0x40, counter), attested])
      const attestation = cborMap([
        ["fmt", cborText("none")],
        ["attStmt", cborMap([])],
        ["authData", cborBytes(authData)],
      ])
      const clientDataJSON = clientData("webauthn.create", challenge, at)
      const response = { clientDataJSON, attestationObject: attestation.toString("base64url"), transports: ["usb"] }
      return { ...credential, response, clientExtensionResults: {} }
    },
    use({ challenge }, at) {
      const [clientDataJSON, data] = [clientData("webauthn.get", challenge, at), authenticatorData(at, 0, ++counter)]
      const signed = Buffer.concat([data, sha256(Buffer.from(clientDataJSON, "base64url"))])
      const signature = sign("sha256", signed, privateKey).toString("base64url")
      const response = { clientDataJSON, authenticatorData: data.toString("base64url"), signature, userHandle: owner }
      return { ...credential, response, clientExtensionResults: {} }
    },
  }
}

function clientData(type: string, challenge: string, { origin }: Page): string {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })).toString("base64url")
}

/** §6.1: hash of the relying party's id, flags (present, verified), counter. */
function authenticatorData({ rpId, verified = true }: Page, flags: number, counter: number): Buffer {
  const count = Buffer.alloc(4)
  count.writeUInt32BE(counter)
  return Buffer.concat([sha256(Buffer.from(rpId)), Buffer.from([flags | 0x01 | (verified ? 0x04 : 0)]), count])
}

/** RFC 9053 §7.1: an EC2 key on P-256 for ES256. */
function coseKey(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" })
  const [a, b] = [Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]
  const head = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21])
  return Buffer.concat([head, cborBytes(a), Buffer.from([0x22]), cborBytes(b)])
}

// RFC 8949, as much as an attestation object needs.
function cborHead(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length])
  if (length < 256) return Buffer.from([(major << 5) | 24, length])
  return Buffer.concat([Buffer.from([(major << 5) | 25]), u16(length)])
}

function cborBytes(bytes: Uint8Array): Buffer {
  return Buffer.concat([cborHead(2, bytes.length), bytes])
}

function cborText(text: string): Buffer {
  return Buffer.concat([cborHead(3, text.length), Buffer.from(text)])
}

function cborMap(entries: readonly (readonly [string, Buffer])[]): Buffer {
  return Buffer.concat([cborHead(5, entries.length), ...entries.flatMap(([name, value]) => [cborText(name), value])])
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest()
}
