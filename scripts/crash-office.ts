import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { DeskStatus } from "#offices/joins/screen.ts"
import { type Charter, type CharterText, openCharter } from "#offices/roll/charter.ts"
import { formatLine, lineId } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { createWitnessKey, makeWitness } from "#witness/key.ts"
import { exercisePlan, foundExercise, type Plan, programFolder } from "../src/cli/exercise/found.ts"
import {
  callDesk,
  freePort,
  killAtOnce,
  type Program,
  pause,
  postmasters,
  readDesk,
  saying,
  startProgram,
} from "./crash-program.ts"

/** What can be killed. `start` is an office that runs as one process; the others are programs of one that runs as seven. */
export type Kind = "registry" | "desk" | "witness" | "postgres" | "start"

/** An office of real processes. */
export type CrashOffice = {
  readonly data: string
  readonly desks: readonly string[]
  readonly charter: Charter
  folderOf(desk: string): string
  registry(): string
  /** A program by its name: `registry`, `desk-NAME`, `witness-NAME`, or `start` for an office that is one process. */
  program(name: string): Program
  /** Data folder of the office's PostgreSQL. */
  postgres(): string
  /** Kills one at once; answers which. */
  kill(kind: Kind, choose: (below: number) => number): Promise<string>
  /** Begins to start whatever does not run; `ready` when all of it answers. */
  restart(): { ready: Promise<void> }
  /** Ends everything, by asking first; `restart` begins it again. */
  close(): Promise<void>
}

const PLAN: Plan = {
  desks: ["secretariat", "ukraine", "russian-federation"],
  witnesses: ["austria", "ireland", "singapore"],
  lines: [
    { purpose: "direct line", members: ["russian-federation", "ukraine"], proposer: "ukraine" },
    { purpose: "all", members: ["russian-federation", "secretariat", "ukraine"], proposer: "secretariat" },
  ],
}
// Short enough that many line checks and receipts fall into a round; allowances that the load does not reach.
const CHANGES: Partial<CharterText> = {
  clocks: {
    slot: { attended: 2, unattended: 2 },
    slotOfMany: { attended: 3, unattended: 3 },
    acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
    stampBound: 60,
  },
  limits: { body: 4_194_304, perMinute: 60_000, urgentPerMinute: 60_000, backlog: 512 },
}

type Part = { words(): string[]; ready: RegExp; program: Program | undefined }

/** Founds an office under `data` and starts it: as one process for `start`, else each program in its own. */
export async function openCrashOffice(data: string, asOne: boolean): Promise<CrashOffice> {
  mkdirSync(join(data, "log"), { recursive: true })
  const office = join(data, "office")
  const plan = asOne ? exercisePlan : PLAN
  const parts = asOne ? await oneProcess(office) : await manyProcesses(office)

  async function start(name: string, part: Part): Promise<void> {
    // Whatever was killed while it started is started again; a program that ends by itself is a finding.
    if (part.program && !part.program.isOver()) await saying(part.program, part.ready)
    else {
      part.program = startProgram(part.words(), join(data, "log", `${name}.log`))
      await saying(part.program, part.ready)
    }
  }
  const restart = () => ({ ready: Promise.all([...parts].map(([n, part]) => start(n, part))).then(() => undefined) })

  const postgres = asOne ? join(office, "postgres") : join(programFolder(office, "registry"), "postgres")
  async function killPostgres(): Promise<string> {
    const [pid] = postmasters(postgres)
    const owner = parts.get(asOne ? "start" : "registry")?.program
    if (pid === undefined || !owner || owner.isOver()) return "postgres (not running)"
    process.kill(pid, "SIGKILL")
    const late = pause(20_000).then(() => "late")
    const how = await Promise.race([owner.ended, late])
    if (how !== "1" || !/lost its database|PostgreSQL/.test(owner.said().slice(-3000)))
      throw new Error(`without its database the registry ended so: ${how}: ${owner.said().slice(-1500)}`)
    return "postgres"
  }

  async function close(): Promise<void> {
    for (const { program } of [...parts.values()].reverse()) {
      if (!program || program.isOver()) continue
      program.child.kill("SIGTERM")
      const how = await Promise.race([program.ended, pause(20_000).then(() => "late")])
      if (how === "late") await killAtOnce(program)
    }
    for (const pid of postmasters(postgres)) process.kill(pid, "SIGINT")
  }

  await restart().ready.catch(async (error) => {
    await close()
    throw error
  })
  const charter = openCharter(
    nodeCrypto,
    readFileSync(join(programFolder(office, "registry"), "charter.json"), "utf8"),
  ).charter
  const opened: CrashOffice = {
    ...{ data, desks: plan.desks, charter, restart, close },
    folderOf: (desk) => programFolder(office, "desk", desk),
    postgres: () => postgres,
    program(name) {
      const program = parts.get(name)?.program
      if (!program) throw new Error(`no program ${name} runs`)
      return program
    },
    registry() {
      const said = parts.get(asOne ? "start" : "registry")?.program?.said() ?? ""
      return /(?:registry\s+|answers at )(http:\/\/\S+)/.exec(said)?.[1] ?? "http://127.0.0.1:1"
    },
    async kill(kind, choose) {
      if (kind === "postgres") return killPostgres()
      const names = [...parts.keys()].filter((name) => name.startsWith(kind))
      const name = names[choose(names.length)] ?? kind
      const program = parts.get(name)?.program
      if (program) await killAtOnce(program)
      return name
    },
  }
  if (!asOne) await openLines(opened)
  return opened
}

