import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { crc32, deflateSync } from "node:zlib"
import type { Desk } from "#desk/open.ts"
import type { FileView, MessageView } from "#offices/joins/screen.ts"
import { until } from "./office.ts"

/** Bytes as a screen sends them: in pieces of no particular length. */
export async function* inPieces(bytes: Uint8Array, length = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

/** Attaches bytes at a desk as its screen would; answers the upload. */
export async function attach(desk: Desk, bytes: Uint8Array, name: string, type = ""): Promise<string> {
  const { uploads } = desk.files
  const upload = randomBytes(32).toHex()
  const begun = await uploads.begin({ upload, name, type, size: bytes.length })
  assert.ok(!("refused" in begun), JSON.stringify(begun))
  const came = await uploads.receive(upload, 0, inPieces(bytes))
  assert.ok(!("refused" in came) && came.whole, JSON.stringify(came))
  return upload
}

/** Hands in a message with uploads; answers its matter. */
export function sayWith(
  desk: Desk,
  line: string,
  body: string,
  files: readonly string[],
  precedence = "ROUTINE",
): string {
  const records = [{ fields: { language: "en" }, texts: { subject: `With files: ${body}`, body }, files: [...files] }]
  const handed = desk.door.hand({ act: "message.sent", line, precedence, records }, { officer: "officer" })
  if ("refused" in handed) throw new Error(`the door refused: ${handed.refused}`)
  return handed.matters[0] ?? ""
}

/** The files of a message as a desk shows them now. */
export function filesAt(desk: Desk, { line, matter }: Pick<MessageView, "line" | "matter">): FileView[] {
  return desk.views.message(line, matter)?.files ?? []
}

/** Waits until every file of a message is in one of these states at a desk. */
export function untilFiles(desk: Desk, message: Pick<MessageView, "line" | "matter">, ...states: FileView["state"][]) {
  const there = () => {
    const files = filesAt(desk, message)
    return files.length > 0 && files.every(({ state }) => states.includes(state))
  }
  return until(desk, `its files are ${states.join(" or ")}`, there)
}

/** A file of a message in clear, as a desk opens it. */
export async function opened(desk: Desk, message: Pick<MessageView, "line" | "matter">, at = 0): Promise<Buffer> {
  const hash = filesAt(desk, message)[at]?.file ?? assert.fail("there is no such file")
  const file = await desk.files.open({ ...message, hash })
  if ("refused" in file) assert.fail(file.refused)
  const pieces: Uint8Array[] = []
  for await (const piece of file.read(0, file.description.size)) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** A picture of one pixel with its author's name in it. */
export function picture(author: string): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    crc.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, crc])
  }
  const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
  const parts = [chunk("IHDR", head), chunk("tEXt", Buffer.from(`Author\0${author}`))]
  const pixels = [chunk("IDAT", deflateSync(Buffer.from([0, 0]))), chunk("IEND", Buffer.alloc(0))]
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...parts, ...pixels])
}
