import assert from "node:assert/strict"
import { globSync, readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { IntlMessageFormat } from "intl-messageformat"
import { AUDITED } from "#desk/officers/routes.ts"
import { REFUSALS } from "#offices/act.ts"
import { rules } from "#offices/index.ts"
import { CALLS } from "#offices/joins/alarms.ts"
import { ALERT_FAULTS, CHANNELS } from "#offices/joins/alert.ts"
import { OUTCOMES } from "#offices/joins/board.ts"
import { EXPERTISE } from "#offices/joins/duty.ts"
import { RUNGS } from "#offices/joins/ladder.ts"
import { SEATS } from "#offices/joins/notices.ts"
import { concerns } from "#offices/joins/roll.ts"
import { WATCH_KINDS, WATCH_WHATS } from "#offices/joins/watch-items.ts"
import { PURPOSES, READ_BACKS } from "#offices/lines/call.ts"
import { RESULTS } from "#offices/lines/check.ts"
import { OBJECTIONS } from "#offices/lines/receipts.ts"
import { TRANSLATIONS } from "#offices/lines/translation.ts"
import { RELEASE_FAULTS } from "#offices/release.ts"
import { ROLES } from "#offices/roles.ts"
import { DEFECTS, type PublicAct, publicAct } from "#offices/roll/acts.ts"
import { PARTICIPATION } from "#offices/roll/member.ts"
import { PRECEDENCES } from "#seal/header.ts"
import { REGISTRY_REFUSALS } from "#seal/stamp.ts"

const TEMPLATES = ["note-verbale", "notify", "ask", "holding", "correct", "outage"]
const SRC = fileURLToPath(new URL("..", import.meta.url))
const LANGUAGES = ["en", "uk", "ru"] as const
type Catalogue = Record<string, string>

const files = readdirSync(`${SRC}/words/en`).sort()
const read = (language: string, file: string): Catalogue =>
  JSON.parse(readFileSync(`${SRC}/words/${language}/${file}`, "utf8"))
const all = (language: string): Catalogue =>
  Object.assign({}, ...files.map((file) => read(language, file))) as Catalogue

const sources = globSync("**/*.{ts,tsx}", { cwd: SRC })
  .filter((file) => !file.endsWith(".test.ts"))
  .map((file) => ({ file, text: readFileSync(`${SRC}/${file}`, "utf8") }))

/** Argument names of a message, in plural branches too. */
function argumentsOf(message: string): string[] {
  const names = new Set<string>()
  const walk = (parts: unknown): void => {
    for (const part of Array.isArray(parts) ? parts : []) {
      // 0 is literal text, 7 the number of a plural; all other elements name an argument.
      if (part.type !== 0 && part.type !== 7) names.add(part.value)
      for (const branch of Object.values(part.options ?? {})) walk((branch as { value: unknown }).value)
    }
  }
  walk(new IntlMessageFormat(message, "en").getAst())
  return [...names].sort()
}

/** Strings of a union type or a list of codes between two marks of a source. */
function codesIn(file: string, from: RegExp, to: RegExp): string[] {
  const text = readFileSync(`${SRC}/${file}`, "utf8")
  const rest = text.slice(text.search(from))
  const part = rest.slice(0, rest.search(to))
  return [...part.matchAll(/"([a-z][a-z.-]*)"/g)].flatMap((m) => m[1] ?? [])
}

/** Codes that a pattern finds in the sources of a folder. */
function codesBy(folder: string, pattern: RegExp): string[] {
  const found = sources
    .filter(({ file }) => file.startsWith(folder))
    .flatMap(({ text }) => [...text.matchAll(pattern)].flatMap((m) => m[1] ?? []))
  assert.ok(found.length > 0, `${pattern} finds nothing in ${folder}`)
  return found
}

const REFUSED = [
  ...REFUSALS,
  ...RELEASE_FAULTS,
  ...REGISTRY_REFUSALS,
  ...codesIn("desk/door.ts", /export type DoorRefusal/, /\n}/),
  ...codesIn("desk/fold.ts", /export type NotTaken/, /\n\n/),
  ...codesIn("desk/courier/taking.ts", /export type TakingRefusal/, /\n}/),
  ...codesBy("desk/", /(?:error|refused): "([a-z][a-z.-]*)"/g),
  ...codesBy("offices/joins/duty.ts", /(?:error|refused): "([a-z][a-z.-]*)"/g),
  ...codesBy("paper/", /(?:error|refused): "([a-z][a-z.-]*)"/g),
]
const FAULTS = [
  ...RELEASE_FAULTS,
  ...codesIn("register/error.ts", /export type VerificationCode/, /\n\n/),
  ...codesIn("desk/arrival.ts", /export type AuthorFault/, /\n\n/),
  ...codesBy("desk/", /(?:RegistryFault|againstRegistry|againstAuthor|convict)\(\s*"([a-z][a-z.-]*)"/g),
  ...codesBy("desk/order.ts", /, "([a-z][a-z-]*)"\],/g),
]
const ACTS = [...rules.values()].flatMap((version) => [...version.keys()])

