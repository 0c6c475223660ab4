import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { globSync } from "node:fs"
import { join } from "node:path"
import { foundOnce } from "../test/office.ts"
import { lastTimes } from "../test/times.ts"
import { testFolder } from "./test-folder.ts"

/**
 * Runs the tests: those of the pure folders in one process, and beside it those that open real programs, each file in
 * its own, the longest first. `npm test -- PATTERN` runs the files whose path contains it.
 */
const pattern = process.argv[2] ?? ""
const files = globSync(["src/**/*.test.ts", "test/**/*.test.ts"]).filter((file) => file.includes(pattern))
const isPure = (file: string) => /^src\/(offices|register|seal|sheet|public|words)\//.test(file)

/** The files in the order in which they took longest the last time; new ones first. */
function longestFirst(chosen: readonly string[]): string[] {
  const last = lastTimes()
  const time = (file: string) => last.get(file) ?? (last.size > 0 ? 60 : usualTime(file))
  return chosen.toSorted((a, b) => time(b) - time(a))
}

/** Without a last time: what opens offices of many processes, or a browser, is long. */
function usualTime(file: string): number {
  return ["acceptance", "disk", "backup", "journeys", "start", "attacks"].some((word) => file.includes(word)) ? 2 : 1
}

function node(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, args, { stdio: "inherit" })
}

async function isGood(child: ChildProcess): Promise<boolean> {
  return (await once(child, "close"))[0] === 0
}

/** Dots and times for whoever waits, and every test by name in a file. */
function reporters(log: string): string[] {
  const all = [
    ["./test/times.ts", "stdout"],
    ["spec", log],
  ]
  return all.flatMap(([name, to]) => [`--test-reporter=${name}`, `--test-reporter-destination=${to}`])
}

async function main(): Promise<boolean> {
  const folder = testFolder()
  process.env.TMPDIR = folder
  const pure = files.filter(isPure)
  const real = longestFirst(files.filter((file) => !isPure(file)))
  process.stdout.write(`${pure.length} files of pure tests, ${real.length} with real programs\n`)
  const running: Promise<boolean>[] = []
  if (pure.length > 0) {
    const spoken = reporters("test-report-pure.log")
    running.push(isGood(node(["--test", ...spoken, "--test-isolation=none", ...pure])))
  }
  if (real.length > 0) {
    const founded = join(folder, "founded")
    // One that is opened once or twice is as quickly founded.
    if (real.length > 2) await foundOnce(founded)
    process.env.IOD_FOUNDED = founded
    const spoken = reporters("test-report.log")
    running.push(isGood(node(["--test", ...spoken, "--test-concurrency=2", ...real])))
  }
  return (await Promise.all(running)).every((good) => good)
}

if (files.length === 0) {
  process.stderr.write(`no test file's path contains "${pattern}"\n`)
  process.exit(1)
}
process.exit((await main()) ? 0 : 1)
