import { createSignatureSync, type RequestDescriptor, verifySignature } from "http-message-sig"
import type { Crypto } from "#register/crypto.ts"
import type { Signer, VerifierKey } from "#register/note.ts"

// RFC 9421. The authority is left out: a desk may reach the registry through a tunnel of its state under another name;
// the office and the desk key already say to whom the request speaks.
const COMPONENTS = ["@method", "@path", "@query", "iod-office"] as const
const MAX_AGE = 300
const SKEW = 300
// Ours have half of it. What the library does with a longer one may take the square of its length.
const MAX_FIELD = 512

/** Header fields that sign the opening of a desk's stream with the desk's Ed25519 key (docs/specs/mail.md). */
export function signRequest(
  request: { method: string; url: string; office: string; delegation: string; now: number },
  signer: Signer,
): Record<string, string> {
  const descriptor: RequestDescriptor = {
    kind: "request",
    method: request.method,
    targetUri: request.url,
    fields: [{ name: "iod-office", value: request.office }],
  }
  const { signature, signatureInput } = createSignatureSync(descriptor, {
    label: "desk",
    components: COMPONENTS,
    parameters: {
      created: Math.floor(request.now / 1000),
      keyid: `${request.delegation}/${signer.key.name}`,
      alg: "ed25519",
    },
    signer: { algorithm: "ed25519", sign: (data) => signer.sign(data) },
  })
  return { "iod-office": request.office, signature, "signature-input": signatureInput }
}

/**
 * Which delegation's desk key signed this request, or undefined. The sender controls every byte; `keyOf` answers the
 * key in force of a delegation.
 */
export async function verifiedDelegation(
  crypto: Crypto,
  request: Request,
  office: string,
  now: number,
  keyOf: (delegation: string, key: string) => VerifierKey | undefined,
): Promise<string | undefined> {
  if (request.headers.get("iod-office") !== office) return undefined
  const fields = [request.headers.get("signature"), request.headers.get("signature-input")]
  if (fields.some((field) => field === null || field.length > MAX_FIELD)) return undefined
  try {
    const { parameters } = await verifySignature(request, {
      label: "desk",
      policy: {
        algorithms: ["ed25519"],
        requiredComponents: COMPONENTS,
        requiredParameters: ["created", "keyid", "alg"],
        maxAge: MAX_AGE,
        clockSkew: SKEW,
        now: Math.floor(now / 1000),
      },
      resolveVerifier({ parameters }) {
        const [delegation = "", name = ""] = String(parameters.keyid).split("/")
        const key = keyOf(delegation, name)
        if (!key) throw new Error("unknown key")
        return {
          algorithm: "ed25519",
          verify: (data, signature) => crypto.verify("ed25519", key.publicKey, data, signature),
        }
      },
    })
    return String(parameters.keyid).split("/")[0]
  } catch {
    return undefined
  }
}
