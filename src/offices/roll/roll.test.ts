import assert from "node:assert/strict"
import { test } from "node:test"
import { utf8 } from "#register/bytes.ts"
import {
  certifyDeskKey,
  fingerprint,
  formatKeyPair,
  type KeyPair,
  revokeDeskKey,
  type SignerPair,
} from "#seal/desk-key.ts"
import { nodeCrypto as crypto } from "#seal/node/crypto.ts"
import { generateSealingIdentity } from "#seal/node/hybrid.ts"
import { newPairSeeds, pairSigners, publicPair } from "#seal/node/keys.ts"
import {
  mandateHash,
  type Names,
  signAcceptance,
  signAmendment,
  signFounding,
  signSuccession,
} from "#seal/root-notes.ts"
import { SEALING_KEYS, signSealingKeys } from "#seal/sealing-keys.ts"
import type { PublicAct } from "./acts.ts"
import { type CharterText, openCharter } from "./charter.ts"
import { emptyRoll, enterPublicAct, type Roll } from "./roll.ts"

const SECRETARIAT = "secretariat"
const COUNCIL = ["arland", "borland", "corland"]
const FOUNDERS = [SECRETARIAT, ...COUNCIL]
const MANDATE = { en: "No power over anybody.", uk: "Жодної влади ні над ким.", ru: "Никакой власти ни над кем." }
const RECIPIENT = generateSealingIdentity().recipient
const AT = "2026-11-23T06:00:00.000Z"

const signers = new Map<string, SignerPair>()
/** A key pair by name, made once. */
function pair(name: string): SignerPair {
  const known = signers.get(name) ?? pairSigners(newPairSeeds(name))
  signers.set(name, known)
  return known
}
const print = (name: string) => fingerprint(crypto, publicPair(pair(name)))
const texts = (name: string) => formatKeyPair(publicPair(pair(name)))
const inThree = (name: string): Names => ({ en: name, uk: name, ru: name })

function charterText(changes: Partial<CharterText> = {}): string {
  const kinds = new Map<string, "secretariat" | "council" | "party">([[SECRETARIAT, "secretariat"]])
  for (const name of COUNCIL) kinds.set(name, "council")
  const clocks = {
    slot: { attended: 20, unattended: 900 },
    slotOfMany: { attended: 20, unattended: 3600 },
    acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
    stampBound: 600,
  }
  const charter: CharterText = {
    ...{ iod: "charter/v1", exercise: true, name: inThree("Office"), languages: ["en"], secretariat: SECRETARIAT },
    delegations: [...FOUNDERS, "meridia", "borealia"].map((name) => ({
      ...{ name, kind: kinds.get(name) ?? "party", names: inThree(name) },
      root: FOUNDERS.includes(name) ? print(`${name}-root`) : null,
    })),
    ...{ registry: "", register: { origin: "test", keys: ["key"] }, policy: "", rules: 1, mandate: MANDATE, clocks },
    limits: { body: 8192, perMinute: 1, urgentPerMinute: 1, backlog: 1 },
    ...changes,
  }
  return JSON.stringify(charter)
}

const TEXT = charterText()
const founded = openCharter(crypto, TEXT)
const office = founded.office
const matter = office

type Act = PublicAct
let index = 0

/** Enters an act as `by`; answers the next roll, or the code of the refusal. */
async function enter(roll: Roll, by: string, act: Act): Promise<Roll | string> {
  const line = act.act === "sealing-keys.published" ? 1 : 0
  index++
  const header = crypto.sha256(utf8(`header ${index}`)).toHex()
  const next = await enterPublicAct(crypto, roll, act, { by, at: AT, index, line, header })
  return "refused" in next ? next.refused : next
}

/** The roll after acts that must all count. */
async function after(roll: Roll, acts: readonly (readonly [by: string, act: Act])[]): Promise<Roll> {
  let now = roll
  for (const [by, act] of acts) {
    const next = await enter(now, by, act)
    if (typeof next === "string") assert.fail(`${act.act} of ${by} was refused: ${next}`)
    now = next
  }
  return now
}

/** An acceptance with the root `NAME-root`, or another one, as whoever enters it would. */
function accepted(delegation: string, root = `${delegation}-root`, names: Names | null = null): Act {
  const [language, mandate, next] = ["uk" as const, mandateHash(crypto, MANDATE.uk), print(`${root}-next`)]
  const acceptance = signAcceptance({ office, delegation, language, mandate, next, names }, pair(root))
  const certificate = certified(delegation, `${root}-desk`, null, root)
  return { act: "mandate.accepted", matter, delegation, language, root: texts(root), certificate, acceptance }
}

