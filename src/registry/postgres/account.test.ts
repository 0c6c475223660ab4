import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { chmod, chown, cp, mkdtemp, readdir, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

// These run PostgreSQL as other users from a checkout of their own, which only root can prepare.
const skip = process.getuid?.() === 0 ? false : "needs root, to become other users"
const execute = promisify(execFile)
const here = fileURLToPath(new URL(".", import.meta.url))
const root = fileURLToPath(new URL("../../..", import.meta.url))

// A checkout with what PostgreSQL's part needs and no more, in a folder that everyone may pass.
let place = ""
const top = () => join(place, "checkout")
before(async () => {
  if (skip) return
  place = await mkdtemp(join(tmpdir(), "iod-test-"))
  await chmod(place, 0o711)
  await cp(here, join(top(), "src/registry/postgres"), { recursive: true })
  await cp(join(root, "package.json"), join(top(), "package.json"))
  const packages = await readdir(join(root, "node_modules"))
  for (const name of packages.filter((found) => /^(pg|postgres-|split2|xtend|@embedded)/.test(found)))
    await cp(join(root, "node_modules", name), join(top(), "node_modules", name), { recursive: true })
})
after(() => rm(place, { recursive: true, force: true }))

/** Makes the checkout `uid`'s, with `mode` on its top. */
async function giveCheckout(uid: number, mode: number): Promise<void> {
  await chown(top(), uid, uid)
  await chmod(top(), mode)
}

/** A folder of user `uid` that nobody else may pass. */
async function homeOf(uid: number): Promise<string> {
  const home = await mkdtemp(join(place, "home-"))
  await chown(home, uid, uid)
  return home
}

/** Counts up by one in a table on `folder`, in a process of user `uid` that has `path` as its PATH. */
async function countUp(folder: string, uid: number, path = process.env.PATH): Promise<{ n: number; said: string }> {
  const program = `
    import pg from "pg"
    import { openEmbeddedPostgres } from "./src/registry/postgres/embedded.ts"
    const said = []
    await using postgres = await openEmbeddedPostgres({ folder: process.argv[1], report: (sentence) => said.push(sentence) })
    const client = new pg.Client(postgres.connectionOptions)
    await client.connect()
    await client.query("CREATE TABLE IF NOT EXISTS kept (n int)")
    await client.query("INSERT INTO kept VALUES (1)")
    const { rows } = await client.query("SELECT count(*)::int AS n FROM kept")
    await client.end()
    console.log(JSON.stringify({ n: rows[0].n, said: said.join(" ") }))`
  const { stdout } = await execute(process.execPath, ["--input-type=module", "-e", program, folder], {
    cwd: top(),
    uid,
    gid: uid,
    env: { PATH: path, TMPDIR: tmpdir() },
  })
  return JSON.parse(stdout)
}

const NOBODY = 65534
const NAMELESS = 54321
const STRANGER = 54322

async function mayNamespace(): Promise<boolean> {
  return await execute("unshare", ["--user", "true"], { uid: NAMELESS, gid: NAMELESS }).then(
    () => true,
    () => false,
  )
}

test("root's database runs in a user namespace, or as nobody where those are forbidden, on the same data", {
  skip,
}, async (t) => {
  await giveCheckout(0, 0o755)
  // Nobody may pass the home: PostgreSQL must not need its path.
  const folder = join(await homeOf(0), "postgres")
  if (!(await mayNamespace())) t.diagnostic("this kernel forbids user namespaces: only the other way is seen")
  await countUp(folder, 0)
  // Without a PATH there is no unshare, which is as good as a kernel that forbids it.
  const switched = await countUp(folder, 0, "/nowhere")
  assert.deepEqual([switched.n, /runs as uid 65534/.test(switched.said)], [2, true])
  assert.equal((await stat(folder)).uid, NOBODY)
  assert.equal((await countUp(folder, 0)).n, 3)
})

test("root's database runs from a checkout that only another user can read", { skip }, async () => {
  await giveCheckout(STRANGER, 0o700)
  const folder = join(await homeOf(0), "postgres")
  for (const [n, path] of [process.env.PATH, "/nowhere"].entries()) {
    const counted = await countUp(folder, 0, path)
    assert.deepEqual([counted.n, /copy of its programs/.test(counted.said)], [n + 1, true])
  }
})

test("an ordinary user's database runs from a checkout that he cannot write to", { skip }, async (t) => {
  await giveCheckout(0, 0o755)
  assert.deepEqual(await countUp(join(await homeOf(NOBODY), "postgres"), NOBODY), { n: 1, said: "" })
  await assert.rejects(countUp(join(place, "postgres"), NOBODY), /cannot be taken\. Make its folder writable/)

  if (!(await mayNamespace())) return t.diagnostic("this kernel forbids user namespaces: no user without a name")
  const folder = join(await homeOf(NAMELESS), "postgres")
  assert.match((await countUp(folder, NAMELESS)).said, /under a uid without a user name/)
  await assert.rejects(countUp(folder, 0), /belongs to uid 54321\. Start as that user/)
})
