import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { relative } from "node:path"
import { dot, type TestEvent } from "node:test/reporters"

const TIMES = "test-times.log"
const SHOWN = 15

/** How many seconds each file took when it was run last on this machine. */
export function lastTimes(): Map<string, number> {
  const lines = existsSync(TIMES) ? readFileSync(TIMES, "utf8").trimEnd().split("\n") : []
  return new Map(lines.map((line) => [line.slice(line.indexOf(" ") + 1), Number.parseFloat(line)]))
}

/** The reporter `dot`, which says at the end how long each file took, the longest first. */
export default async function* dotsAndTimes(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const taken = new Map<string, number>()
  async function* noted() {
    for await (const event of events) {
      if (event.type === "test:summary" && event.data.file !== undefined)
        taken.set(relative(process.cwd(), event.data.file), event.data.duration_ms / 1000)
      yield event
    }
  }
  yield* dot(noted())
  const all = [...new Map([...lastTimes(), ...taken])].sort((a, b) => b[1] - a[1])
  writeFileSync(TIMES, all.map(([file, seconds]) => `${seconds.toFixed(1)} ${file}\n`).join(""))
  const longest = [...taken].sort((a, b) => b[1] - a[1]).slice(0, SHOWN)
  yield `\n${longest.map(([file, seconds]) => `${seconds.toFixed(1).padStart(6)} s  ${file}\n`).join("")}`
}
