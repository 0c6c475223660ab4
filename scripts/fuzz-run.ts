import { VerificationError } from "#register/error.ts"
import { type Chance, openChance } from "./fuzz-chance.ts"
import { changed, type Input } from "./fuzz-change.ts"

/** A parser of bytes from outside, and how inputs for it are made. */
export type Parser = {
  name: string
  /** An input that is of the parser's form, or nearly. */
  make(chance: Chance): Input
  /**
   * Reads an input as the programs do. Refusing is a throw that `documented` knows (a VerificationError where it is
   * absent) or the answer `REFUSED`; where a format is canonical, writing what was read must give the input again.
   */
  read(input: Input): unknown
  documented?: (error: unknown) => boolean
  /** The longest input that the parser's door lets in. */
  most?: number
  /** Whether inputs are changed after they were made; absent: two of three are. */
  unchanged?: true
  /** What the parser needs is opened before its first input and closed after its last. */
  open?(): Promise<void>
  close?(): Promise<void>
  /** Called after every thousand inputs: what they left behind is put away. */
  tidy?(): void
}

/** Answered by `read` for what was refused without a throw. */
export const REFUSED = Symbol("refused")

/** One input on which a parser did something else than take it or refuse it as documented. */
export type Finding = { parser: string; seed: string; number: number; what: string; input: Input }

/** What a run over one parser came to. */
export type Outcome = { inputs: number; taken: number; seconds: number; findings: Finding[] }

const LONGEST_INPUT = 1 << 20
// One input may take so long in the best of three readings, since a collection of garbage is not its fault; and for each
// MiB of it, which is what JSON.parse takes for the worst.
const MOST_MS = 250
const MOST_MS_PER_MIB = 150
// Whatever the input's length, so much memory is nobody's to take; and for each byte of it.
const MOST_BYTES = 128 << 20
const MOST_PER_BYTE = 24
const MOST_FINDINGS = 20

/** The input of a number: made, and in two of three cases changed, with parts of another. */
export function inputOf(parser: Parser, seed: string, number: number): Input {
  const chance = openChance(`${seed}/${parser.name}/${number}`)
  const made = parser.make(chance)
  if (parser.unchanged || chance.once(3)) return made
  return changed(made, chance.once(8) ? parser.make(chance) : "", chance, parser.most ?? LONGEST_INPUT)
}

/** Why what a parser does with an input is a finding, or whether it took it. */
export async function judgeInput(parser: Parser, input: Input): Promise<{ taken: boolean; finding?: string }> {
  try {
    const answer = parser.read(input)
    return { taken: (answer instanceof Promise ? await answer : answer) !== REFUSED }
  } catch (error) {
    const documented = parser.documented ?? ((thrown) => thrown instanceof VerificationError)
    if (documented(error)) return { taken: false }
    return { taken: false, finding: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

/** Reads `inputs` inputs, one after the other; ends early after many findings. */
export async function fuzz(parser: Parser, seed: string, inputs: number): Promise<Outcome> {
  const findings = new Map<string, Finding>()
  await parser.open?.()
  const began = performance.now()
  let taken = 0
  let number = 0
  for (; number < inputs && findings.size < MOST_FINDINGS; number++) {
    const input = inputOf(parser, seed, number)
    const before = input.length > 100_000 ? process.memoryUsage.rss() : 0
    const start = performance.now()
    const judged = await judgeInput(parser, input)
    const took = performance.now() - start
    if (judged.taken) taken++
    const what = judged.finding ?? (await tooMuch(parser, input, took, before))
    if (what && !findings.has(kindOf(what)))
      findings.set(kindOf(what), { parser: parser.name, seed, number, what, input })
    if (number % 1000 === 999) parser.tidy?.()
  }
  const seconds = (performance.now() - began) / 1000
  await parser.close?.()
  return { inputs: number, taken, seconds, findings: [...findings.values()] }
}

/** Numbers in a message differ from input to input; it is one finding. */
function kindOf(what: string): string {
  return what.replaceAll(/\d+/g, "n").slice(0, 120)
}

async function tooMuch(parser: Parser, input: Input, took: number, before: number): Promise<string | undefined> {
  const grown = before > 0 ? process.memoryUsage.rss() - before : 0
  if (grown > MOST_BYTES + input.length * MOST_PER_BYTE)
    return `took ${Math.round(grown / 2 ** 20)} MiB for ${input.length} bytes`
  const most = MOST_MS + (MOST_MS_PER_MIB * input.length) / 2 ** 20
  let least = took
  for (let i = 0; i < 2 && least > most; i++) {
    // Of this thread alone: whatever else the machine does is no fault of the input.
    const start = process.threadCpuUsage()
    await judgeInput(parser, input)
    const { user, system } = process.threadCpuUsage(start)
    least = Math.min(least, (user + system) / 1000)
  }
  return least > most ? `took ${Math.round(least)} ms for ${input.length} bytes` : undefined
}

/** What a parser's `read` throws where what it read is not written as it was read. */
export class Difference extends Error {
  override name = "Difference"
}

/** That writing gives the bytes again that were read. */
export function same(written: Input, read: Input): void {
  if (written.length === read.length && compare(written, read)) return
  throw new Difference("what was read is written in another way")
}

function compare(one: Input, other: Input): boolean {
  if (typeof one === "string" || typeof other === "string") return one === other
  return Buffer.compare(one, other) === 0
}
