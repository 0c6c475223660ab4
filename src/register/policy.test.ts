import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { utf8 } from "./bytes.ts"
import { formatCheckpoint } from "./checkpoint.ts"
import { cosign } from "./cosignature.ts"
import { flipBit, rejection, runs, signer } from "./fixture.test.ts"
import { formatVerifierKey, type Note, signNote } from "./note.ts"
import { evaluatePolicy, formatPolicy, parsePolicy, quorumFloor } from "./policy.ts"

const origin = "log.example/2027"
const log = signer(origin, "ed25519", 99)
const text = formatCheckpoint({ origin, size: 12n, root: new Uint8Array(32).fill(7) })

// Three states of two witnesses each: an Ed25519 and an ML-DSA-44 key.
const states = ["ch", "sg", "uy"].map((state, i) => ({
  state,
  ed: signer(`witness.example/${state}`, "ed25519-cosignature", 10 + i),
  ml: signer(`witness.example/${state}-pq`, "ml-dsa-44-cosignature", 20 + i),
}))
const vkey = (by: { key: Parameters<typeof formatVerifierKey>[0] }) => formatVerifierKey(by.key)
const witnessLines = states.map(
  ({ state, ed, ml }) =>
    `witness ${state}-ed ${vkey(ed)}\nwitness ${state}-ml ${vkey(ml)}\ngroup ${state} all ${state}-ed ${state}-ml\n`,
)
const charter = `log ${vkey(log)}\n${witnessLines.join("")}group states 2 ch sg uy\nquorum states\n`

/** A note cosigned at these times by the two keys of each state. */
function cosigned(times: Record<string, [bigint | undefined, bigint | undefined]>): Note {
  const lines = states.flatMap(({ state, ed, ml }) => {
    const [edTime, mlTime] = times[state] ?? []
    return [
      ...(edTime === undefined ? [] : [cosign(ed.key, ed.sign, text, edTime)]),
      ...(mlTime === undefined ? [] : [cosign(ml.key, ml.sign, text, mlTime)]),
    ]
  })
  return { text, signatures: [...signNote(text, [log]).signatures, ...lines] }
}

const judge = async (note: Note, policy = charter) => evaluatePolicy(nodeCrypto, parsePolicy(nodeCrypto, policy), note)

test("a policy is written as it is read, and comments, tabs and empty lines say nothing", () => {
  const policy = parsePolicy(nodeCrypto, charter)
  assert.equal(parsePolicy(nodeCrypto, formatPolicy(policy)).quorum, "states")
  assert.deepEqual(parsePolicy(nodeCrypto, formatPolicy(policy)), policy)
  const loose = `# a comment\n\n \t\n${charter.replaceAll(" ", " \t ").replaceAll("\nquorum", "\n\t# more\n  quorum")}`
  assert.deepEqual(parsePolicy(nodeCrypto, utf8(loose)), policy)
  const urls = `log ${vkey(log)} https://log.example/\nwitness w ${vkey(states[0]?.ed ?? log)} https://w.example\nquorum w\n`
  assert.equal(formatPolicy(parsePolicy(nodeCrypto, urls)), urls)
  assert.equal(formatPolicy(parsePolicy(nodeCrypto, "quorum none\n")), "quorum none\n")
})