/** Whether an act can stand in the name of a delegation whose desk did not make it. */
function isKeyEvent(act: string): boolean {
  const asked = { act, delegation: "ukraine" } as PublicAct
  return concerns(asked, "ukraine") !== undefined
}

/** Keys that are put together from a family and a code, where the code comes from a closed list. */
const FAMILIES: Record<string, readonly string[]> = {
  refused: [...REFUSED, "unknown", "desk-away", "passkey.not-made"],
  fault: [...FAULTS, "unknown"],
  act: [...ACTS, "none", "unknown"],
  precedence: [...PRECEDENCES, "label"],
  "precedence-means": PRECEDENCES,
  rung: RUNGS,
  meaning: RUNGS,
  objection: OBJECTIONS,
  "call-reason": CALLS,
  "service-means": ["contact", "out", "back"],
  purpose: [...PURPOSES, "unknown"],
  "read-back": [...READ_BACKS, "unknown"],
  "call-role": ["officer", "supervisor", "head", "interpreter", "other", "unknown"],
  template: TEMPLATES.flatMap((one) => [one, `${one}.subject`, `${one}.body`]),
  outcome: OUTCOMES,
  hour: [..."hpsor"],
  quality: [..."12345"],
  result: RESULTS,
  "check-due": ["answer", "close", "explain"],
  "translation-kind": [...TRANSLATIONS, "MACHINE", "unknown"],
  "translation-means": [...TRANSLATIONS, "MACHINE"],
  seat: [...SEATS, "label"],
  alert: [...ALERT_FAULTS, ...CHANNELS, "sent", "unknown"],
  expertise: EXPERTISE,
  "watch-kind": WATCH_KINDS,
  "watch-item": WATCH_WHATS,
  participation: [...PARTICIPATION, "claimed"],
  "roll.kind": ["secretariat", "party", "council", "participant"],
  defect: DEFECTS,
  "roll-act": [...publicAct.options.flatMap(({ shape }) => [...shape.act.values]).filter(isKeyEvent), "unknown"],
  role: ROLES,
  audited: [...AUDITED, "signed-in", "sign-in.refused", "session.copied", "unknown"],
  browser: ["Edg", "OPR", "Firefox", "Chrome", "Safari", "other"],
  "role-means": ROLES,
  invite: ["name", "function", "from", "until"],
  digit: [..."0123456789abcdef"],
  language: [...LANGUAGES, "label"],
}

test("every catalogue has the same keys, in the same order, in each language", () => {
  for (const file of files)
    for (const language of LANGUAGES)
      assert.deepEqual(Object.keys(read(language, file)), Object.keys(read("en", file)), `${language}/${file}`)
  for (const language of LANGUAGES) assert.deepEqual(readdirSync(`${SRC}/words/${language}`).sort(), files)
})

