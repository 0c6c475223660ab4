import { randomBytes } from "node:crypto"
import { openVault, type Vault } from "#desk/vault.ts"
import { entryOf } from "#offices/roll/accession.ts"
import type { PublicAct } from "#offices/roll/acts.ts"
import { publicLineOf } from "#offices/roll/acts.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { utf8 } from "#register/bytes.ts"
import { packBody, type SaltedText, textHash } from "#seal/body.ts"
import { type Addressee, commitment, formatHeader, headerHash, signHeader } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { seal } from "#seal/node/hybrid.ts"
import { signSealingKeys } from "#seal/sealing-keys.ts"
import { publicLine } from "#seal/stamp.ts"
import { formatPosted, type Posted, parseAnswers } from "#seal/wire.ts"

/** A member of a line as an author addresses it. */
export type Reader = Addressee & { recipient: string }

/** Who signs and seals envelopes without a desk, so that what a desk costs is not in the measurement. */
export type Author = {
  readonly name: string
  /** Its own place among the readers of a line. */
  readonly self: Reader
  /** Header hash of its acceptance. */
  readonly acceptance: string
  /** The next envelope on a line, sealed to its members (sorted by name), after all that were made before. */
  envelope(line: string, to: readonly Reader[], act: object, texts?: readonly SaltedText[]): Posted
}

type Parts = { founded: Founded; registry: string; folder: string; name: string }
type Chain = { serial: number; prev: string | null }

/** Joins the office as a delegation: its acceptance and its sealing keys are on the public lines when it settles. */
export async function openAuthor({ founded, registry, folder, name }: Parts): Promise<Author> {
  const vault = openVault(folder)
  const { office, charter } = founded
  const chains = new Map<string, Chain>()
  const envelope: Author["envelope"] = (line, to, act, texts = []) =>
    sealedEnvelope({ vault, office, name, chains }, { line, to, act, texts })
  const enter = async (act: PublicAct) => {
    const line = publicLine(publicLineOf(act.act))
    await post(registry, [envelope(line, [], act)])
    return chains.get(line)?.prev ?? ""
  }
  if (!vault.accession) throw new Error(`the root of ${name} has signed nothing`)
  const acceptance = await enter(entryOf(founded, vault.accession))
  const from = new Date().toISOString().slice(0, 10)
  const { first, recipients } = vault.newIdentities(from)
  const keys = signSealingKeys({ office, delegation: name, first, from, recipients }, vault.desk)
  await enter({ act: "sealing-keys.published", matter: office, keys })
  if (name === charter.secretariat && first !== 1) throw new Error("this delegation has published keys before")
  return { name, acceptance, envelope, self: { name, sealingKey: first, recipient: recipients[0] ?? "" } }
}

type Signing = { vault: Vault; office: string; name: string; chains: Map<string, Chain> }
type Content = { line: string; to: readonly Reader[]; act: object; texts: readonly SaltedText[] }

function sealedEnvelope({ vault, office, name, chains }: Signing, { line, to, act, texts }: Content): Posted {
  const { serial, prev } = chains.get(line) ?? { serial: 0, prev: null }
  const salt = new Uint8Array(randomBytes(32))
  const bytes = utf8(JSON.stringify(act))
  const plain = packBody({ salt, act: bytes, texts })
  const recipients = to.map((r) => r.recipient)
  const body = to.length === 0 ? plain : seal(recipients, plain)
  const named = { office, line, from: name, serial: serial + 1 }
  const header = {
    ...named,
    to: to.length === 0 ? ("*" as const) : to.map(({ name, sealingKey }) => ({ name, sealingKey })),
    prev,
    seen: { place: 0, head: line },
    register: null,
    precedence: "ROUTINE" as const,
    signed: new Date().toISOString(),
    body: { hash: nodeCrypto.sha256(body).toHex(), length: body.length },
    commit: commitment(nodeCrypto, named, salt, bytes),
    nonce: randomBytes(32).toHex(),
  }
  chains.set(line, { serial: serial + 1, prev: headerHash(nodeCrypto, formatHeader(header)) })
  return { header: signHeader(header, vault.desk), body }
}

/** A message with its two texts, as a desk would have written it. */
export function messageAct(body: string): { act: object; texts: SaltedText[] } {
  const texts = ["Power line at km 14", body].map((text) => ({
    salt: new Uint8Array(randomBytes(32)),
    bytes: utf8(text),
  }))
  const [subject, text] = texts.map((t) => textHash(nodeCrypto, t))
  const record = { matter: randomBytes(32).toHex(), language: "en", subject, body: text }
  return { act: { act: "message.sent", software: "0".repeat(64), record }, texts }
}

/** Hands envelopes in, again those that came before the one they follow, and answers their stamps in order. */
export async function post(registry: string, envelopes: readonly Posted[]): Promise<string[]> {
  const stamps = new Map<Posted, string>()
  for (let left = envelopes; left.length > 0; left = envelopes.filter((one) => !stamps.has(one))) {
    const response = await fetch(`${registry}/desk/envelopes`, { method: "POST", body: formatPosted(left) })
    const answers = parseAnswers(new Uint8Array(await response.arrayBuffer()))
    for (const [i, one] of left.entries()) {
      const answer = answers[i] ?? ""
      if (answer.startsWith("iod.stamp/v1\n")) stamps.set(one, answer)
      else if (!answer.includes("\ncode order\n")) throw new Error(`the registry refused: ${answer}`)
    }
  }
  return envelopes.map((one) => stamps.get(one) ?? "")
}