test("a policy with anything unknown, undefined, doubled or circular is refused", () => {
  const [a, b] = states.map(({ ed }) => vkey(ed))
  const witnesses = `witness a ${a}\nwitness b ${b}\n`
  const broken = ["", "\n", "quorum none", "quorum\n", "quorum none none\n", "quorum none\nquorum none\n", "quorum a\n"]
  broken.push(`quorum a\n${witnesses}`, `${witnesses}quorum A\n`, `${witnesses}Quorum a\n`, `${witnesses}quorum a #c\n`)
  broken.push(`${witnesses}group g all a c\nquorum g\n`, `${witnesses}group g all g\nquorum g\n`)
  broken.push(`${witnesses}group g all h\ngroup h all g\nquorum g\n`, `${witnesses}group a all b\nquorum a\n`)
  broken.push(`${witnesses}group g all none\nquorum g\n`, `${witnesses}group none all a\nquorum none\n`)
  broken.push(`${witnesses}group g all a a\nquorum g\n`, `${witnesses}group g any a b\ngroup h any a g\nquorum h\n`)
  for (const count of ["0", "3", "01", "-1", "+1", "1.0", "ALL", "1e0", "99999999999999999999"])
    broken.push(`${witnesses}group g ${count} a b\nquorum g\n`)
  broken.push(`${witnesses}group g all\nquorum g\n`, `${witnesses}group g\nquorum g\n`, `${witnesses}group\nquorum a\n`)
  broken.push(`${witnesses}witness a ${vkey(states[2]?.ed ?? log)}\nquorum a\n`, `witness a ${a} url more\nquorum a\n`)
  broken.push(
    `witness a ${a}\nwitness c ${a}\nquorum a\n`,
    `witness none ${a}\nquorum none\n`,
    `witness a\nquorum none\n`,
  )
  broken.push(`log ${vkey(log)}\nlog ${vkey(log)}\nquorum none\n`, `log\nquorum none\n`, `log x y z\nquorum none\n`)
  broken.push(`log ${a}\nquorum none\n`, `witness w ${vkey(log)}\nquorum w\n`, `log ${vkey(log)}x\nquorum none\n`)
  broken.push(
    "quorum none\r\n",
    "quorum none\n#\u0000\n",
    "quorum none\n#\u007f\n",
    "quorum\u00a0none\n",
    "extra\nquorum none\n",
  )
  const renamed = vkey(signer("witness.example/again", "ed25519-cosignature", 10))
  broken.push(`witness a ${a}\nwitness c ${renamed}\nquorum a\n`)
  for (const input of broken) assert.throws(() => parsePolicy(nodeCrypto, input), rejection("policy.malformed"), input)
  assert.throws(() => parsePolicy(nodeCrypto, utf8("quorum none\n").with(3, 0xff)), rejection("policy.malformed"))
})

test("nothing but a rejection comes of any other policy", () => {
  const words = [
    "log",
    "witness",
    "group",
    "quorum",
    "none",
    "all",
    "any",
    "1",
    "a",
    "b",
    vkey(states[0]?.ed ?? log),
    vkey(log),
  ]
  const lines = fc.array(fc.array(fc.constantFrom(...words), { maxLength: 5 }).map((fields) => `${fields.join(" ")}\n`))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        lines.map((all) => all.join("")),
        fc.uint8Array(),
      ),
      (input) => {
        try {
          const policy = parsePolicy(nodeCrypto, input)
          assert.deepEqual(parsePolicy(nodeCrypto, formatPolicy(policy)), policy)
        } catch (error) {
          assert.ok(rejection("policy.malformed")(error), String(error))
        }
      },
    ),
    runs(200),
  )
})

test("two states of three make the quorum, each by both of its keys, from the second one's time", async () => {
  const quorum = await judge(cosigned({ ch: [100n, 130n], sg: [undefined, 90n], uy: [150n, 140n] }))
  assert.equal(quorum.holds, true)
  assert.equal(quorum.time, 150n)
  assert.deepEqual(quorum.members, [
    { name: "ch", time: 130n },
    { name: "sg", time: undefined },
    { name: "uy", time: 150n },
  ])
  const named = Object.fromEntries(quorum.witnesses.map(({ name, time }) => [name, time]))
  assert.deepEqual(named, {
    "ch-ed": 100n,
    "ch-ml": 130n,
    "sg-ed": undefined,
    "sg-ml": 90n,
    "uy-ed": 150n,
    "uy-ml": 140n,
  })
  const all = await judge(cosigned({ ch: [100n, 130n], sg: [80n, 90n], uy: [150n, 140n] }))
  assert.equal(all.time, 130n)
})

