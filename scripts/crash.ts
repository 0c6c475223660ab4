import { randomBytes } from "node:crypto"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { openAudit } from "./crash-audit.ts"
import { openLoad } from "./crash-load.ts"
import { type CrashOffice, type Kind, openCrashOffice } from "./crash-office.ts"
import { pause } from "./crash-program.ts"
import { watchRegister } from "./crash-register.ts"

/**
 * Kill -9 at random moments, under load, of real programs: `npm run crash -- [--rounds N] [--seed S] [--only KIND]`.
 * After each round the office must come to rest with nothing lost, doubled or out of order, and a register that
 * continues every checkpoint it ever published. A page cache survives kill -9: this shows that programs recover, not
 * that a disk keeps what was flushed.
 */
const KINDS: readonly Kind[] = ["registry", "desk", "witness", "postgres", "start"]
const LONGEST_LIFE = 50

/** Numbers from 0 to below 1 that a seed repeats (mulberry32). Moments within a process stay the machine's own. */
function numbers(seed: string): () => number {
  let state = [...seed].reduce((sum, letter) => (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) | 0, 7)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Run = { seed: string; random: () => number; passed: number; failed: number; killed: Map<string, number> }

/** What dies in an office that lives through these rounds, as one process or as many. */
type Life = { asOne: boolean; rounds: readonly Kind[] }

/** Kills once, now and then again while the killed program starts; answers what was killed. */
async function killAndRestart(office: CrashOffice, kind: Kind, run: Run): Promise<string[]> {
  const choose = (below: number) => Math.floor(run.random() * below)
  await pause(run.random() * 800)
  const killed = [await office.kill(kind, choose)]
  await pause(run.random() * 300)
  let restarted = office.restart()
  if (run.random() < 0.25 && kind !== "postgres") {
    restarted.ready.catch(() => undefined) // It is killed on its way.
    await pause(run.random() * 900)
    killed.push(`${await office.kill(kind, choose)} again`)
    await restarted.ready.catch(() => undefined)
    restarted = office.restart()
  }
  await restarted.ready
  for (const name of killed)
    run.killed.set(name.split("-")[0] ?? name, (run.killed.get(name.split("-")[0] ?? name) ?? 0) + 1)
  return killed
}

/** One office for as many rounds as given; ends early where one fails, because nothing after it would be proven. */
async function live(run: Run, { asOne, rounds }: Life): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "iod-crash-"))
  let left = rounds.length
  let office: CrashOffice | undefined
  try {
    office = await openCrashOffice(data, asOne)
    const load = openLoad(office, run.seed, run.random)
    const watch = watchRegister(office)
    const audit = openAudit(office, load, watch)
    for (const kind of rounds) {
      const began = performance.now()
      load.start()
      const killed = await killAndRestart(office, kind, run)
      await pause(run.random() * 300)
      await load.stop()
      await audit.quiesce()
      await audit.check()
      left--
      run.passed++
      const seconds = ((performance.now() - began) / 1000).toFixed(1)
      const sum = `${load.handed.length} handed in, ${audit.envelopes()} envelopes, ${watch.seen()} checkpoints`
      process.stdout.write(`ok ${run.passed} ${killed.join(", ").padEnd(28)} ${seconds} s  ${sum}\n`)
    }
    await audit.checkFiles()
    await watch.stop()
    await office.close()
  } catch (error) {
    run.failed += Math.max(1, left)
    process.stdout.write(`FAILED ${error instanceof Error ? (error.stack ?? error.message) : error}\n`)
    process.stdout.write(`what is left of the office: ${data}\n`)
    await office?.close()
    return
  }
  rmSync(data, { recursive: true, force: true, maxRetries: 10 })
}

/** Which kinds die in which round: one office of many processes, and after it one that is a single process. */
function plan(rounds: number, only: Kind | undefined, random: () => number): Life[] {
  const asOne = only ? (only === "start" ? rounds : 0) : Math.ceil(rounds / 5)
  const apart: Kind[] = ["registry", "desk", "witness", "postgres"]
  const many = Array.from({ length: rounds - asOne }, (_, i) => only ?? apart[i % apart.length] ?? "desk")
  // Now and then the whole keeps running and only its database dies.
  const one = Array.from({ length: asOne }, (): Kind => (only || random() < 0.75 ? "start" : "postgres"))
  for (let i = many.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[many[i], many[j]] = [many[j] ?? "desk", many[i] ?? "desk"]
  }
  const lives = (asOne: boolean, all: Kind[]): Life[] =>
    Array.from({ length: Math.ceil(all.length / LONGEST_LIFE) }, (_, i) => {
      return { asOne, rounds: all.slice(i * LONGEST_LIFE, (i + 1) * LONGEST_LIFE) }
    })
  return [...lives(false, many), ...lives(true, one)]
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    seed: { type: "string", default: randomBytes(4).toString("hex") },
    only: { type: "string" },
  },
})
const only = KINDS.find((kind) => kind === values.only)
const rounds = Number(values.rounds)
if ((values.only && !only) || !Number.isInteger(rounds) || rounds < 1 || !existsSync("/proc/self/exe")) {
  process.stderr.write(`crash [--rounds N] [--seed S] [--only ${KINDS.join("|")}], on Linux\n`)
  process.exit(64)
}
process.stdout.write(`seed ${values.seed}\n`)
const run: Run = { seed: values.seed, random: numbers(values.seed), passed: 0, failed: 0, killed: new Map() }
for (const life of plan(rounds, only, run.random)) await live(run, life)
const killed = [...run.killed].map(([name, times]) => `${name} ${times}`).join(", ")
process.stdout.write(`killed: ${killed}\nseed ${values.seed}: ${run.passed} passed, ${run.failed} failed\n`)
process.exit(run.failed === 0 ? 0 : 1)
