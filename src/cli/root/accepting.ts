import { parseArgs } from "node:util"
import { requestForm } from "#desk/restoring/spare.ts"
import type { Accession } from "#offices/roll/accession.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { certifyDeskKey, parseKeyPair, type SignerPair } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { mandateHash, type Names, signAcceptance } from "#seal/root-notes.ts"
import { say } from "../terminal.ts"
import { COMMON, charterIn, readJson, signers, writeNew } from "./files.ts"
import { aloud, type PublicRoot, readPublic } from "./folder.ts"

const LANGUAGES = ["en", "uk", "ru"] as const
export type Language = (typeof LANGUAGES)[number]

/** `iod root accept`: the mandate, shown and signed in one language, with the certificate of the first desk key. */
export async function acceptCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      ...COMMON,
      charter: { type: "string" },
      language: { type: "string" },
      request: { type: "string" },
      name: { type: "string", multiple: true, default: [] },
    },
  })
  const founded = charterIn(values.charter)
  const own = readPublic(values.folder)
  const language = languageOf(values.language)
  const names = namesFor(founded, own, values.name)
  say(mandateOf(founded, language))
  say(`\nThis is what is signed, in this language, for ${own.delegation}, with the root\n${aloud(own.fingerprint)}\n`)
  const key = readJson(values.request, "--request")
  const accession = accept(founded, own, { language, names, request: key }, await signers(values, "root"))
  writeNew(values.to, `${JSON.stringify(accession, null, 2)}\n`)
  if (names === null && !founded.charter.delegations.some(({ name }) => name === own.delegation))
    say("This charter does not name the delegation: without --name that is good only for one that stands on the roll.")
  say(`${values.to} goes into the desk's folder as accession.json, or to the secretariat.`)
  return 0
}

export type Accepting = { language: Language; names: Names | null; request: unknown }

/** What a root signs so that its delegation takes part. */
export function accept(founded: Founded, own: PublicRoot, accepting: Accepting, root: SignerPair): Accession {
  const { office } = founded
  const { language, names } = accepting
  const { delegation, next } = own
  const { key, delegation: of } = requestForm.parse(accepting.request)
  if (of !== delegation) throw new Error("the desk key is of another delegation")
  const pair = parseKeyPair(nodeCrypto, key)
  const mandate = mandateHash(nodeCrypto, mandateOf(founded, language))
  return {
    ...{ iod: "accession/v1", delegation, root: [...own.root], language },
    certificate: certifyDeskKey({ office, delegation, key: pair, replaces: null }, root),
    acceptance: signAcceptance({ office, delegation, language, mandate, next, names }, root),
  }
}

/** One of the office's languages; throws where none was chosen. */
export function languageOf(text: string | undefined): Language {
  const language = LANGUAGES.find((one) => one === text)
  if (!language) throw new Error("--language takes en, uk or ru: the mandate is signed in the language that you choose")
  return language
}

function mandateOf({ charter }: Founded, language: Language): string {
  if (!charter.mandate) throw new Error("this charter asks nobody to accept a mandate")
  return charter.mandate[language]
}

/** What a delegation that the charter does not name is called, in three languages: `--name en=… uk=… ru=…`. */
function namesFor({ charter }: Founded, { delegation }: PublicRoot, given: readonly string[]): Names | null {
  // One that the council confirmed before stands on the roll with its names, though not in the first charter.
  if (given.length === 0 || charter.delegations.some(({ name }) => name === delegation)) return null
  const by = new Map(given.map((one) => [one.slice(0, 2), one.slice(3)]))
  const [en, uk, ru] = LANGUAGES.map((language) => by.get(language))
  if (!en || !uk || !ru)
    throw new Error("a delegation has names in three languages: --name en=… --name uk=… --name ru=…")
  return { en, uk, ru }
}
