import { randomBytes } from "node:crypto"
import { Decrypter, Encrypter } from "age-encryption"
import { generateSealingIdentity, importIdentity, open, seal } from "#seal/node/hybrid.ts"
import { atLeast, beside, type Figure, median, timed } from "./figure.ts"

const BODY = 4096
const ROUNDS = 5

/** Sealing and opening 4 KiB for 2, 5 and 20 members, against `age-encryption` alone, in turns. */
export async function measureSealing(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const count of [2, 5, 20]) figures.push(...(await measureFor(count)))
  return figures
}

async function measureFor(count: number): Promise<Figure[]> {
  const members = Array.from({ length: count }, generateSealingIdentity)
  const to = members.map((m) => m.recipient)
  const plain = randomBytes(BODY)
  const theirs = new Encrypter()
  for (const recipient of to) theirs.addRecipient(recipient)
  const file = seal(to, plain)
  // A desk holds its identity imported, as the other side holds its Decrypter: neither is counted.
  const ours = members.map((m) => importIdentity(m.identity))
  const decrypters = members.map((m) => {
    const decrypter = new Decrypter()
    decrypter.addIdentity(m.identity)
    return decrypter
  })
  const sealTimes = await inTurns(
    () => seal(to, plain),
    () => theirs.encrypt(plain),
    Math.ceil(60 / count),
  )
  const openTimes = await inTurns(
    (i) => open({ identity: ours[i % count] ?? "", place: i % count, count }, file),
    (i) => decrypters[i % count]?.decrypt(file),
    Math.ceil(60 / count) * count,
  )
  const how = `${BODY} bytes for ${count} members: src/seal/node/hybrid.ts against age-encryption, both warm, median of ${ROUNDS} rounds in turns`
  return [
    ...pair(`core.seal.${count}`, sealTimes, how),
    ...pair(`core.open.${count}`, openTimes, `${how}; each member opens in turn`),
  ]
}

type Turns = { ours: number; ratio: number }

function pair(name: string, { ours, ratio }: Turns, how: string): Figure[] {
  return [
    atLeast(name, ratio, 8, { unit: "times faster", how }),
    beside(`${name}.time`, ours, { unit: "ms", how: "ours alone" }),
  ]
}

/** One round of each in turn, so that a busy machine slows both. */
async function inTurns(ours: (i: number) => unknown, theirs: (i: number) => unknown, times: number): Promise<Turns> {
  const each = async (work: (i: number) => unknown) => {
    for (let i = 0; i < times; i++) await work(i)
  }
  await each(ours)
  await each(theirs)
  const rounds: Turns[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const first = (await timed(() => each(ours))) / times
    const second = (await timed(() => each(theirs))) / times
    rounds.push({ ours: first, ratio: second / first })
  }
  return { ours: median(rounds.map((r) => r.ours)), ratio: median(rounds.map((r) => r.ratio)) }
}
