import { spawnSync } from "node:child_process"
import { globSync } from "node:fs"

/**
 * Runs the tests: first those of the pure folders in one process, then those that open real programs, each in its own.
 * `npm test -- PATTERN` runs the files whose path contains it.
 */
const pattern = process.argv[2] ?? ""
const files = globSync(["src/**/*.test.ts", "test/**/*.test.ts"]).filter((file) => file.includes(pattern))
const isPure = (file: string) => /^src\/(offices|register|files|seal|sheet|paper|public|words)\//.test(file)

function run(title: string, chosen: readonly string[], options: readonly string[]): boolean {
  if (chosen.length === 0) return true
  process.stdout.write(`\n${title}: ${chosen.length} files\n`)
  const reporter = [
    "--test-reporter=dot",
    "--test-reporter-destination=stdout",
    "--test-reporter=spec",
    "--test-reporter-destination=test-report.log",
  ]
  const args = ["--test", ...reporter, ...options, ...chosen]
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status === 0
}

if (files.length === 0) {
  process.stderr.write(`no test file's path contains "${pattern}"\n`)
  process.exit(1)
}
const pure = run("pure tests, one process", files.filter(isPure), ["--test-isolation=none"])
const real = run(
  "tests with real programs",
  files.filter((file) => !isPure(file)),
  ["--test-concurrency=2"],
)
process.exit(pure && real ? 0 : 1)
