import type { Accession } from "#offices/roll/accession.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { parsePolicy } from "#register/policy.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { officeFingerprint } from "#sheet/fingerprint.ts"
import { alternat } from "#sheet/readable.ts"
import { type Language, plain } from "#sheet/words.ts"
import { frameOf, utc } from "./frame.ts"
import type { PaperJob } from "./job.ts"
import { printable } from "./printable.ts"
import { wordsIn } from "./words.ts"

/** The steps of a founding. */
export type FoundingStep = "draft" | "sign" | "close"

/** One step as it is told: what was signed at it so far, and when. */
export type Told = {
  founded: Founded
  step: FoundingStep
  signed: readonly Accession[]
  language: Language
  at: string
}

type Part = { title: string; facts: { term: string; text: string; mono: boolean }[]; lines: string[] }

/** A protocol as text, to be read on any screen. */
export function protocolText(told: Told): string {
  const { heading, parts } = contentOf(told)
  const sections = parts.flatMap(({ title, facts, lines }) => [
    "",
    title,
    "-".repeat(title.length),
    ...facts.map(({ term, text }) => `${term}: ${text}`),
    ...lines,
  ])
  return `${[heading, "=".repeat(heading.length), ...sections, ""].join("\n")}`
}

/** A protocol as a paper. */
export function protocolJob(told: Told): PaperJob {
  const { founded, language, at } = told
  const { heading, parts } = contentOf(told)
  const data = { ...frameOf(founded.charter, language, heading, founded.office, at), heading, parts }
  return { template: "protocol", data, attachment: null }
}

function contentOf(told: Told): { heading: string; parts: Part[] } {
  const t = wordsIn(told.language)
  const hands: Part = {
    ...{ title: t("protocol.by-hand"), facts: [] },
    lines: [
      t("protocol.compare"),
      `${t("protocol.name")}: ____________________`,
      `${t("protocol.date")}: ____________________`,
    ],
  }
  return {
    heading: t(`protocol.${told.step}`),
    parts: [aboutOffice(told), ...founders(told), aboutRegister(told), hands],
  }
}

const fact = (term: string, text: string, mono = false) => ({ term, text: printable(plain(text)), mono })

function aboutOffice({ founded: { office, charter }, language, at }: Told): Part {
  const t = wordsIn(language)
  const facts = [
    fact(t("protocol.office"), charter.name[language]),
    fact(t("protocol.fingerprint"), officeFingerprint(office), true),
    fact("SHA-256", inGroups(office), true),
    fact(t("protocol.council"), String(charter.council.k)),
    fact("UTC", utc(at)),
  ]
  return {
    title: t("protocol.charter"),
    facts,
    lines: [t(charter.exercise ? "protocol.is-exercise" : "protocol.is-real")],
  }
}

/** Every founder, and what of it is signed; whoever brought no root has a name reserved. */
function founders({ founded: { charter, office }, signed, language }: Told): Part[] {
  const t = wordsIn(language)
  const named = alternat(
    charter.delegations.map(({ name }) => name),
    charter,
    office,
  )
  const parts = named.flatMap((name): Part[] => {
    const one = charter.delegations.find((delegation) => delegation.name === name)
    if (!one?.root) return []
    const word = signed.find(({ delegation }) => delegation === name)
    const said = word ? t("protocol.signed", { language: word.language.toUpperCase() }) : t("protocol.not-signed")
    return [{ title: one.names[language], facts: [fact(t("protocol.root"), inGroups(one.root), true)], lines: [said] }]
  })
  const reserved = named.flatMap((name) => charter.delegations.filter((one) => one.name === name && one.root === null))
  if (reserved.length === 0) return parts
  return [
    ...parts,
    { title: t("protocol.reserved"), facts: [], lines: [reserved.map(({ names }) => names[language]).join(", ")] },
  ]
}

function aboutRegister({ founded: { charter }, language }: Told): Part {
  const t = wordsIn(language)
  const { groups, quorum } = parsePolicy(nodeCrypto, charter.policy)
  const of = groups.find(({ name }) => name === quorum)
  const states = (of?.members ?? []).map(
    (state) => charter.delegations.find(({ name }) => name === state)?.names[language] ?? state,
  )
  const facts = [
    fact(t("protocol.origin"), charter.register.origin, true),
    fact(t("protocol.registry"), keyId(charter.registry), true),
    fact(t("protocol.witnesses"), t("protocol.quorum", { k: of?.threshold ?? 0, states: states.join(", ") })),
  ]
  return { title: t("protocol.register"), facts, lines: [] }
}

/** Name and id of a verifier key. */
function keyId(key: string): string {
  return key.split("+").slice(0, 2).join(" ")
}

function inGroups(hex: string): string {
  return (hex.match(/.{4}/g) ?? []).join(" ")
}
