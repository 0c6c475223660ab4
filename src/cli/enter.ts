import { hash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { requestFor } from "#desk/restoring/spare.ts"
import { readPairSeeds, writeDurably } from "#desk/vault.ts"
import { publicAct } from "#offices/roll/acts.ts"
import { parseJson } from "#register/json.ts"
import { newPairSeeds } from "#seal/node/keys.ts"
import { callDesk } from "./desk-call.ts"
import { say } from "./terminal.ts"

/** `iod desk enter`: hands a public act that a root signed to a running desk, which enters it. The same file is one act. */
export async function enterCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: { folder: { type: "string", default: "desk" } },
    allowPositionals: true,
  })
  const [file] = positionals
  if (!file) throw new Error("iod desk enter FILE [--folder DIR]")
  const text = readFileSync(file, "utf8")
  const act = publicAct.parse(parseJson(text))
  await callDesk(values.folder)("POST", "/roll", { act, token: hash("sha256", text) })
  say(`${act.act} is on its way.`)
  return 0
}

/** `iod desk new`: a desk's folder with a key of its own, and beside it what the root is asked to certify. */
export async function newDeskCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      folder: { type: "string", default: "desk" },
      delegation: { type: "string" },
      number: { type: "string", default: "1" },
    },
  })
  const { folder, delegation = "", number } = values
  if (!/^[1-9]\d{0,5}$/.test(number)) throw new Error("--number takes the number of the desk key: none is used twice")
  if (!/^[a-z][a-z0-9-]{1,22}$/.test(delegation)) throw new Error("--delegation takes a name as the charter has it")
  if (existsSync(join(folder, "desk.json"))) throw new Error(`there is a desk in ${folder} already`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeDurably(join(folder, "desk.key"), JSON.stringify(newPairSeeds(`${delegation}-desk-${number}`)))
  const request = requestFor(null, delegation, readPairSeeds(join(folder, "desk.key")), null)
  writeDurably(join(folder, "desk-key-request.json"), `${JSON.stringify(request, null, 2)}\n`)
  // Last: a folder with it is a desk's.
  writeDurably(join(folder, "desk.json"), `${JSON.stringify({ delegation })}\n`)
  say(`${join(folder, "desk-key-request.json")} goes to the root (iod root accept). The desk's key stays in ${folder}.`)
  return 0
}