async function oneProcess(office: string): Promise<Map<string, Part>> {
  const port = String(await freePort())
  const words = () => ["start", "--data", office, "--port", port]
  return new Map([["start", { words, ready: /Each link signs in once/, program: undefined }]])
}

async function manyProcesses(office: string): Promise<Map<string, Part>> {
  foundExercise(
    office,
    PLAN,
    (folder, state) => makeWitness(folder, createWitnessKey(`${state}.witness.example`)),
    CHANGES,
  )
  const parts = new Map<string, Part>()
  const add = (name: string, ready: RegExp, words: string[]) =>
    parts.set(name, { words: () => words, ready, program: undefined })
  const urls: string[] = []
  for (const name of PLAN.witnesses) {
    const port = String(await freePort())
    urls.push(`http://127.0.0.1:${port}`)
    const folder = programFolder(office, "witness", name)
    add(`witness-${name}`, /answers at/, ["witness", "--folder", folder, "--port", port])
  }
  const port = String(await freePort())
  const folder = programFolder(office, "registry")
  const witnesses = urls.flatMap((url) => ["--witness", url])
  add("registry", /registry answers at/, ["registry", "--folder", folder, "--port", port, ...witnesses])
  for (const name of PLAN.desks) {
    const at = ["--folder", programFolder(office, "desk", name), "--port", String(await freePort())]
    add(`desk-${name}`, /sign-in#/, ["desk", ...at, "--registry", `http://127.0.0.1:${port}`])
  }
  return parts
}

/** Opens the lines of the plan through the desks' own doors, as officers would. */
async function openLines(office: CrashOffice): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end; await pause(100)) {
    const at = new Map<string, DeskStatus>()
    for (const desk of office.desks) at.set(desk, await readDesk(office.folderOf(desk), "/desk"))
    const open = await Promise.all(PLAN.lines.map((line) => openLine(office, at, line)))
    // Two lines of the plan and one with the secretariat at each other member.
    const whole = [...at.values()].every((s) => s.lines.length >= 3 && s.lines.every((l) => l.open))
    if (open.every((one) => one) && whole) return
  }
  throw new Error("the lines of the office were not opened")
}

async function openLine(
  office: CrashOffice,
  at: ReadonlyMap<string, DeskStatus>,
  { members, purpose, proposer }: Plan["lines"][number],
): Promise<boolean> {
  const status = at.get(proposer)
  const ready = members.every((name) => status?.delegations.find((d) => d.name === name)?.state === "active")
  if (!status || !ready) return false
  const nonce = nodeCrypto.sha256(Buffer.from(purpose)).toHex()
  const line = { office: status.office, members: [...members].sort(), purpose, nonce, follows: null }
  const id = lineId(nodeCrypto, line)
  const hand = (desk: string, act: string, fields: object) =>
    callDesk(office.folderOf(desk), "POST", "/acts", {
      act,
      line: id,
      records: [{ fields }],
      token: `${act}.${purpose}`,
    })
  const view = (name: string) => at.get(name)?.lines.find((l) => l.id === id)
  if (!view(proposer)) await hand(proposer, "line.proposed", { matter: id, text: formatLine(line), purpose })
  for (const name of members) if (view(name)?.awaited.includes(name)) await hand(name, "line.accepted", { matter: id })
  return members.every((name) => view(name)?.open)
}
