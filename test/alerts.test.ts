import assert from "node:assert/strict"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { createServer as createHttp } from "node:http"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { test } from "node:test"
import { offerHandover } from "#desk/duty/handover.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { openOffice, received, say, until } from "./office.ts"

/** A mail host that takes one mail after another and keeps what it was told. */
async function mailHost() {
  const mails: string[] = []
  const server = createServer((socket) => {
    let mail: string[] | undefined
    socket.on("error", () => undefined)
    socket.write("220 host\r\n")
    createInterface({ input: socket }).on("line", (line) => {
      if (mail && line !== ".") return void mail.push(line)
      if (mail) mails.push(mail.join("\n"))
      mail = line === "DATA" ? [] : undefined
      socket.write(line === "DATA" ? "354 go on\r\n" : "250 ok\r\n")
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return { mails, port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() }
}

async function pager() {
  const calls: { token: string | undefined; body: string }[] = []
  const server = createHttp((request, response) => {
    let body = ""
    request.on("data", (bytes) => {
      body += bytes
    })
    request.on("end", () => {
      calls.push({ token: request.headers.authorization, body })
      response.writeHead(request.url === "/elsewhere" ? 302 : 200, { Location: "http://127.0.0.1:9/" }).end()
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return { calls, port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() }
}

const SUBJECT = "Power line at the bridge"

test("an alert says that something waits and since when, to the operator's hosts alone, and a hand-over asks for a test", async () => {
  const clock = jumpingClock()
  await using office = await openOffice({ clock })
  using host = await mailHost()
  using page = await pager()
  const folder = programFolder(office.data, "desk", "icrc")
  const mail = { host: "127.0.0.1", port: host.port, tls: "none", from: "iod@example.org", to: ["duty@example.org"] }
  const webhook = { url: `http://127.0.0.1:${page.port}/page`, token: "pager-secret" }
  writeFileSync(join(folder, "alerts.json"), JSON.stringify({ after: 60, every: 600, mail, webhook }))
  await office.closeDesk("icrc")
  const icrc = await office.reopenDesk("icrc")
  const secretariat = office.desk("secretariat")
  const offer = () => offerHandover(icrc, "officer", { notes: "Nothing else.", because: null }, [])
  assert.deepEqual(offer(), { refused: "duty.alerts-untried" })
  const tried = await icrc.alerts.test()
  assert.deepEqual(
    tried.channels.map(({ channel, tested }) => [channel, tested?.failed]),
    [
      ["mail", null],
      ["webhook", null],
    ],
  )
  assert.ok("handover" in offer())

  const line = icrc.views.lines().find((one) => one.members.join() === "icrc,secretariat")?.id ?? assert.fail()
  const flash = await received(icrc, line, say(secretariat, line, SUBJECT, "FLASH"))
  clock.pass(61_000)
  await until(icrc, "both are called", () => icrc.alerts.view().channels.every(({ alerted }) => alerted !== null))
  assert.deepEqual([host.mails.length, page.calls.length], [2, 2])
  const [, called] = page.calls
  assert.equal(called?.token, "Bearer pager-secret")
  assert.deepEqual(JSON.parse(called?.body ?? ""), {
    ...{ iod: "alert/v1", waits: true, since: flash.at, exercise: true, test: false },
  })
  for (const said of [...host.mails, ...page.calls.map(({ body }) => body)])
    assert.doesNotMatch(said, /bridge|FLASH|secretariat|icrc/i)

  // While it waits, again after the interval and not before.
  clock.pass(300_000)
  clock.pass(310_000)
  await until(icrc, "it is called again", () => page.calls.length > 2)
  assert.equal(page.calls.length, 3)
})

test("what does not go out is shown, redirections are not followed, and nothing secret is logged", async () => {
  await using office = await openOffice()
  using page = await pager()
  const folder = programFolder(office.data, "desk", "icrc")
  const file = join(folder, "alerts.json")
  const mail = { host: "127.0.0.1", port: 9, tls: "none", from: "iod@example.org", to: ["duty@example.org"] }
  const webhook = { url: `http://127.0.0.1:${page.port}/elsewhere`, token: "pager-secret" }
  writeFileSync(file, JSON.stringify({ mail: { ...mail, user: "iod", password: "mail-secret" }, webhook }))
  await office.closeDesk("icrc")
  const icrc = await office.reopenDesk("icrc")
  const tried = await icrc.alerts.test()
  assert.deepEqual(
    tried.channels.map(({ tested }) => tested?.failed),
    ["unreachable", "unreachable"],
  )
  assert.equal(page.calls.length, 1)
  assert.ok(office.logged.some((line) => line.includes("an alert did not go out by mail: unreachable")))
  assert.doesNotMatch(office.logged.join("\n"), /secret/)

  writeFileSync(file, `${readFileSync(file, "utf8").slice(0, -1)},"also":"mail-secret"}`)
  await office.closeDesk("icrc")
  assert.deepEqual((await office.reopenDesk("icrc")).alerts.view(), { channels: [], malformed: true })
  assert.doesNotMatch(office.logged.join("\n"), /secret/)
})
