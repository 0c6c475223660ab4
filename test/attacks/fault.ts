import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Desk } from "#desk/open.ts"
import { until } from "../office.ts"

/** The bytes of a desk's evidence with this code; waits for it, and fails where row or file is missing. */
export async function evidenceOf(desk: Desk, whose: "author" | "registry", code: string): Promise<string> {
  const row = () => desk.evidenceView().find((one) => one.code === code && one.whose === whose)
  await until(desk, `evidence against the ${whose}: ${code}`, () => row() !== undefined)
  const file = join(dirname(desk.archive.path), row()?.file ?? "")
  assert.ok(existsSync(file), "the evidence is a file")
  const bytes = readFileSync(file, "latin1")
  assert.ok(bytes.length > 0)
  return bytes
}

/**
 * That the registry stands convicted of `code` at this desk: a file, nothing called certain, and only two different
 * officers call it certain again. `meanwhile` looks at the desk before they do. Answers the evidence.
 */
export async function convicted(desk: Desk, code: string, meanwhile = async () => {}): Promise<string> {
  const bytes = await evidenceOf(desk, "registry", code)
  assert.ok(desk.status().distrusted, "nothing is called certain")
  await meanwhile()
  assert.deepEqual(desk.resume("first officer"), { resumed: false })
  assert.deepEqual(desk.resume("first officer"), { resumed: false })
  assert.ok(desk.status().distrusted, "one officer alone does not resume")
  assert.deepEqual(desk.resume("second officer"), { resumed: true })
  assert.equal(desk.status().distrusted, null)
  assert.ok(
    desk.evidenceView().some((row) => row.code === code),
    "the evidence stays",
  )
  return bytes
}

/** That this desk accuses nobody. */
export function accusesNobody(desk: Desk): void {
  assert.deepEqual(
    desk.evidenceView().map((row) => `${row.whose} ${row.code}`),
    [],
  )
  assert.equal(desk.status().distrusted, null)
}
