import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { openArchive } from "#desk/archive.ts"
import { openVault, type Vault } from "#desk/vault.ts"
import { type Roll, sealingKeyFor } from "#offices/roll/roll.ts"
import { utf8 } from "#register/bytes.ts"
import { parseVerifierKey } from "#register/note.ts"
import { packBody, type SaltedText, textHash } from "#seal/body.ts"
import { commitment, formatHeader, type Header, headerHash, signHeader } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { seal } from "#seal/node/hybrid.ts"
import { openRefusal, publicLineNumber } from "#seal/stamp.ts"
import { formatPosted, type Posted, parseAnswers } from "#seal/wire.ts"
import { programFolder } from "../../src/cli/exercise/found.ts"
import type { Office } from "../office.ts"

/** What a dishonest author writes instead of what its desk would. */
export type Forgery = {
  header?: Partial<Header>
  /** The plain body. */
  plain?: Uint8Array
  act?: Uint8Array
  texts?: readonly SaltedText[]
  /** Seals to the recipients in its own way. */
  seal?(recipients: readonly string[], plain: Uint8Array): Uint8Array
  /** Changes the signed note. */
  note?(note: string): string
  /** Sends other bytes than the header names. */
  sent?(body: Uint8Array): Uint8Array
}

export type Composed = Posted & {
  hash: string
  named: Header
  salt: Uint8Array
  act: Uint8Array
  plain: Uint8Array
  matter: string
}

/** A delegation that uses its own keys by hand, past its desk and past every rule. */
export type Author = {
  readonly vault: Vault
  /** Whom a body of this line is sealed to, in the order of the members. */
  recipients(line: string): readonly string[]
  compose(line: string, said: string, forgery?: Forgery): Composed
  /** Hands an envelope to the registry: "stamped", or the code and kind of the refusal. */
  post(composed: Composed): Promise<string>
}

/** Takes the place of a delegation whose desk it closes. Chains go on from that desk's archive. */
export async function openAuthor(office: Office, name: string, roll: () => Roll): Promise<Author> {
  const desk = office.desk(name)
  await office.closeDesk(name)
  const folder = programFolder(office.data, "desk", name)
  const { chains, members } = await whereItStood(folder, name, office.registry.url)
  const vault = openVault(folder)
  const registryKey = parseVerifierKey(nodeCrypto, desk.founded.charter.registry)

  function address(line: string, at: string) {
    if (publicLineNumber(line) !== undefined) return { to: "*" as const, recipients: undefined }
    const keys = (members.get(line) ?? []).map((member) => {
      const key = sealingKeyFor(roll().members[member] ?? fail(`no ${member}`), at) ?? fail(`no key of ${member}`)
      return { name: member, sealingKey: key.number, recipient: key.recipient }
    })
    return {
      to: keys.map(({ name, sealingKey }) => ({ name, sealingKey })),
      recipients: keys.map((key) => key.recipient),
    }
  }

  return {
    vault,
    recipients: (line) => address(line, new Date().toISOString()).recipients ?? [],
    compose(line, said, forgery = {}) {
      const at = new Date().toISOString()
      const matter = randomBytes(32).toHex()
      const message = messageAct(matter, said)
      const { to, recipients } = address(line, at)
      const [act, salt] = [forgery.act ?? message.act, new Uint8Array(randomBytes(32))]
      const plain = forgery.plain ?? packBody({ salt, act, texts: forgery.texts ?? message.texts })
      const body = recipients ? (forgery.seal ?? seal)(recipients, plain) : plain
      const last = chains.get(line)
      const base = { office: roll().office, line, from: name, serial: (last?.serial ?? 0) + 1, ...forgery.header }
      const header: Header = {
        ...{ to, prev: last?.hash ?? null, seen: { place: 0, head: line }, register: null, precedence: "ROUTINE" },
        ...{ signed: at, body: { hash: nodeCrypto.sha256(body).toHex(), length: body.length } },
        ...{ commit: commitment(nodeCrypto, base, salt, act), nonce: randomBytes(32).toHex() },
        ...forgery.header,
        ...base,
      }
      const note = signHeader(header, vault.desk)
      return {
        ...{ header: forgery.note?.(note) ?? note, body: forgery.sent?.(body) ?? body },
        ...{ hash: headerHash(nodeCrypto, formatHeader(header)), named: header, salt, act, plain, matter },
      }
    },
    async post(composed) {
      const response = await fetch(`${office.registry.url}/desk/envelopes`, {
        method: "POST",
        body: formatPosted([composed]),
      })
      const [answer = ""] = parseAnswers(new Uint8Array(await response.arrayBuffer()))
      if (answer.startsWith("iod.stamp/v1\n")) {
        chains.set(composed.named.line, { serial: composed.named.serial, hash: composed.hash })
        return "stamped"
      }
      const { kind, code } = await openRefusal(nodeCrypto, answer, registryKey)
      return `${kind} ${code}`
    },
  }
}

type Chains = Map<string, { serial: number; hash: string }>

/** How far a closed desk's chains went, and who its lines' members are. What it had under way is carried to its end. */
async function whereItStood(folder: string, name: string, registry: string) {
  using archive = await openArchive(join(folder, "desk.sqlite"))
  const { sql } = archive
  const underWay = sql.all`SELECT header, body FROM outbox WHERE state = 'sealed' ORDER BY id`
  const posted = underWay.map((row) => ({ header: String(row.header), body: row.body as Uint8Array }))
  if (posted.length > 0) await fetch(`${registry}/desk/envelopes`, { method: "POST", body: formatPosted(posted) })
  const rows = sql.all`SELECT line, serial, hash FROM envelope WHERE sender = ${name}
    UNION SELECT line, serial, hash FROM outbox WHERE state IN ('sealed', 'stamped') ORDER BY serial`
  const chains: Chains = new Map(
    rows.map((row) => [String(row.line), { serial: Number(row.serial), hash: String(row.hash) }]),
  )
  const lines = sql.all`SELECT id, members FROM line`
  return { chains, members: new Map(lines.map((row) => [String(row.id), String(row.members).split(" ")])) }
}

/** A message as a desk would write it. */
export function messageAct(matter: string, said: string): { act: Uint8Array; texts: SaltedText[] } {
  const texts = [`About ${said}`, said].map((text) => ({ salt: new Uint8Array(randomBytes(32)), bytes: utf8(text) }))
  const [subject, body] = texts.map((text) => textHash(nodeCrypto, text))
  const record = { matter, language: "en", subject, body }
  return { act: utf8(JSON.stringify({ act: "message.sent", software: "0".repeat(64), record })), texts }
}

/** Throws; for what a test takes as given. */
export function fail(message: string): never {
  throw new Error(message)
}
