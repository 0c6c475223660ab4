import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { openSync, readFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { type Desk, openDesk } from "#desk/open.ts"
import { deskApp, leaveScriptAddress } from "#desk/serve.ts"
import { concat, utf8 } from "#register/bytes.ts"
import { type Description, formatDescription, padme, sealedLength } from "#seal/attachment.ts"
import type { SaltedText } from "#seal/body.ts"
import { textHash } from "#seal/body.ts"
import { newAttachment, sealFileChunk } from "#seal/node/attachment.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { signRequest } from "#seal/node/request.ts"
import { programFolder } from "../../src/cli/exercise/found.ts"
import { systemClock } from "../../src/clock.ts"
import { attach, filesAt, opened, sayWith, untilFiles } from "../files.ts"
import { type Office, openOffice, received, until } from "../office.ts"
import { type Author, messageAct, openAuthor } from "./author.ts"
import { openFileRelay } from "./file-relay.ts"

/** Knocks at the registry's doors of files with a delegation's real key. */
async function knock(
  office: Office,
  signer: Author["vault"]["desk"],
  by: string,
  method: string,
  path: string,
  body?: Uint8Array,
) {
  const url = `${office.registry.url}/desk/files/${path}`
  const { office: id } = office.desk("secretariat").founded
  const headers = signRequest({ method, url, office: id, delegation: by, now: Date.now() }, signer[0])
  const response = await fetch(url, { method, headers, ...(body ? { body: new Uint8Array(body) } : {}) })
  return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
}

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

/** A file as an honest desk seals it; `plain` instead of what its author would have put into its only chunk. */
function sealedFile(bytes: Uint8Array, described: Partial<Description> = {}, plain = bytes) {
  const { identity, head, key } = newAttachment()
  const file = concat(head, sealFileChunk(key, plain === bytes ? bytes.length : plain.length, 0, plain))
  return { file, description: { identity, name: "a.pdf", type: "application/pdf", size: bytes.length, ...described } }
}

test("what an author, the registry or a thief does with files", async (t) => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const secretariat = office.desk("secretariat")
  const roll = () => secretariat.book.roll()
  await using relay = await openFileRelay(office.registry.port)
  await office.closeDesk("russian-federation")
  const folder = programFolder(office.data, "desk", "russian-federation")
  const to = await openDesk({
    ...{ folder, delegation: "russian-federation", registry: relay.url },
    ...{ clock: systemClock(), log: (message) => void office.logged.push(message) },
  })
  office.desks.set("russian-federation", to)
  const from = office.desk("ukraine")

  /** Sends bytes in a file and waits until the message is there. */
  async function sent(bytes: Uint8Array, name = "a.pdf", at = from) {
    const matter = sayWith(at, line, `a file ${randomBytes(4).toHex()}`, [await attach(at, bytes, name)])
    return received(to, line, matter)
  }

  await t.test(
    "a file that is changed on the way is asked for again, then called false, and taken once it fits",
    async () => {
      relay.change((piece) => Buffer.from(piece.map((byte) => byte ^ 1)))
      const bytes = randomBytes(300_000)
      const message = await sent(bytes)
      await untilFiles(to, message, "false")
      const [file] = filesAt(to, message)
      assert.deepEqual(await to.files.open({ ...message, hash: file?.file ?? "" }), { refused: "file.not-here" })
      // Chunks of the right bytes in another order are another file.
      let swap: Buffer | undefined
      relay.change((piece) => {
        const out = swap ?? piece
        swap = piece
        return out.length === piece.length ? out : piece
      })
      assert.ok(to.files.again(line, file?.file ?? ""))
      await untilFiles(to, message, "false", "taken")
      relay.change(undefined)
      to.files.again(line, file?.file ?? "")
      await untilFiles(to, message, "taken")
      assert.deepEqual(await opened(to, message), bytes)
    },
  )

  await t.test("what is saved cannot run, be shown or lead out, whatever its name says", async () => {
    const page = Buffer.from(
      '<script src="https://elsewhere.example/x.js"></script><img src="https://elsewhere.example/">',
    )
    const name = 'x"\r\nSet-Cookie: a=b\u202egnp.html'
    const message = await sent(page, name)
    await untilFiles(to, message, "taken")
    leaveScriptAddress(to, folder, "http://127.0.0.1:1", "x")
    const { token } = JSON.parse(readFileSync(join(folder, "api.json"), "utf8"))
    const get = (headers: Record<string, string> = {}) =>
      deskApp(to).request(`/api/messages/${line}/${message.matter}/files/${filesAt(to, message)[0]?.file}`, {
        headers: { authorization: `Bearer ${token}`, ...headers },
      })
    const response = await get()
    assert.equal(response.status, 200)
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), page)
    assert.equal(response.headers.get("content-type"), "application/octet-stream")
    assert.equal(response.headers.get("x-content-type-options"), "nosniff")
    assert.equal(response.headers.get("content-security-policy"), "sandbox; default-src 'none'")
    assert.equal(response.headers.get("set-cookie"), null)
    const disposition = response.headers.get("content-disposition") ?? ""
    assert.match(
      disposition,
      /^attachment; filename="[\w.= -]+\.html\.unsafe"; filename\*=UTF-8''[\w.%-]+\.html\.unsafe$/,
    )
    const half = await get({ range: "bytes=10-", "if-range": response.headers.get("etag") ?? "" })
    assert.deepEqual(
      [half.status, half.headers.get("content-range")],
      [206, `bytes 10-${page.length - 1}/${page.length}`],
    )
    assert.deepEqual(Buffer.from(await half.arrayBuffer()), page.subarray(10))
    const strange = await get({ range: "bytes=10-", "if-range": '"another"' })
    assert.deepEqual([strange.status, (await strange.arrayBuffer()).byteLength], [200, page.length])
    assert.equal((await deskApp(to).request(`/api/messages/${line}/${message.matter}/files/x`)).status, 401)
  })

  await t.test(
    "a file that was changed on the addressee’s disk is not opened further, and is asked for again",
    async () => {
      const message = await sent(randomBytes(200_000))
      await untilFiles(to, message, "taken")
      const hash = filesAt(to, message)[0]?.file ?? ""
      const disk = openSync(join(folder, "files", hash), "r+")
      writeSync(disk, Buffer.from([1, 2, 3]), 0, 3, 80_000)
      await assert.rejects(opened(to, message))
      // Everybody had taken it, so nobody else holds it any more.
      await untilFiles(to, message, "gone")
    },
  )

  await t.test("an act names only files that its own desk sealed", () => {
    const files = [{ file: "a".repeat(64), length: sealedLength(10), text: "b".repeat(64) }]
    const record = { fields: { language: "en", files }, texts: { subject: "s", body: "b" } }
    const hand = (one: object) =>
      from.door.hand({ act: "message.sent", line, records: [{ ...record, ...one }] }, { officer: "officer" })
    assert.deepEqual(hand({}), { refused: "act.malformed" })
    assert.deepEqual(hand({ fields: { language: "en" }, files: ["c".repeat(64)] }), { refused: "file.unknown" })
    const other = { fields: { matter: line }, texts: {}, files: ["c".repeat(64)] }
    const handed = from.door.hand({ act: "line.checked", line, records: [other] }, { officer: null })
    assert.deepEqual(handed, { refused: "act.malformed" })
  })

  const kept = await sent(randomBytes(50_000), "b.pdf", to)
  const vaults = {
    ukraine: (await openAuthor(office, "ukraine", roll)).vault,
    icrc: (await openAuthor(office, "icrc", roll)).vault,
  }
  const hash = filesAt(to, kept)[0]?.file ?? ""
  const whole = `${hash}?line=${line}`

  await t.test("nobody but a member of its line fetches a file, and nobody without a key in force", async () => {
    const range = "&from=0&until=100"
    const { status, bytes } = await knock(office, vaults.ukraine.desk, "ukraine", "GET", whole + range)
    assert.deepEqual([status, bytes.length], [200, 100])
    assert.equal((await knock(office, vaults.icrc.desk, "icrc", "GET", whole + range)).status, 403)
    assert.equal((await knock(office, vaults.icrc.desk, "ukraine", "GET", whole + range)).status, 401)
    assert.equal((await knock(office, vaults.icrc.desk, "icrc", "POST", `${hash}/taken?line=${line}`)).status, 403)
    // On a line of its own the thief finds nothing under that hash.
    const all = office.line("all")
    assert.equal((await knock(office, vaults.icrc.desk, "icrc", "GET", `${hash}?line=${all}${range}`)).status, 404)
    const url = `${office.registry.url}/desk/files/${whole}${range}`
    assert.equal((await fetch(url)).status, 401)
    const id = secretariat.founded.office
    const signed = signRequest(
      { method: "GET", url, office: id, delegation: "ukraine", now: Date.now() },
      vaults.ukraine.desk[0],
    )
    assert.equal((await fetch(url.replace("until=100", "until=200"), { headers: signed })).status, 401)
    const old = signRequest(
      { method: "GET", url, office: id, delegation: "ukraine", now: Date.now() - 3_600_000 },
      vaults.ukraine.desk[0],
    )
    assert.equal((await fetch(url, { headers: old })).status, 401)
  })

  // From here a dishonest author speaks with the real keys of a delegation whose desk is closed.
  await office.reopenDesk("ukraine")
  const author = await openAuthor(office, "ukraine", roll)

  /** Brings a file to the registry and names it in a message; answers how its addressee sees it. */
  async function namedBy(file: Uint8Array, named: { description: Uint8Array | null; length?: number }) {
    const path = `${sha256(file)}?line=${line}`
    assert.equal(
      (await knock(office, author.vault.desk, "ukraine", "POST", `${path}&length=${file.length}`)).status,
      200,
    )
    assert.equal((await knock(office, author.vault.desk, "ukraine", "PUT", `${path}&at=0`, file)).status, 200)
    const matter = randomBytes(32).toHex()
    const { act, texts } = messageAct(matter, "with a file")
    const text: SaltedText = { salt: new Uint8Array(randomBytes(32)), bytes: named.description ?? new Uint8Array() }
    const form = JSON.parse(Buffer.from(act).toString())
    const length = named.length ?? file.length
    form.record.files = [{ file: sha256(file), length, text: textHash(nodeCrypto, text) }]
    const all = named.description ? [...texts, text] : texts
    assert.equal(
      await author.post(author.compose(line, "", { act: utf8(JSON.stringify(form)), texts: all })),
      "stamped",
    )
    await received(to, line, matter)
    return { line, matter, hash: sha256(file) }
  }
  const refusal = async (at: Desk, one: { line: string; matter: string; hash: string }) => {
    const file = await at.files.open(one)
    return "refused" in file ? file.refused : "opened"
  }

  await t.test("a file that its author did not seal as described does not open, and says so", async () => {
    const garbage = new Uint8Array(randomBytes(sealedLength(1000)))
    const { description, file } = sealedFile(randomBytes(1000))
    const one = await namedBy(garbage, { description: formatDescription(description) })
    await untilFiles(to, one, "taken")
    assert.equal(await refusal(to, one), "file.malformed")
    assert.equal(filesAt(to, one)[0]?.state, "malformed")
    const other = await namedBy(file, {
      description: formatDescription({ ...description, identity: newAttachment().identity }),
    })
    await untilFiles(to, other, "taken")
    assert.equal(await refusal(to, other), "file.malformed")
  })

  await t.test(
    "a bomb that claims to be small, and a small file that claims to be large, are never unpacked",
    async () => {
      for (const size of [100 << 20, 1, 2 ** 40, -1]) {
        const { description, file } = sealedFile(randomBytes(1000))
        const one = await namedBy(file, { description: formatDescription({ ...description, size }) })
        assert.equal(filesAt(to, one)[0]?.state, "malformed", String(size))
        await until(
          to,
          "its bytes are here",
          () => to.archive.sql.get`SELECT state FROM file WHERE hash = ${one.hash}`?.state === "taken",
        )
        assert.equal(await refusal(to, one), "file.malformed", String(size))
      }
      const { description: next, file: other } = sealedFile(randomBytes(1000))
      const lied = await namedBy(other, { description: formatDescription(next), length: sealedLength(100 << 20) })
      await until(
        to,
        "it is false",
        () => to.archive.sql.get`SELECT state FROM file WHERE hash = ${lied.hash}`?.state === "false",
      )
    },
  )

  await t.test("what an author hides in the padding is not given out", async () => {
    const size = 1000
    const hidden = concat(randomBytes(size), utf8("hidden!!").slice(0, padme(size) - size))
    const { file, description } = sealedFile(hidden.subarray(0, size), {}, hidden)
    const one = await namedBy(file, { description: formatDescription(description) })
    await untilFiles(to, one, "taken")
    assert.equal(await refusal(to, one), "file.malformed")
  })

  await t.test("a file whose description was never sent, or erased, is held and does not open", async () => {
    const { file } = sealedFile(randomBytes(500))
    const one = await namedBy(file, { description: null })
    await untilFiles(to, one, "taken")
    assert.equal(await refusal(to, one), "file.undescribed")
    assert.deepEqual(filesAt(to, one)[0]?.name, null)
  })

  await t.test(
    "an act with too many files, a doubled one or one that is too long is not taken into account",
    async () => {
      const entry = (i: number, length = sealedLength(1)) => ({
        file: i.toString(16).padStart(64, "0"),
        length,
        text: "b".repeat(64),
      })
      const lists = [
        [],
        [entry(1), entry(1)],
        [entry(1, 1)],
        [entry(1, 2 ** 30)],
        Array.from({ length: 21 }, (_, i) => entry(i)),
      ]
      for (const files of lists) {
        const matter = randomBytes(32).toHex()
        const { act, texts } = messageAct(matter, "x")
        const form = JSON.parse(Buffer.from(act).toString())
        form.record.files = files
        assert.equal(await author.post(author.compose(line, "", { act: utf8(JSON.stringify(form)), texts })), "stamped")
        const refused = () => to.archive.sql.get`SELECT refused FROM record WHERE matter = ${matter}`?.refused
        await until(to, "it is refused", () => refused() === "act.malformed")
      }
    },
  )
})
