import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { deskApp, leaveScriptAddress } from "#desk/serve.ts"
import type { DeskStatus } from "#offices/joins/screen.ts"
import { openAudit } from "../scripts/crash-audit.ts"
import { openLoad } from "../scripts/crash-load.ts"
import { openCrashOffice } from "../scripts/crash-office.ts"
import { callDesk, readDesk, saying } from "../scripts/crash-program.ts"
import { watchRegister } from "../scripts/crash-register.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { openOffice, received, say, until } from "./office.ts"

function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "iod-disk-"))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) }
}

/** A disk of its own on a folder: a tmpfs of so many MiB. `undefined` where this process may not mount one. */
function smallDisk(folder: string, mebibytes: number): Disposable | undefined {
  mkdirSync(folder, { recursive: true })
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m,mode=0700`, "tmpfs", folder], { stdio: "ignore" })
  } catch {
    return undefined
  }
  // Lazily: it goes when the last program that has a file there is gone.
  return { [Symbol.dispose]: () => void execFileSync("umount", ["-l", folder]) }
}

/** Writes a file until nothing more fits, but for so many MiB. */
function fill(folder: string, leave = 0): string {
  const path = join(folder, "filler")
  const file = openSync(path, "w")
  const bytes = Buffer.alloc(4096, 1)
  try {
    for (;;) {
      const free = statfsSync(folder)
      if (leave > 0 && free.bavail * free.bsize <= leave * 2 ** 20) return path
      writeSync(file, bytes)
    }
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC")
  } finally {
    closeSync(file)
  }
  assert.equal(statfsSync(folder).bavail, 0)
  return path
}

const NO_DISK = "a small disk cannot be mounted here: run as root, with the right to mount"

test("a desk with a full disk says so, loses nothing that it acknowledged, and goes on when there is space", async (t) => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const folder = programFolder(office.data, "desk", "ukraine")
  await office.closeDesk("ukraine")
  const aside = join(office.data, "aside")
  cpSync(folder, aside, { recursive: true })
  using disk = smallDisk(folder, 6)
  if (!disk) return t.skip(NO_DISK)
  cpSync(aside, folder, { recursive: true })
  const desk = await office.reopenDesk("ukraine")
  leaveScriptAddress(desk, folder, "http://127.0.0.1", "ukraine.localhost")
  const { token } = JSON.parse(readFileSync(join(folder, "api.json"), "utf8"))
  const app = deskApp(desk)
  const handIn = async (subject: string) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
    const records = [{ fields: { language: "en" }, texts: { subject, body: "a word ".repeat(500) } }]
    const body = JSON.stringify({ act: "message.sent", line, records })
    const answer = await app.request("/api/acts", { method: "POST", headers, body })
    return { status: answer.status, said: await answer.json() }
  }

  const filler = fill(folder)
  const acknowledged: string[] = []
  let refused: { status: number; said: unknown } | undefined
  for (let i = 0; !refused && i < 2000; i++) {
    const answer = await handIn(`number ${i}`)
    if (answer.status === 200) acknowledged.push(`number ${i}`)
    else refused = answer
  }
  assert.deepEqual(refused, { status: 507, said: { error: "disk-full" } })
  const other = office.desk("russian-federation")
  const meanwhile = say(other, line, "written while the other desk's disk was full")
  assert.equal((await handIn("still full")).status, 507)

  rmSync(filler)
  await received(desk, line, meanwhile)
  assert.equal((await handIn("after space was made")).status, 200)
  acknowledged.push("after space was made")
  const subjects = () => other.views.messages({ line, limit: 500 }).filter((m) => m.by === "ukraine")
  await until(other, "all that was acknowledged arrives", () => subjects().length >= acknowledged.length)
  assert.deepEqual(
    subjects()
      .map((m) => m.subject)
      .toSorted(),
    acknowledged.toSorted(),
  )
  for (const one of [desk, other]) assert.deepEqual(one.evidenceView(), [])
  // Before the disk goes: nothing may hold a file on it.
  await office.closeDesk("ukraine")
})

/** An office of real processes whose registry stands on a disk of its own, with a desk that has much to send. */
async function officeOnSmallDisk(data: string) {
  const office = await openCrashOffice(data, false)
  const load = openLoad(office, "disk", Math.random)
  const watch = watchRegister(office)
  const audit = openAudit(office, load, watch)
  const desk = "ukraine"
  const line = (await readDesk<DeskStatus>(office.folderOf(desk), "/desk")).lines[0]?.id ?? ""
  return {
    ...{ office, audit },
    /** Hands in another message of nearly two hundred kibibytes. */
    async handIn(): Promise<void> {
      const number = load.handed.length
      const token = `disk-${number}-of-the-load`
      const records = [{ fields: { language: "en" }, texts: { subject: token, body: randomBytes(95_000).toHex() } }]
      const { status, text } = await callDesk(office.folderOf(desk), "POST", "/acts", {
        ...{ act: "message.sent", line, records, token },
      })
      assert.equal(status, 200, text)
      load.handed.push({ desk, line, token, number, precedence: "ROUTINE", acknowledged: true })
    },
    async [Symbol.asyncDispose]() {
      await watch.stop()
      await office.close()
    },
  }
}

test("a registry whose disk is full enters nothing, says so, and goes on by itself when there is space", async (t) => {
  using data = temporaryFolder()
  const folder = programFolder(join(data.path, "office"), "registry")
  using disk = smallDisk(folder, 90)
  if (!disk) return t.skip(NO_DISK)
  await using small = await officeOnSmallDisk(data.path)
  const filler = fill(folder)
  for (let i = 0; i < 10; i++) await small.handIn()
  const registry = small.office.program("registry")
  await saying(registry, /envelopes were not entered: could not extend file .* No space left on device/)
  rmSync(filler)
  await small.audit.quiesce()
  await small.audit.check()
  assert.equal(registry.isOver(), false)
})

test("a registry whose database can write no log any more ends with a sentence, and starts with everything when there is space", async (t) => {
  using data = temporaryFolder()
  const folder = programFolder(join(data.path, "office"), "registry")
  using disk = smallDisk(folder, 240)
  if (!disk) return t.skip(NO_DISK)
  await using small = await officeOnSmallDisk(data.path)
  // The disk is larger than all that is handed in: when there is space again, all of it must find room.
  // Tables have room to grow, and the next segment of the log, 16 MiB, has none.
  const filler = fill(folder, 15)
  const registry = small.office.program("registry")
  for (let i = 0; i < 300 && !registry.isOver(); i++) await small.handIn()
  assert.equal(await registry.ended, "1")
  assert.match(
    registry.said(),
    /\nthe registry lost its database \(.*\); what was acknowledged is kept: start it again\n$/,
  )
  await assert.rejects(small.office.restart().ready, /PostgreSQL did not start .* No space left on device/s)

  rmSync(filler)
  await small.office.restart().ready
  await small.audit.quiesce()
  await small.audit.check()
})