function certified(delegation: string, key: string, replaces: string | null, root = `${delegation}-root`): string {
  return certifyDeskKey({ office, delegation, key: publicPair(pair(key)), replaces }, pair(root))
}

function published(delegation: string, first = 1, from = "2026-11-23", key = `${delegation}-root-desk`): Act {
  const recipients = Array.from({ length: SEALING_KEYS }, () => RECIPIENT)
  const keys = signSealingKeys({ office, delegation, first, from, recipients }, pair(key))
  return { act: "sealing-keys.published", matter, keys }
}

const founding = (who = FOUNDERS): Act => {
  const { root, certificate, acceptance } = accepted(SECRETARIAT) as Extract<Act, { act: "mandate.accepted" }>
  const founders = who.map((delegation) => ({
    ...{ delegation, root: texts(`${delegation}-root`) },
    signature: signFounding({ office, delegation }, pair(`${delegation}-root`)),
  }))
  return { act: "charter.founded", matter, charter: TEXT, root, certificate, acceptance, founders }
}

/** The office after its founding, with every founder active. */
const started = after(emptyRoll(founded), [
  [SECRETARIAT, founding()],
  ...COUNCIL.map((name) => [name, accepted(name)] as const),
  ...FOUNDERS.map((name) => [name, published(name)] as const),
])

const confirmed = (delegation: string, root: string): Act => ({
  ...{ act: "delegation.key-confirmed", matter, delegation },
  root: print(root),
})
const state = (roll: Roll, name: string) => roll.members[name]?.state
const stepsOf = (roll: Roll, name: string) => roll.members[name]?.steps.map((step) => step.state)

test("an office is founded by the signatures of all whose root its charter names, and by no fewer", async () => {
  assert.equal(await enter(emptyRoll(founded), SECRETARIAT, founding(FOUNDERS.slice(1))), "roll.founder-missing")
  const forged = founding() as Extract<Act, { act: "charter.founded" }>
  const [first, ...rest] = forged.founders ?? []
  const other = { ...forged, founders: [{ ...first, delegation: "arland" }, ...rest] } as Act
  assert.equal(await enter(emptyRoll(founded), SECRETARIAT, other), "roll.founder-missing")
  const roll = await started
  for (const name of FOUNDERS) assert.deepEqual(stepsOf(roll, name), ["confirmed", "active"])
  assert.equal(state(roll, "meridia"), "never-joined")
})

test("an acceptance of another mandate, another office or another root's word is no entry", async () => {
  const roll = await started
  const good = accepted("meridia") as Extract<Act, { act: "mandate.accepted" }>
  const words = { office, delegation: "meridia", language: "uk" as const, next: print("meridia-next"), names: null }
  const mandate = mandateHash(crypto, "All power to the office.")
  const otherMandate = signAcceptance({ ...words, mandate }, pair("meridia-root"))
  assert.equal(await enter(roll, SECRETARIAT, { ...good, acceptance: otherMandate }), "roll.mandate-does-not-fit")
  const right = { ...words, mandate: mandateHash(crypto, MANDATE.uk) }
  const otherOffice = signAcceptance({ ...right, office: "0".repeat(64) }, pair("meridia-root"))
  assert.equal(await enter(roll, SECRETARIAT, { ...good, acceptance: otherOffice }), "roll.mandate-does-not-fit")
  const otherRoot = signAcceptance(right, pair("stranger-root"))
  await assert.rejects(enter(roll, SECRETARIAT, { ...good, acceptance: otherRoot }), /not signed by exactly/)
})

test("two claims to one name are both shown and neither is confirmed until the council states a fingerprint", async () => {
  const claimed = await after(await started, [
    [SECRETARIAT, accepted("meridia")],
    [SECRETARIAT, accepted("meridia", "impostor-root")],
    ["arland", confirmed("meridia", "impostor-root")],
    ["borland", confirmed("meridia", "meridia-root")],
  ])
  assert.equal(state(claimed, "meridia"), "invited")
  assert.equal(claimed.members.meridia?.claims.length, 2)
  assert.equal(claimed.members.meridia?.key, null)
  // Who errs vouches for the other one instead, and is counted once.
  const settled = await after(claimed, [["arland", confirmed("meridia", "meridia-root")]])
  assert.equal(state(settled, "meridia"), "confirmed")
  assert.equal(
    settled.members.meridia?.root && fingerprint(crypto, settled.members.meridia.root),
    print("meridia-root"),
  )
  assert.deepEqual(
    settled.members.meridia?.claims.map(({ fingerprint, confirmedBy }) => [fingerprint, confirmedBy]),
    [[print("impostor-root"), []]],
  )
  assert.equal(state(await after(settled, [["meridia", published("meridia")]]), "meridia"), "active")
})

