import assert from "node:assert/strict"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { inspect } from "#desk/inspect.ts"
import type { Desk } from "#desk/open.ts"
import { ACCESSION, makeVault, openVault, writeDurably } from "#desk/vault.ts"
import type { Accession } from "#offices/roll/accession.ts"
import type { PublicAct } from "#offices/roll/acts.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { utf8 } from "#register/bytes.ts"
import { certifyDeskKey, fingerprint, formatKeyPair, revokeDeskKey } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { newPairSeeds, pairSigners, publicPair } from "#seal/node/keys.ts"
import { mandateHash, type Names, signAcceptance, signAmendment } from "#seal/root-notes.ts"
import { verifySheet } from "#sheet/verify.ts"
import { type Plan, programFolder } from "../src/cli/exercise/found.ts"
import { type Office, openOffice, received, say, until } from "./office.ts"

const PLAN: Plan = {
  desks: ["secretariat", "ukraine", "switzerland"],
  witnesses: ["austria"],
  lines: [],
}

let tokens = 0
/** Enters a public act as an officer of a desk would; fails where the roll does not take it. */
async function enter(desk: Desk, act: PublicAct): Promise<void> {
  const said = await desk.participation.say({ act, token: `participation-${++tokens}` }, "officer")
  assert.ok("outbox" in said, JSON.stringify(said))
}

/** What a delegation makes where its root is: its folder with keys, and the words that it hands in. */
function newcomer(office: Office, founded: Founded, delegation: string, names: Names | null): Accession {
  const folder = programFolder(office.data, "desk", delegation)
  mkdirSync(folder, { recursive: true })
  makeVault(folder, delegation, true)
  const { root, nextRoot, desk } = openVault(folder)
  assert.ok(root && nextRoot)
  const id = { office: founded.office, delegation }
  const [language, mandate] = ["ru" as const, mandateHash(nodeCrypto, founded.charter.mandate?.ru ?? "")]
  const next = fingerprint(nodeCrypto, publicPair(nextRoot))
  const accession: Accession = {
    ...{ iod: "accession/v1", delegation, root: formatKeyPair(publicPair(root)), language },
    certificate: certifyDeskKey({ ...id, key: publicPair(desk), replaces: null }, root),
    acceptance: signAcceptance({ ...id, language, mandate, next, names }, root),
  }
  writeDurably(join(folder, ACCESSION), JSON.stringify(accession))
  writeDurably(join(folder, "charter.json"), founded.text)
  return accession
}

const state = (desk: Desk, name: string) => desk.book.roll().members[name]?.state
const secretariatLine = (desk: Desk, other: string) =>
  desk.views.lines().find(({ members, purpose, open }) => open && purpose === "secretariat" && members.includes(other))

test("a delegation that no charter named claims its name, is confirmed, takes part, rests and returns", async () => {
  await using office = await openOffice({ plan: PLAN })
  const [secretariat, council] = [office.desk("secretariat"), office.desk("switzerland")]
  const { founded } = secretariat
  const names = { en: "Newland", uk: "Нова Земля", ru: "Новая Земля" }
  const accession = newcomer(office, founded, "newland", names)
  const matter = founded.office

  const read = await secretariat.participation.readAccession(JSON.stringify(accession))
  assert.ok("act" in read)
  assert.deepEqual(read.names, names)
  const altered = { ...accession, acceptance: accession.acceptance.replace("language ru", "language uk") }
  assert.deepEqual(await secretariat.participation.readAccession(JSON.stringify(altered)), {
    refused: "roll.word-does-not-verify",
  })
  await enter(secretariat, read.act)
  await until(council, "the claim is shown", () => state(council, "newland") === "invited")
  const desk = await office.reopenDesk("newland")
  await until(desk, "the newcomer follows the roll", () => state(desk, "newland") === "invited")
  assert.equal(secretariatLine(secretariat, "newland"), undefined, "until it is confirmed it has no line")

  await enter(council, { act: "delegation.key-confirmed", matter, delegation: "newland", root: read.fingerprint })
  await until(
    secretariat,
    "the line of the newcomer is open",
    () => secretariatLine(secretariat, "newland") !== undefined,
  )
  await until(desk, "the newcomer has the line too", () => secretariatLine(desk, "secretariat") !== undefined)
  const line = secretariatLine(desk, "secretariat")?.id ?? ""
  await received(secretariat, line, say(desk, line, "We are here."))
  assert.deepEqual(secretariat.status().delegations.find(({ name }) => name === "newland")?.names, names)

  await enter(desk, { act: "delegation.suspended", matter, delegation: "newland", reason: "A change of government." })
  await until(secretariat, "the line rests", () => state(secretariat, "newland") === "suspended")
  assert.throws(() => say(secretariat, line, "Are you there?"), /door.line-rests/)
  await until(desk, "it rests here too", () => state(desk, "newland") === "suspended")
  await enter(desk, { act: "delegation.returned", matter, delegation: "newland" })
  await until(secretariat, "it is back", () => state(secretariat, "newland") === "active")
  await received(desk, line, say(secretariat, line, "Welcome back."))
  for (const one of office.desks.values()) assert.deepEqual(one.evidenceView(), [])
})

