import assert from "node:assert/strict"
import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { openRuntimeFolder } from "./runtime-folder.ts"

test("what another user planted under the socket folder's name is neither used nor removed", async () => {
  const data = `/nowhere/${process.pid}`
  let expected: string
  {
    await using free = await openRuntimeFolder(data)
    expected = free.path
  }
  // A folder that others may write to, and a link to one: the two ways of planting that need no second user to try.
  await mkdir(expected)
  await chmod(expected, 0o777)
  await writeFile(join(expected, "bait"), "")
  const aside = `${expected}.aside`
  try {
    for (const plant of ["folder", "link"]) {
      if (plant === "link") {
        await rm(expected, { recursive: true })
        await mkdir(aside, { mode: 0o700 })
        await writeFile(join(aside, "bait"), "")
        await symlink(aside, expected)
      }
      await using taken = await openRuntimeFolder(data)
      assert.notEqual(taken.path, expected)
      assert.equal((await stat(taken.path)).mode & 0o022, 0)
      assert.deepEqual(await readdir(expected), ["bait"])
    }
  } finally {
    await rm(expected, { recursive: true, force: true })
    await rm(aside, { recursive: true, force: true })
  }
})

test("what a killed process left in its socket folder is gone at the next start", async () => {
  const data = `/nowhere/left/${process.pid}`
  const first = await openRuntimeFolder(data)
  await writeFile(join(first.path, "left"), "")
  await using second = await openRuntimeFolder(data)
  assert.equal(second.path, first.path)
  assert.deepEqual(await readdir(second.path), [])
})

test("a socket's path fits the kernel's 107 bytes whatever the data folder's path is", async () => {
  await using runtime = await openRuntimeFolder(`/${"long/".repeat(200)}`)
  assert.ok(Buffer.byteLength(join(runtime.socket, ".s.PGSQL.5432")) <= 107)
})
