import { writeFileSync } from "node:fs"
import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption"
import { concat, utf8 } from "#register/bytes.ts"
import { identity } from "./envelope-plan.ts"

// Writes test/vectors/envelope-sealed-refused.json: `node test/vectors/envelope-write-sealed.ts`.

const FILE = new URL("./envelope-sealed-refused.json", import.meta.url)
const ABOUT =
  "Age files handed to the member at `place` (from 0) of `count`, with the identities of envelope-valid.json; each is refused with `why`. Written by age-encryption."

/** Age files that no addressee takes: written by another implementation, which keeps to no rule of ours. */
async function makeRefusedFiles() {
  const [first, second] = [identity("meridia", 1), identity("secretariat", 1)]
  const stranger = identity("meridia", 14)
  const other = await identityToRecipient(await generateX25519Identity())
  const sealTo = async (...to: string[]) => {
    const encrypter = new Encrypter()
    for (const recipient of to) encrypter.addRecipient(recipient)
    return encrypter.encrypt("words")
  }
  const right = await sealTo(first.recipient, second.recipient)
  const flipped = (index: number) => right.map((byte, i) => (i === index ? byte ^ 1 : byte))
  const mac = Buffer.from(right).indexOf("\n--- ") + 5
  const cases: [string, number, string, Uint8Array][] = [
    ["a stanza removed", 0, "body.stanzas", await sealTo(first.recipient)],
    ["a stanza added", 0, "body.stanzas", await sealTo(first.recipient, second.recipient, first.recipient)],
    ["two stanzas out of place", 0, "body.unopenable", await sealTo(second.recipient, first.recipient)],
    [
      "a stranger's stanza in a member's place",
      1,
      "body.unopenable",
      await sealTo(first.recipient, stranger.recipient),
    ],
    ["a stanza of another type", 0, "body.stanzas", await sealTo(first.recipient, other)],
    ["the payload's last byte altered", 0, "body.malformed", flipped(right.length - 1)],
    ["the payload cut off", 0, "body.malformed", right.slice(0, -1)],
    [
      "the header's MAC altered",
      1,
      "body.malformed",
      concat(right.slice(0, mac), utf8(right[mac] === 65 ? "B" : "A"), right.slice(mac + 1)),
    ],
  ]
  return cases.map(([what, place, why, file]) => ({ what, place, count: 2, why, file: file.toBase64() }))
}

writeFileSync(FILE, `${JSON.stringify({ about: ABOUT, cases: await makeRefusedFiles() }, null, 1)}\n`)
