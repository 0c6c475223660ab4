import { cleanJpeg } from "./jpeg.ts"
import { cleanPng } from "./png.ts"
import { type Part, type Source, unreadable } from "./source.ts"
import { cleanWebp } from "./webp.ts"

export type PictureFormat = "jpeg" | "png" | "webp"

/** The format of a picture that can be cleaned, by its first bytes; undefined for any other file. */
export function pictureFormat(start: Uint8Array): PictureFormat | undefined {
  const text = String.fromCharCode(...start.subarray(0, 12))
  if (text.startsWith("\xff\xd8\xff")) return "jpeg"
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png"
  return text.startsWith("RIFF") && text.slice(8) === "WEBP" ? "webp" : undefined
}

/** A picture without its metadata; unreadable for one of another format. */
export async function cleanPicture(source: Source): Promise<Part[]> {
  const format = pictureFormat(await source.read(0, Math.min(12, source.size)))
  if (format === "jpeg") return cleanJpeg(source)
  if (format === "png") return cleanPng(source)
  return format === "webp" ? cleanWebp(source) : unreadable()
}
