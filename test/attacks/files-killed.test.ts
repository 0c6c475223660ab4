import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buffer } from "node:stream/consumers"
import { test } from "node:test"
import type { DeskStatus, MessageRow, MessageView, WaitingRow } from "#offices/joins/screen.ts"
import { openCrashOffice } from "../../scripts/crash-office.ts"
import { killAtOnce, pause } from "../../scripts/crash-program.ts"
import { callDesk } from "../../src/cli/desk-call.ts"

const SLICE = 1 << 20
const SIZE = 20 << 20
type Upload = { received: number; whole: boolean }

test("a file goes on where it was when its author’s desk, the registry or its addressee’s desk is killed", async () => {
  const data = mkdtempSync(join(tmpdir(), "iod-killed-"))
  const office = await openCrashOffice(data, false)
  try {
    const [author, reader] = ["ukraine", "russian-federation"].map((name) => () => callDesk(office.folderOf(name)))
    if (!author || !reader) assert.fail("two desks")
    const bytes = randomBytes(SIZE)
    const upload = randomBytes(32).toHex()
    const begin = () => author()<Upload>("POST", "/files", { upload, name: "a.bin", type: "", size: SIZE })
    const put = (at: number) => author().put<Upload>(`/files/${upload}?at=${at}`, bytes.subarray(at, at + SLICE))

    await begin()
    for (let at = 0; at < SIZE / 2; at += SLICE) await put(at)
    const lost = put(SIZE / 2).catch(() => undefined)
    await killAtOnce(office.program("desk-ukraine"))
    await lost
    await office.restart().ready
    let { received } = await begin()
    assert.ok(received >= SIZE / 2 && received < SIZE, `what was acknowledged is there: ${received}`)
    while (received < SIZE) ({ received } = await put(received))

    const { lines } = await author()<DeskStatus>("GET", "/desk")
    const line = lines.find((l) => l.purpose === "direct line") ?? assert.fail("no direct line")
    const texts = { subject: "One file", body: "It is large." }
    const records = [{ fields: { language: "en" }, texts, files: [upload] }]
    const handed = { act: "message.sent", line: line.id, records, token: "one-file" }
    const { matters } = await author()<{ matters: string[] }>("POST", "/acts", handed)
    const underWay = async () => (await author()<WaitingRow[]>("GET", "/waiting")).find((row) => row.state === "filing")
    for (let row = await underWay(); row && !row.files?.done; row = await underWay()) await pause(5)
    await killAtOnce(office.program("registry"))
    await killAtOnce(office.program("desk-ukraine"))
    await office.restart().ready
    assert.deepEqual((await author()<{ matters: string[] }>("POST", "/acts", handed)).matters, matters)

    const path = `/messages/${line.id}/${matters[0]}`
    const seen = async () => {
      const rows = await reader()<MessageRow[]>("GET", "/messages?limit=50")
      return rows.some((row) => row.matter === matters[0]) ? reader()<MessageView>("GET", path) : undefined
    }
    const fetched = (view: MessageView | undefined) => view?.files[0]
    const state = async () => fetched(await seen())?.state
    for (let end = Date.now() + 60_000; (fetched(await seen())?.done ?? 0) === 0; await pause(5)) {
      assert.ok(Date.now() < end, "it begins to arrive")
      if ((await state()) === "taken") break
    }
    await killAtOnce(office.program("desk-russian-federation"))
    await killAtOnce(office.program("registry"))
    await office.restart().ready
    for (let end = Date.now() + 60_000; (await state()) !== "taken"; await pause(20))
      assert.ok(Date.now() < end, `it arrives: ${await state()}`)
    const [file] = (await seen())?.files ?? []
    const got = await buffer(await reader().stream(`${path}/files/${file?.file}`))
    assert.equal(createHash("sha256").update(got).digest("hex"), createHash("sha256").update(bytes).digest("hex"))
    assert.equal((await author()<MessageView>("GET", path)).files[0]?.state, "sent")
  } finally {
    await office.close()
    rmSync(data, { recursive: true, force: true })
  }
})
