import { spawnSync } from "node:child_process"

/** Types of the three worlds (Node, pure, browser) and the linter, of which no warning may stand; each says for itself what is wrong. */
const checks: readonly (readonly string[])[] = [
  ["tsc", "-p", "tsconfig.json"],
  ["tsc", "-p", "tsconfig.pure.json"],
  ["tsc", "-p", "tsconfig.web.json"],
  ["biome", "check", "--error-on-warnings", "."],
]

let failed = 0
for (const [program = "", ...args] of checks) {
  const { status } = spawnSync(`node_modules/.bin/${program}`, args, { stdio: "inherit" })
  process.stdout.write(`${status === 0 ? "ok    " : "FAILED"} ${program} ${args.join(" ")}\n`)
  if (status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
