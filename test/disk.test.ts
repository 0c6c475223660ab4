import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { deskApp, leaveScriptAddress } from "#desk/serve.ts"
import { openLoad } from "../scripts/crash-load.ts"
import { openCrashOffice } from "../scripts/crash-office.ts"
import { callDesk } from "../scripts/crash-program.ts"
import { watchRegister } from "../scripts/crash-register.ts"
import { openAudit } from "../scripts/crash-audit.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { openOffice, received, say, until } from "./office.ts"

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

/** Writes a file until nothing more fits. */
function fill(folder: string): string {
  const path = join(folder, "filler")
  const file = openSync(path, "w")
  const bytes = Buffer.alloc(4096, 1)
  try {
    for (;;) writeSync(file, bytes)
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
  assert.deepEqual(subjects().map((m) => m.subject).toSorted(), acknowledged.toSorted())
  for (const one of [desk, other]) assert.deepEqual(one.evidenceView(), [])
  // Before the disk goes: nothing may hold a file on it.
  await office.closeDesk("ukraine")
})

test("a registry with a full disk ends with a sentence, and starts again with everything when there is space", async (t) => {
  const data = mkdtempSync(join(tmpdir(), "iod-disk-"))
  const folder = programFolder(join(data, "office"), "registry")
  using disk = smallDisk(folder, 90)
  if (!disk) return t.skip(NO_DISK)
  await using office = await asDisposable(openCrashOffice(data, false))
  const load = openLoad(office, "disk", Math.random)
  const watch = watchRegister(office)
  const audit = openAudit(office, load, watch)
  const filler = fill(folder)
  const said = office.program("registry")
  // What is acknowledged by a desk now waits in its outbox, or in a log segment that was there before.
  const line = JSON.parse((await callDesk(office.folderOf("ukraine"), "GET", "/desk")).text).lines[0].id
  let ended: string | undefined
  void said.ended.then((how) => {
    ended = how
  })
  for (let i = 0; ended === undefined && i < 400; i++) {
    const token = `disk-${i}-of-the-load`
    const records = [{ fields: { language: "en" }, texts: { subject: token, body: crypto.randomUUID().repeat(5000) } }]
    const asked = { act: "message.sent", line, records, token }
    const answer = await callDesk(office.folderOf("ukraine"), "POST", "/acts", asked)
    assert.equal(answer.status, 200)
    load.handed.push({ desk: "ukraine", line, token, number: i, precedence: "ROUTINE", acknowledged: true })
  }
  console.log("ENDED", ended, load.handed.length, said.said())
  rmSync(filler)
  await office.restart().ready
  await audit.quiesce()
  await audit.check()
  await watch.stop()
})

async function asDisposable<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T & AsyncDisposable> {
  const opened = await opening
  return { ...opened, [Symbol.asyncDispose]: () => opened.close() }
}
