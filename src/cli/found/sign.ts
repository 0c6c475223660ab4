import { dirname } from "node:path"
import { parseArgs } from "node:util"
import { z } from "zod"
import { accessionForm } from "#offices/roll/accession.ts"
import { signFounding } from "#seal/root-notes.ts"
import { accept, languageOf } from "../root/accepting.ts"
import { charterIn, readJson, signers, writeNew } from "../root/files.ts"
import { aloud, readPublic } from "../root/folder.ts"
import { say } from "../terminal.ts"
import { writeProtocols } from "./protocol.ts"

/** What one founder signs: the charter, the mandate, its first desk key. All of it is public. */
export const founderForm = z.strictObject({
  iod: z.literal("founder/v1"),
  accession: accessionForm,
  founding: z.string().max(20_000),
})
export type Founder = z.infer<typeof founderForm>

/** `iod found sign`: where a founder's root is. */
export async function signCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      charter: { type: "string" },
      folder: { type: "string", default: "root" },
      "passphrase-file": { type: "string" },
      request: { type: "string" },
      language: { type: "string" },
      to: { type: "string" },
      "text-only": { type: "boolean", default: false },
    },
  })
  const founded = charterIn(values.charter)
  const own = readPublic(values.folder)
  const named = founded.charter.delegations.find(({ name }) => name === own.delegation)
  if (named?.root !== own.fingerprint)
    throw new Error("this charter does not name this root: it was drafted with another, or without")
  const language = languageOf(values.language)
  say(founded.charter.mandate?.[language] ?? "")
  say(
    `\nThis, and the charter ${founded.office}, is what ${own.delegation} signs with the root\n${aloud(own.fingerprint)}\n`,
  )
  const request = readJson(values.request, "--request")
  const root = await signers(values, "root")
  const accession = accept(founded, own, { language, names: null, request }, root)
  const founding = signFounding({ office: founded.office, delegation: own.delegation }, root)
  const founder: Founder = { iod: "founder/v1", accession, founding }
  writeNew(values.to, `${JSON.stringify(founder, null, 2)}\n`)
  const pdf = !values["text-only"]
  await writeProtocols({ to: dirname(values.to ?? ""), founded, step: "sign", signed: [accession], pdf })
  say(`${values.to} goes to whoever closes the founding.`)
  return 0
}
