import { buffer } from "node:stream/consumers"
import { giveJob, openCompiler } from "./compiler.ts"
import { type PaperJob, PRESS_ANSWERS } from "./job.ts"

/**
 * The press: one job on standard input, one paper on standard output, and it ends. `press.ts` starts it without
 * environment, network and disk, because it works on words from outside.
 */
const job: PaperJob = JSON.parse((await buffer(process.stdin)).toString())
const compiler = await openCompiler()
const [kind, bytes] = set()
process.stdout.write(Buffer.concat([Uint8Array.of(kind), bytes]))

function set(): [kind: number, bytes: Uint8Array] {
  try {
    giveJob(compiler, job)
    // Answers an object of this shape; the declaration of the package says `any`.
    const made: { result?: Uint8Array; diagnostics?: unknown[] } = compiler.compile(
      `/${job.template}.typ`,
      undefined,
      "pdf",
      2,
    )
    if (made.result) return [PRESS_ANSWERS.made, made.result]
    return [PRESS_ANSWERS.wrong, Buffer.from(String(made.diagnostics))]
  } catch (error) {
    // The compiler knows no other end of its memory or its stack than to trap.
    const trapped = error instanceof Error && ["RuntimeError", "RangeError"].includes(error.name)
    return [trapped ? PRESS_ANSWERS.exhausted : PRESS_ANSWERS.wrong, Buffer.from(String(error))]
  }
}
