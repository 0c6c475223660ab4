import { randomBytes } from "node:crypto"
import { parseArgs } from "node:util"
import { PARSERS } from "./fuzz-parsers.ts"
import { type Finding, fuzz } from "./fuzz-run.ts"

/**
 * Structure-aware fuzzing of every parser that reads bytes from outside: `npm run fuzz -- [--only PARSER] [--inputs N]
 * [--seed S] [--list]`. A finding is anything but taking an input or refusing it as documented, a difference after
 * writing again what was read, or too much time or memory for one input. It becomes a vector in test/vectors.
 */
const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string", default: randomBytes(4).toString("hex") },
    list: { type: "boolean", default: false },
  },
})
const { only, seed } = values
const inputs = Number(values.inputs)
const chosen = PARSERS.filter(({ name }) => !only || only.includes(name))
if (!Number.isSafeInteger(inputs) || inputs < 1 || chosen.length === 0) {
  const names = PARSERS.map(({ name }) => name).join(" ")
  process.stderr.write(`fuzz [--only PARSER]… [--inputs N] [--seed S] [--list]; parsers: ${names}\n`)
  process.exit(64)
}
if (values.list) {
  process.stdout.write(`${chosen.map(({ name }) => name).join("\n")}\n`)
  process.exit(0)
}

/** An input as it can be put into a vector: bytes in base64, text as JSON writes it; a long one by its beginning. */
function shown({ input }: Finding): string {
  const whole = typeof input === "string" ? JSON.stringify(input) : Buffer.from(input).toString("base64")
  return whole.length > 4000 ? `${whole.slice(0, 4000)}… (${input.length})` : whole
}

process.stdout.write(`seed ${seed}\n`)
let found = 0
for (const parser of chosen) {
  const { inputs: done, taken, seconds, findings } = await fuzz(parser, seed, inputs)
  found += findings.length
  const share = Math.round((100 * taken) / done)
  const rate = Math.round(done / seconds)
  process.stdout.write(
    `${parser.name.padEnd(20)} ${done} inputs, ${share} % taken, ${rate} a second, ${findings.length} findings\n`,
  )
  for (const finding of findings)
    process.stdout.write(`  number ${finding.number}: ${finding.what}\n    ${shown(finding)}\n`)
}
process.stdout.write(`seed ${seed}: ${found} findings\n`)
process.exit(found === 0 ? 0 : 1)