test("an act in a delegation's name that its desk did not make calls its officers, and is disputed before all", async () => {
  await using office = await openOffice({ plan: PLAN })
  const [secretariat, ukraine] = [office.desk("secretariat"), office.desk("ukraine")]
  const { founded } = secretariat
  assert.equal(ukraine.status().keyEvent, null, "what a desk did itself is no event")
  const impostor = pairSigners(newPairSeeds("ukraine-other"))
  const [language, mandate] = ["uk" as const, mandateHash(nodeCrypto, founded.charter.mandate?.uk ?? "")]
  const id = { office: founded.office, delegation: "ukraine" }
  const claim: PublicAct = {
    ...{ act: "mandate.accepted", matter: founded.office, delegation: "ukraine", language },
    root: formatKeyPair(publicPair(impostor)),
    certificate: certifyDeskKey(
      { ...id, key: publicPair(pairSigners(newPairSeeds("other-desk"))), replaces: null },
      impostor,
    ),
    acceptance: signAcceptance({ ...id, language, mandate, next: "a".repeat(64), names: null }, impostor),
  }
  await enter(secretariat, claim)
  await until(ukraine, "its officers are called", () => ukraine.status().keyEvent !== null)
  assert.equal(ukraine.status().keyEvent?.act, "mandate.accepted")
  const disputed = () =>
    secretariat.archive.sql.get`SELECT count(*) AS n FROM envelope WHERE sender = 'ukraine' AND
      CAST(act AS TEXT) LIKE '%key.disputed%'`?.n
  await until(secretariat, "all others are told", () => disputed() === 1)
  const index = ukraine.status().keyEvent?.index ?? -1
  assert.ok(ukraine.participation.see(index, "officer"))
  assert.equal(ukraine.status().keyEvent, null)
  assert.equal(state(secretariat, "ukraine"), "active")
  assert.equal(secretariat.book.roll().members.ukraine?.key?.name, "ukraine-desk-1")
})

test("a key withdrawn on paper ends what its desk says, and the registry takes nothing more from it", async () => {
  await using office = await openOffice({ plan: PLAN })
  const [secretariat, ukraine] = [office.desk("secretariat"), office.desk("ukraine")]
  await until(ukraine, "its line is open", () => secretariatLine(ukraine, "secretariat") !== undefined)
  const line = secretariatLine(ukraine, "secretariat")?.id ?? ""
  const { root } = openVault(programFolder(office.data, "desk", "ukraine"))
  assert.ok(root)
  const { office: matter } = secretariat.founded
  const revocation = revokeDeskKey({ office: matter, delegation: "ukraine", key: "ukraine-desk-1" }, root)
  await enter(secretariat, { act: "desk-key.revoked", matter, delegation: "ukraine", revocation })
  await until(secretariat, "the roll holds no key", () => secretariat.book.roll().members.ukraine?.key === null)
  await until(ukraine, "its officers are called", () => ukraine.status().keyEvent?.act === "desk-key.revoked")
  const matterOfIt = say(ukraine, line, "Whoever holds the old key says this.")
  await enter(secretariat, { act: "delegation.invited", matter, delegation: "osce" })
  await until(ukraine, "the office goes on", () => state(ukraine, "osce") === "invited")
  assert.equal(secretariat.views.message(line, matterOfIt), undefined)
  assert.ok(ukraine.outbox.waiting() > 0, "it waits until the root certifies another key")
})

test("with its witnesses gone dark an office amends its charter, and what is witnessed since then proves itself", async () => {
  await using office = await openOffice({ plan: { ...PLAN, witnesses: ["austria", "ireland"] } })
  const [secretariat, council] = [office.desk("secretariat"), office.desk("switzerland")]
  const { founded } = secretariat
  await until(council, "its line is open", () => secretariatLine(council, "secretariat") !== undefined)
  const line = secretariatLine(council, "secretariat")?.id ?? ""
  await office.witnesses[1]?.[Symbol.asyncDispose]()
  const before = say(council, line, "Said while no quorum can be had.")
  await received(secretariat, line, before)
  assert.equal(secretariat.views.message(line, before)?.witnessed, null)

  const policy = founded.charter.policy.replace(/group states \S+/, "group states any")
  const text = JSON.stringify({ ...JSON.parse(founded.text), policy })
  const { root } = openVault(programFolder(office.data, "desk", "switzerland"))
  assert.ok(root)
  const named = { office: founded.office, number: 1, charter: nodeCrypto.sha256(utf8(text)).toHex() }
  await enter(council, {
    ...{ act: "charter.amended", matter: founded.office, charter: text },
    amendment: signAmendment(named, [root]),
  })
  const witnessed = () => typeof secretariat.views.message(line, before)?.witnessed === "string"
  await until(secretariat, "the message is witnessed", witnessed)
  const sheet = await secretariat.sheet(line, before, { language: "en", disclose: [] })
  assert.ok(typeof sheet === "string", JSON.stringify(sheet))
  const answer = await verifySheet(nodeCrypto, sheet)
  assert.equal(answer.verdict, true, JSON.stringify(answer))
  for (const one of office.desks.values()) assert.deepEqual(one.evidenceView(), [])
  assert.deepEqual(await inspect(secretariat.archive, nodeCrypto, founded), [])
})