test("one state of three is no quorum, whatever else signed", async () => {
  const quorum = await judge(cosigned({ ch: [100n, 130n], sg: [120n, undefined], uy: [undefined, 140n] }))
  assert.deepEqual([quorum.holds, quorum.time], [false, undefined])
  assert.deepEqual(
    quorum.members.map((member) => member.time),
    [130n, undefined, undefined],
  )
})

test("a cosignature without a time counts for nothing", async () => {
  const quorum = await judge(cosigned({ ch: [100n, 0n], sg: [100n, 100n] }))
  assert.deepEqual(
    quorum.members.map((member) => member.time),
    [undefined, 100n, undefined],
  )
})

test("a bad line by a witness of the policy rejects the note", async () => {
  const note = cosigned({ ch: [100n, 130n], sg: [80n, 90n] })
  const signatures = note.signatures.map((line, i) =>
    i === 1 ? { ...line, signature: flipBit(line.signature, 100) } : line,
  )
  await assert.rejects(judge({ text, signatures }), rejection("note.signature"))
})

test("a quorum may be one witness, any of several, a nested group, or none", async () => {
  const note = cosigned({ ch: [100n, 130n], sg: [80n, undefined] })
  const before = witnessLines.join("")
  const single = await judge(note, `${before}quorum sg-ed\n`)
  assert.deepEqual([single.holds, single.time, single.members], [true, 80n, [{ name: "sg-ed", time: 80n }]])
  const any = await judge(note, `${before}group g any ch sg uy\nquorum g\n`)
  assert.deepEqual([any.holds, any.time], [true, 130n])
  const nested = await judge(note, `${before}group x any sg uy\ngroup y all ch x\nquorum y\n`)
  assert.deepEqual([nested.holds, nested.time], [false, undefined])
  const none = await judge(note, "quorum none\n")
  assert.deepEqual([none.holds, none.time, none.members], [true, undefined, []])
})

test("the quorum's time is that of the k-th member, as a plain count has it", async () => {
  const lines = states.map(({ ed }, i) => `witness w${i} ${vkey(ed)}\n`).join("")
  const time = fc.option(fc.bigInt({ min: 1n, max: 1n << 40n }), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(time, time, time, fc.integer({ min: 1, max: 3 }), async (ch, sg, uy, k) => {
      const note = cosigned({ ch: [ch, undefined], sg: [sg, undefined], uy: [uy, undefined] })
      const quorum = await judge(note, `${lines}group g ${k} w0 w1 w2\nquorum g\n`)
      const instants = [ch, sg, uy].filter((instant) => instant !== undefined)
      const cosignedBy = (at: bigint) => instants.filter((instant) => instant <= at).length
      const reached = instants.filter((instant) => cosignedBy(instant) >= k)
      const first = reached.find((instant) => reached.every((other) => instant <= other))
      assert.equal(quorum.time, first)
      assert.equal(quorum.holds, instants.length >= k)
    }),
    runs(20),
  )
})

test("a larger tree had no quorum before the second that every quorum must have passed", async () => {
  const policy = parsePolicy(nodeCrypto, charter)
  const floor = async (times: Parameters<typeof cosigned>[0]) => quorumFloor(policy, await judge(cosigned(times)))
  // All three stand here: whichever two came later, one of them was here at 20 or after.
  assert.equal(await floor({ ch: [10n, 10n], sg: [20n, 20n], uy: [30n, 30n] }), 20n)
  // The third was not here at all: with it, the first alone is enough.
  assert.equal(await floor({ ch: [10n, 10n], sg: [20n, 20n] }), 10n)
  // A state stands behind the larger tree by both of its keys, so after the later of them.
  assert.equal(await floor({ ch: [10n, 15n], sg: [20n, 20n] }), 15n)
  assert.equal(await floor({ ch: [10n, 10n] }), undefined)
  const none = parsePolicy(nodeCrypto, charter.replace("quorum states", "quorum none"))
  assert.equal(quorumFloor(none, await judge(cosigned({ ch: [10n, 10n], sg: [20n, 20n] }))), undefined)
})