test("nobody but council members that take part confirms, and none of them twice", async () => {
  const claimed = await after(await started, [[SECRETARIAT, accepted("meridia")]])
  for (const by of [SECRETARIAT, "meridia", "borealia", "nobody"])
    assert.equal(await enter(claimed, by, confirmed("meridia", "meridia-root")), "roll.not-of-council")
  assert.equal(await enter(claimed, "arland", confirmed("meridia", "other-root")), "roll.no-such-claim")
  const once = await after(claimed, [["arland", confirmed("meridia", "meridia-root")]])
  assert.equal(await enter(once, "arland", confirmed("meridia", "meridia-root")), "roll.already-confirmed")
})

test("a name that the charter does not reserve is claimed with its names, and one that it reserves is not renamed", async () => {
  const roll = await started
  assert.equal(await enter(roll, SECRETARIAT, accepted("newland")), "roll.unknown-delegation")
  assert.equal(
    await enter(roll, SECRETARIAT, accepted("meridia", "meridia-root", inThree("M"))),
    "roll.unknown-delegation",
  )
  const settled = await after(roll, [
    [SECRETARIAT, accepted("newland", "newland-root", inThree("Newland"))],
    ["arland", confirmed("newland", "newland-root")],
    ["corland", confirmed("newland", "newland-root")],
  ])
  assert.equal(state(settled, "newland"), "confirmed")
  assert.deepEqual(settled.charter.delegations.find(({ name }) => name === "newland")?.names, inThree("Newland"))
})

test("whoever goes by itself comes back by itself, and who, when and why stay on record", async () => {
  const gone = await after(await started, [
    ["arland", { act: "delegation.suspended", matter, delegation: "arland", reason: "An election." }],
    ["arland", { act: "delegation.returned", matter, delegation: "arland" }],
    ["arland", { act: "delegation.withdrawn", matter, delegation: "arland" }],
  ])
  assert.equal(state(gone, "arland"), "withdrawn")
  assert.equal(
    await enter(gone, "borland", { act: "delegation.withdrawn", matter, delegation: "corland" }),
    "roll.unknown-delegation",
  )
  // Nobody makes it come back.
  const fetch: Act = { act: "delegation.returned", matter, delegation: "arland" }
  assert.equal(await enter(gone, "borland", fetch), "roll.not-of-council")
  const back = await after(gone, [["arland", { act: "delegation.returned", matter, delegation: "arland" }]])
  assert.deepEqual(stepsOf(back, "arland"), ["confirmed", "active", "suspended", "active", "withdrawn", "active"])
  assert.equal(back.members.arland?.steps[2]?.reason, "An election.")
})

test("the council suspends with k members other than the one concerned, and it alone lets that one return", async () => {
  const suspend = (): Act => ({ act: "delegation.suspended", matter, delegation: "corland", reason: "As stated." })
  const back = (): Act => ({ act: "delegation.returned", matter, delegation: "corland" })
  const roll = await started
  const once = await after(roll, [["arland", suspend()]])
  assert.equal(state(once, "corland"), "active")
  assert.equal(await enter(once, "arland", suspend()), "roll.already-asked")
  assert.equal(await enter(once, SECRETARIAT, suspend()), "roll.not-of-council")
  const suspended = await after(once, [["borland", suspend()]])
  assert.equal(state(suspended, "corland"), "suspended")
  assert.equal(await enter(suspended, "corland", back()), "roll.not-of-council")
  // Withdrawing and coming back does not undo what the council did.
  const around = await after(suspended, [
    ["corland", { act: "delegation.withdrawn", matter, delegation: "corland" }],
    ["corland", back()],
  ])
  assert.equal(state(around, "corland"), "suspended")
  assert.equal(await enter(around, "corland", back()), "roll.not-of-council")
  const returned = await after(around, [
    ["arland", back()],
    ["borland", back()],
  ])
  assert.equal(state(returned, "corland"), "active")
  assert.equal(
    await enter(roll, SECRETARIAT, { act: "delegation.withdrawn", matter, delegation: SECRETARIAT }),
    "roll.secretariat-stays",
  )
})

const succession = (root: string, replaces: string, next: string, by: KeyPair = publicPair(pair(root))): string =>
  signSuccession({ office, delegation: "arland", replaces: print(replaces), next: print(next) }, pair(root), by)

