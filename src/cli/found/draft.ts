import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { writeDurably } from "#desk/vault.ts"
import { type CharterText, type Founded, openCharter } from "#offices/roll/charter.ts"
import { parseJson } from "#register/json.ts"
import { formatPolicy, parsePolicy } from "#register/policy.ts"
import { fingerprint, parseKeyPair } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type PublicRoot, publicRootForm } from "../root/folder.ts"
import { say } from "../terminal.ts"
import { writeProtocols } from "./protocol.ts"
import { registryForm, witnessForm } from "./public-files.ts"

/** The charter that the founding document describes, without any key in it. */
const DEFAULT = new URL("../exercise/charter.json", import.meta.url)
const NAMES = {
  en: "International Office of Deconfliction",
  uk: "Міжнародний офіс деконфліктації",
  ru: "Международное бюро деконфликтации",
}
/** Of an office that is none of an exercise: design §5, and two voices for whatever the council says together. */
const REAL = {
  slot: { attended: 900, unattended: 900 },
  slotOfMany: { attended: 3600, unattended: 3600 },
}
const VOICES = 2

/** `iod found draft`: the charter that founders are to sign, from what each of them made public. */
export async function draftCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      from: { type: "string" },
      root: { type: "string", multiple: true, default: [] as string[] },
      registry: { type: "string" },
      witness: { type: "string", multiple: true, default: [] as string[] },
      quorum: { type: "string" },
      exercise: { type: "boolean", default: false },
      to: { type: "string" },
      "text-only": { type: "boolean", default: false },
    },
  })
  const { to } = values
  if (!to || !values.registry)
    throw new Error("--registry names the registry's public file, --to the folder to write to")
  if (existsSync(join(to, "charter.json"))) throw new Error(`there is a charter in ${to} already`)
  const given = values.from === undefined ? defaultCharter(values.exercise) : (readJson(values.from) as CharterText)
  const registry = registryForm.parse(readJson(values.registry))
  const roots = values.root.map((file) => publicRootForm.parse(readJson(file)))
  const witnesses = values.witness.map((one) => witnessOf(one))
  const charter: CharterText = {
    ...withRoots(given, roots),
    ...{ registry: registry.registry, register: registry.register },
    policy: policyOf(given, registry.register.keys, witnesses, values.quorum),
  }
  const text = `${JSON.stringify(charter, null, 2)}\n`
  const founded = openCharter(nodeCrypto, text)
  refuseUnfit(founded)
  mkdirSync(to, { recursive: true })
  writeDurably(join(to, "charter.json"), text)
  await writeProtocols({ to, founded, step: "draft", signed: [], pdf: !values["text-only"] })
  say(
    `${join(to, "charter.json")} is the charter of the office\n${founded.office}\nThe protocols beside it say in three languages what each founder compares before signing.`,
  )
  return 0
}

function defaultCharter(exercise: boolean): CharterText {
  const charter = JSON.parse(readFileSync(DEFAULT, "utf8")) as CharterText
  if (exercise) return charter
  return { ...charter, exercise: false, name: NAMES, council: { k: VOICES }, clocks: { ...charter.clocks, ...REAL } }
}

/** Whoever brought a root founds the office; everybody else has a name reserved and joins later, or never. */
function withRoots(charter: CharterText, roots: readonly PublicRoot[]): CharterText {
  const prints = new Map(
    roots.map(({ delegation, root }) => [delegation, fingerprint(nodeCrypto, parseKeyPair(nodeCrypto, root))]),
  )
  if (prints.size !== roots.length) throw new Error("a delegation brought two roots")
  for (const name of prints.keys())
    if (!charter.delegations.some((one) => one.name === name)) throw new Error(`the charter names no ${name}`)
  return { ...charter, delegations: charter.delegations.map((one) => ({ ...one, root: prints.get(one.name) ?? null })) }
}

type StateWitness = { state: string; keys: readonly string[] }

function witnessOf(text: string): StateWitness {
  const [state = "", file = ""] = text.split("=")
  if (!/^[a-z][a-z0-9-]{1,31}$/.test(state) || file === "") throw new Error("--witness takes STATE=FILE")
  return { state, keys: witnessForm.parse(readJson(file)).keys }
}

/** Each state is all of its keys; the quorum counts states. Parties are never in it, or one could stop the office. */
function policyOf(
  { delegations }: CharterText,
  register: readonly string[],
  witnesses: readonly StateWitness[],
  wanted: string | undefined,
): string {
  const party = witnesses.find(({ state }) => delegations.some((one) => one.name === state && one.kind === "party"))
  if (party) throw new Error(`${party.state} is a party: no party's witness is in the quorum`)
  const n = witnesses.length
  const k = wanted === undefined ? Math.floor(n / 2) + 1 : Number(wanted)
  if (!(Number.isInteger(k) && 2 * k > n && k <= n))
    throw new Error(`--quorum: more than half of ${n} states, and at most all`)
  const lines = register.map((key) => `log ${key}`)
  for (const { state, keys } of witnesses) {
    const names = keys.map((_, i) => `${state}-${i + 1}`)
    lines.push(...keys.map((key, i) => `witness ${names[i]} ${key}`), `group ${state} all ${names.join(" ")}`)
  }
  lines.push(`group states ${k} ${witnesses.map(({ state }) => state).join(" ")}`, "quorum states", "")
  say(`${k} of ${n} states must cosign: that bears ${n - k} dark and ${2 * k - n - 1} lying.`)
  return formatPolicy(parsePolicy(nodeCrypto, lines.join("\n")))
}

/** What no founder should sign: an office that could never do what its charter says. */
function refuseUnfit({ charter }: Founded): void {
  const secretariat = charter.delegations.find(({ name }) => name === charter.secretariat)
  if (!secretariat?.root) throw new Error("the secretariat brought no root: it enters the founding")
  const council = charter.delegations.filter(({ kind, root }) => kind === "council" && root !== null).length
  if (council < charter.council.k)
    throw new Error(`${charter.council.k} council members confirm a root, and only ${council} found this office`)
  if (!charter.mandate) throw new Error("a charter without a mandate cannot be accepted by anybody")
}

function readJson(file: string): unknown {
  return parseJson(readFileSync(file, "utf8"))
}
