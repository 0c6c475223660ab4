import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import type { Figure } from "./figure.ts"

/**
 * `npm run bench [-- --only PREFIX]`: measures, prints a table, writes figures.json. Every family is a file of its own
 * and opens real programs; what a figure is compared with is measured in the same run. A part that is measured alone
 * leaves the other figures of the file as they were. The exit code says whether every floor holds.
 */
const families: readonly { names: readonly string[]; measure(): Promise<Figure[]> }[] = [
  { names: ["core.seal", "core.open"], measure: async () => (await import("./sealing.ts")).measureSealing() },
  { names: ["core.start", "core.memory"], measure: async () => (await import("./start.ts")).measureStart() },
  { names: ["core.desk-to-desk", "core.witnessed"], measure: async () => (await import("./road.ts")).measureRoad() },
  { names: ["core.lists"], measure: async () => (await import("./lists.ts")).measureLists() },
  { names: ["core.intake"], measure: async () => (await import("./intake.ts")).measureIntake() },
  { names: ["core.catch-up"], measure: async () => (await import("./catch-up.ts")).measureCatchUp() },
  { names: ["core.growth"], measure: async () => (await import("./growth.ts")).measureGrowth() },
  { names: ["lines.board"], measure: async () => (await import("./board.ts")).measureBoard() },
  { names: ["lines.screen"], measure: async () => (await import("./screen.ts")).measureScreen() },
  { names: ["lines.stop"], measure: async () => (await import("./stop.ts")).measureStop() },
  { names: ["lines.search"], measure: async () => (await import("./search.ts")).measureSearch() },
  { names: ["roll.rotation"], measure: async () => (await import("./drills.ts")).measureRotation() },
  { names: ["roll.restore"], measure: async () => (await import("./drills.ts")).measureRestore() },
  { names: ["lines.attachment"], measure: async () => (await import("./attachment.ts")).measureAttachment() },
]

const FILE = new URL("./figures.json", import.meta.url)
const { values } = parseArgs({ options: { only: { type: "string", default: "" } } })
const { only } = values
const chosen = families.filter(({ names }) => names.some((name) => name.startsWith(only) || only.startsWith(name)))
if (chosen.length === 0) throw new Error(`no figure's name begins with "${only}"`)

const measured: Figure[] = []
for (const family of chosen) {
  const figures = (await family.measure()).filter((figure) => figure.name.startsWith(only))
  for (const figure of figures) process.stdout.write(`${row(figure)}\n`)
  measured.push(...figures)
}
if (measured.length === 0) throw new Error(`no figure's name begins with "${only}"`)

const before: Figure[] = only !== "" && existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : []
const names = new Set(measured.map((figure) => figure.name))
const all = [...before.filter((figure) => !names.has(figure.name)), ...measured]
writeFileSync(FILE, `${JSON.stringify(all, null, 2)}\n`)
const missed = measured.filter((figure) => figure.holds === false)
process.stdout.write(`\n${measured.length} figures, ${missed.length} below their floor\n`)
process.exitCode = missed.length === 0 ? 0 : 1

function row({ name, value, unit, floor, holds }: Figure): string {
  const verdict = holds === null ? "" : holds ? "holds" : "MISSED"
  return `${name.padEnd(32)}${String(value).padStart(10)} ${unit.padEnd(16)}${(floor ?? "").padEnd(10)}${verdict}`
}