test("only the root that was named before takes a root's place, whatever the present one says", async () => {
  const roll = await started
  const replaced = (root: string, next: string): Act => ({
    ...{ act: "root.replaced", matter, delegation: "arland" },
    succession: succession(root, "arland-root", next),
  })
  assert.equal(await enter(roll, "arland", replaced("thief-root", "thief-next")), "roll.root-does-not-fit")
  assert.equal(await enter(roll, "arland", replaced("arland-root", "thief-next")), "roll.root-does-not-fit")
  assert.equal(await enter(roll, "borland", replaced("arland-root-next", "arland-third")), "roll.unknown-delegation")
  const next = await after(roll, [[SECRETARIAT, replaced("arland-root-next", "arland-third")]])
  assert.equal(next.members.arland?.next, print("arland-third"))
  assert.equal(next.members.arland?.key?.name, "arland-root-desk")
  const old = certified("arland", "arland-desk-2", "arland-root-desk")
  await assert.rejects(
    enter(next, "arland", { act: "desk-key.certified", matter, delegation: "arland", certificate: old }),
  )
})

test("with both roots lost the council confirms another, as for a newcomer, and what was sealed ahead is void", async () => {
  const lost = await after(await started, [
    [SECRETARIAT, accepted("arland", "arland-new")],
    ["borland", confirmed("arland", "arland-new")],
    ["corland", confirmed("arland", "arland-new")],
  ])
  assert.equal(state(lost, "arland"), "active")
  assert.equal(lost.members.arland?.root && fingerprint(crypto, lost.members.arland.root), print("arland-new"))
  assert.deepEqual(lost.members.arland?.sealing, [])
  assert.equal(lost.members.arland?.acceptance, (await started).members.arland?.acceptance)
})

test("a new desk key brings its sealing keys with it, and their numbers go on", async () => {
  const roll = await started
  const certificate = certified("arland", "arland-desk-2", "arland-root-desk")
  const { keys } = published("arland", SEALING_KEYS + 1, "2026-11-23", "arland-desk-2") as { keys: string }
  const next = await after(roll, [
    ["arland", { act: "desk-key.certified", matter, delegation: "arland", certificate, keys }],
  ])
  assert.deepEqual(
    next.members.arland?.sealing.map(({ first }) => first),
    [SEALING_KEYS + 1],
  )
  const { keys: again } = published("arland", 1, "2026-11-23", "arland-desk-2") as { keys: string }
  const other = { act: "desk-key.certified", matter, delegation: "arland", certificate, keys: again } as const
  assert.equal(await enter(roll, "arland", other), "roll.sealing-keys-do-not-follow")
})

test("a revocation on paper is entered by a clerk where the desk is lost, and by nobody else", async () => {
  const roll = await started
  const revocation = revokeDeskKey({ office, delegation: "arland", key: "arland-root-desk" }, pair("arland-root"))
  const act: Act = { act: "desk-key.revoked", matter, delegation: "arland", revocation }
  assert.equal(await enter(roll, "borland", act), "roll.unknown-delegation")
  const revoked = await after(roll, [[SECRETARIAT, act]])
  assert.equal(revoked.members.arland?.key, null)
  assert.equal(await enter(revoked, SECRETARIAT, act), "roll.key-unknown")
})

test("the charter changes by k council roots alone, from its own entry on, and never in what the office is", async () => {
  const roll = await started
  const text = charterText({ limits: { body: 16_384, perMinute: 2, urgentPerMinute: 2, backlog: 2 } })
  const amended = (charter: string, by: readonly string[], number = 1): Act => {
    const amendment = { office, number, charter: crypto.sha256(utf8(charter)).toHex() }
    const roots = by.map((name) => pair(`${name}-root`))
    return { act: "charter.amended", matter, charter, amendment: signAmendment(amendment, roots) }
  }
  assert.equal(await enter(roll, "arland", amended(text, ["arland"])), "roll.amendment-unsigned")
  await assert.rejects(enter(roll, "arland", amended(text, ["arland", "meridia"])), /not signed by exactly/)
  await assert.rejects(enter(roll, "arland", amended(text, ["arland", "arland"])), /not signed by exactly/)
  assert.equal(await enter(roll, "arland", amended(text, COUNCIL, 2)), "roll.amendment-does-not-follow")
  const next = await after(roll, [[SECRETARIAT, amended(text, ["corland", "arland"])]])
  assert.equal(next.charter.limits.body, 16_384)
  assert.equal(next.office, office)
  assert.deepEqual(
    next.charters.map(({ charter }) => charter.limits.body),
    [8192, 16_384],
  )
  for (const changes of [
    { exercise: false },
    { secretariat: "arland" },
    { delegations: JSON.parse(TEXT).delegations.slice(0, 5) },
    { council: { k: 4 } },
  ] satisfies Partial<CharterText>[]) {
    const other = charterText(changes)
    assert.equal(await enter(roll, "arland", amended(other, COUNCIL)), "roll.amendment-not-allowed")
  }
})
