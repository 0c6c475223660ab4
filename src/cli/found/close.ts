import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { ACCESSION, writeDurably } from "#desk/vault.ts"
import type { Accession } from "#offices/roll/accession.ts"
import type { PublicAct } from "#offices/roll/acts.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { emptyRoll, enterPublicAct, type Roll } from "#offices/roll/roll.ts"
import { parseJson } from "#register/json.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { charterIn } from "../root/files.ts"
import { say } from "../terminal.ts"
import { writeProtocols } from "./protocol.ts"
import { type Founder, founderForm } from "./sign.ts"

/** `iod found close`: gathers what founders signed, and writes what registry, witnesses and desks need. */
export async function closeCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      charter: { type: "string" },
      signed: { type: "string", multiple: true, default: [] as string[] },
      to: { type: "string" },
      "text-only": { type: "boolean", default: false },
    },
  })
  const { to } = values
  if (!to) throw new Error("--to names the folder to write to")
  if (existsSync(to)) throw new Error(`${to} is there already: --to names a new folder`)
  const founded = charterIn(values.charter)
  const signed = values.signed.map((file) => founderForm.parse(parseJson(readFileSync(file, "utf8"))))
  const accessions = withFounders(founded, signed)
  await refuseUnlessItHolds(founded, accessions)
  for (const [name, accession] of accessions) {
    mkdirSync(join(to, "desk", name), { recursive: true })
    writeDurably(join(to, "desk", name, ACCESSION), `${JSON.stringify(accession)}\n`)
    writeDurably(join(to, "desk", name, "charter.json"), founded.text)
  }
  await writeProtocols({ to, founded, step: "close", signed: [...accessions.values()], pdf: !values["text-only"] })
  // Last: a folder with it is a founding that was closed.
  writeDurably(join(to, "charter.json"), founded.text)
  say(`The office ${founded.office} is founded by ${accessions.size} delegations.`)
  say(
    `charter.json goes into the folders of the registry and of each witness, ${join(to, "desk")}/NAME into that of each desk.`,
  )
  return 0
}

/** The acceptance of each; the secretariat's carries every founder's signature, because its desk enters the founding. */
function withFounders({ charter }: Founded, signed: readonly Founder[]): Map<string, Accession> {
  const by = new Map(signed.map((one) => [one.accession.delegation, one]))
  if (by.size !== signed.length) throw new Error("a founder signed twice: name one of the files")
  const missing = charter.delegations.filter(({ name, root }) => root !== null && !by.has(name)).map(({ name }) => name)
  if (missing.length > 0) throw new Error(`these founders have not signed: ${missing.join(", ")}`)
  const founders = signed.map(({ accession: { delegation, root }, founding }) => ({
    delegation,
    root,
    signature: founding,
  }))
  return new Map(
    signed.map(({ accession }) => [
      accession.delegation,
      accession.delegation === charter.secretariat ? { ...accession, founders } : accession,
    ]),
  )
}

/** Folds the founding as registry and every desk will: what they would refuse is refused here, by name. */
async function refuseUnlessItHolds(founded: Founded, accessions: ReadonlyMap<string, Accession>): Promise<void> {
  const { office: matter, charter, text } = founded
  let roll: Roll = emptyRoll(founded)
  const order = [charter.secretariat, ...[...accessions.keys()].filter((name) => name !== charter.secretariat)]
  for (const [index, delegation] of order.entries()) {
    const accession = accessions.get(delegation)
    if (!accession) throw new Error("the secretariat has not signed")
    const { root, certificate, acceptance, language, founders } = accession
    const words = { matter, root, certificate, acceptance }
    const act: PublicAct =
      founders === undefined
        ? { act: "mandate.accepted", delegation, language, ...words }
        : { act: "charter.founded", charter: text, founders, ...words }
    const entry = { by: delegation, at: "2000-01-01T00:00:00.000Z", index, line: 0, header: matter }
    const next = await enterPublicAct(nodeCrypto, roll, act, entry).catch((cause: unknown) => {
      throw new Error(`what ${delegation} signed does not verify`, { cause })
    })
    if ("refused" in next) throw new Error(`what ${delegation} signed does not hold: ${next.refused}`)
    if (next.members[delegation]?.state !== "confirmed")
      throw new Error(`the charter does not name the root of ${delegation}`)
    roll = next
  }
}
