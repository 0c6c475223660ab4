import { readFileSync } from "node:fs"
import { parseArgs } from "node:util"
import type { PublicAct } from "#offices/roll/acts.ts"
import { parseCharter } from "#offices/roll/charter.ts"
import { utf8 } from "#register/bytes.ts"
import { formatNote, parseNote } from "#register/note.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { formatAmendment, signAmendment } from "#seal/root-notes.ts"
import { say } from "../terminal.ts"
import { COMMON, charterIn, signers, writeNew } from "./files.ts"

/**
 * `iod root amend`: one council member's signature under an amended charter; with `--signed`, all of them gathered into
 * the act that brings it.
 */
export async function amendCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      ...COMMON,
      charter: { type: "string" },
      amended: { type: "string" },
      number: { type: "string", default: "1" },
      signed: { type: "string", multiple: true },
    },
  })
  const { office } = charterIn(values.charter)
  if (!values.amended) throw new Error("--amended names the whole charter as it is to be")
  const text = readFileSync(values.amended, "utf8")
  parseCharter(text)
  const amendment = { office, number: Number(values.number), charter: nodeCrypto.sha256(utf8(text)).toHex() }
  if (!values.signed) {
    writeNew(values.to, signAmendment(amendment, [await signers(values, "root")]))
    say(`${values.to} is this council member's signature under amendment ${amendment.number}.`)
    return 0
  }
  const notes = values.signed.map((file) => parseNote(readFileSync(file, "utf8")))
  if (notes.some((note) => note.text !== formatAmendment(amendment)))
    throw new Error("a signature is under another amendment, number or charter")
  const gathered = formatNote({
    text: formatAmendment(amendment),
    signatures: notes.flatMap((note) => note.signatures),
  })
  const act: PublicAct = { act: "charter.amended", matter: office, charter: text, amendment: gathered }
  writeNew(values.to, `${JSON.stringify(act)}\n`)
  say(`${values.to} is a public act with ${notes.length} signatures: any desk enters it (iod desk enter).`)
  return 0
}
