import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdir, readdir, readFile, rm, stat } from "node:fs/promises"
import { connect } from "node:net"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { test } from "node:test"
import { clock, evidenceIn, growth, logs, newWitness, post } from "./fixture.test.ts"
import { createWitnessKey, makeWitness } from "./key.ts"
import { openWitness } from "./open.ts"

test("of two requests at once from one size exactly one is cosigned", async () => {
  await using made = await newWitness()
  // Two processes on one folder are two witnesses with one memory: neither may be fooled.
  await using one = await made.open()
  await using other = await made.open()
  await post(one, await growth(0, 4))
  const requests = await Promise.all([5, 6, 7, 8, 9, 10].map((size) => growth(4, size)))
  const answers = await Promise.all(requests.map((request, i) => post(i % 2 ? one : other, request)))
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 409, 409, 409, 409, 409])
  const split = await Promise.all([growth(4, 5, 4), growth(4, 6, 4)])
  for (const request of split) assert.equal((await post(one, request)).status, 409)
})

test("a witness that was stopped or killed remembers what it cosigned", async () => {
  await using made = await newWitness()
  {
    await using witness = await made.open()
    await post(witness, await growth(0, 6))
  }
  const program = `
    import { openWitness } from ${JSON.stringify(new URL("open.ts", import.meta.url).href)}
    const [folder, logs, now] = JSON.parse(process.argv[1])
    const witness = await openWitness({ folder, logs, clock: { now: () => now } })
    console.log(witness.url)`
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", program, JSON.stringify([made.folder, logs, 1000])],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  )
  const [url] = await once(createInterface(child.stdout), "line")
  assert.equal((await post({ url }, await growth(0, 6, 2))).status, 409)
  assert.equal((await post({ url }, await growth(6, 7))).status, 200)
  child.kill("SIGKILL")
  await once(child, "exit")

  await using witness = await made.open()
  assert.deepEqual(await post(witness, await growth(6, 8)), { status: 409, type: "text/x.tlog.size", text: "7\n" })
  assert.equal((await post(witness, await growth(7, 8))).status, 200)
  assert.equal((await evidenceIn(made.folder)).length, 1)
})

test("a witness that lost its memory does not sign", async () => {
  await using made = await newWitness()
  await rm(join(made.folder, "witness.sqlite"))
  await assert.rejects(made.open(), /memory .* is gone/)
})

test("a witness's key is readable for its owner only and never replaced", async () => {
  await using made = await newWitness()
  const path = join(made.folder, "witness.key")
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  const before = await readFile(path, "utf8")
  assert.throws(() => makeWitness(made.folder, createWitnessKey("witness.example/sg")), /never replaced/)
  assert.equal(await readFile(path, "utf8"), before)
  assert.deepEqual((await readdir(made.folder)).sort(), ["witness.key", "witness.sqlite"])
  await chmod(path, 0o644)
  await assert.rejects(made.open(), /open to other users/)
  const empty = join(made.folder, "empty")
  await mkdir(empty)
  await assert.rejects(openWitness({ folder: empty, logs, clock }), /cannot be read/)
  assert.throws(() => createWitnessKey("two words"), { code: "key.malformed" })
})

test("a stopped witness does not wait for those who hold a connection open", async () => {
  await using made = await newWitness()
  const witness = await made.open()
  const sockets = ["", "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nold"].map((sent) => {
    const socket = connect(witness.address.port, witness.address.address, () => socket.write(sent))
    return socket.on("error", () => undefined)
  })
  await Promise.all(sockets.map((socket) => once(socket, "connect")))
  await post(witness, await growth(0, 1))
  await witness[Symbol.asyncDispose]()
  for (const socket of sockets) socket.destroy()
})