test("no key stands in two catalogues", () => {
  const keys = files.flatMap((file) => Object.keys(read("en", file)))
  assert.deepEqual(
    keys.filter((key, i) => keys.indexOf(key) !== i),
    [],
  )
})

test("every sentence says something, parses, and names the same arguments in each language", () => {
  const english = all("en")
  for (const language of LANGUAGES)
    for (const [key, message] of Object.entries(all(language))) {
      assert.ok(message.trim() !== "", `${language} ${key} is empty`)
      assert.deepEqual(argumentsOf(message), argumentsOf(english[key] ?? ""), `${language} ${key}`)
    }
})

test("every plural has each form that its language needs", () => {
  let found = 0
  for (const language of LANGUAGES) {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    for (const [key, message] of Object.entries(all(language)))
      for (const [, branches = ""] of message.matchAll(/, plural, ((?:\w+ \{[^}]*\} ?)+)\}/g))
        for (const form of needed) {
          assert.match(branches, new RegExp(`\\b${form} \\{`), `${language} ${key}`)
          found++
        }
  }
  assert.ok(found > 60, `only ${found} forms were found`)
})

test("every reason to refuse and every fault has its sentence", () => {
  const words = all("en")
  assert.ok(REFUSED.length > 60 && FAULTS.length > 50, "the codes were found")
  for (const code of REFUSED) assert.ok(words[`refused.${code}`], `refused.${code}`)
  for (const code of FAULTS) assert.ok(words[`fault.${code}`], `fault.${code}`)
  for (const kind of ACTS) assert.ok(words[`act.${kind}`], `act.${kind}`)
})

test("no key is unused", () => {
  const said = sources.map(({ text }) => text).join("\n")
  const unused = Object.keys(all("en")).filter((key) => {
    const dot = key.indexOf(".")
    const family = FAMILIES[key.slice(0, dot)]
    return !(family?.includes(key.slice(dot + 1)) || said.includes(`"${key}"`) || isPutTogether(key, said))
  })
  assert.deepEqual(unused, [])
})

test("every reason to refuse that has a sentence is given by somebody", () => {
  const said = sources.map(({ text }) => text).join("\n")
  const given = (code: string) => said.split(`"${code}"`).length - 1
  assert.ok(given("act.malformed") > 1 && given("line.reserved") === 0, "lists are told from what gives their codes")
  // Once in the list that names it, and once more wherever it is said.
  assert.deepEqual(
    [...REFUSALS, ...REGISTRY_REFUSALS].filter((code) => given(code) < 2),
    [],
  )
})

test("no key is used that is missing", () => {
  const words = all("en")
  const missing = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/\bt\(\s*"([^"]+)"/g)].flatMap(([, key = ""]) => (key in words ? [] : [`${file}: ${key}`])),
  )
  assert.deepEqual(missing, [])
})

test("no word offers permission, and no language borrows from another", () => {
  for (const [key, message] of Object.entries(all("en"))) assert.doesNotMatch(message, /\bapprov/i, key)
  for (const [key, message] of Object.entries(all("uk")))
    if (!key.startsWith("language.") && !/exercise|extract|transmits/.test(key))
      assert.doesNotMatch(message, /[ыэъё]/i, `uk ${key}`)
  for (const [key, message] of Object.entries(all("ru")))
    if (!key.startsWith("language.") && !/exercise|extract|transmits/.test(key))
      assert.doesNotMatch(message, /[іїєґ]/i, `ru ${key}`)
})

/** Whether a template like `v1.text.${kind}` or `zone.${id}` of some source can make the key. */
function isPutTogether(key: string, said: string): boolean {
  const dots = [...key.matchAll(/\./g)].map((m) => m.index)
  return dots.some((dot) => said.includes(`\`${key.slice(0, dot + 1)}\${`))
}
