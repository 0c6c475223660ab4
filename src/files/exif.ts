import { concat, utf8 } from "#register/bytes.ts"

// Of all that EXIF says one thing belongs to the picture: which way up it is. Everything else is about who took it, when,
// where and with what.

const TAG = 0x0112
const SHORT = 3

/** The orientation (2 to 8) that a TIFF structure names for its first picture; 1 for upright or anything unreadable. */
export function orientationOf(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length)
  const little = tiff[0] === 0x49
  if (tiff.length < 14) return 1
  const start = view.getUint32(4, little)
  if (start + 2 > tiff.length) return 1
  const count = view.getUint16(start, little)
  for (let i = 0; i < count; i++) {
    const at = start + 2 + i * 12
    if (at + 12 > tiff.length) return 1
    if (view.getUint16(at, little) !== TAG) continue
    const value = view.getUint16(at + 8, little)
    return value >= 2 && value <= 8 ? value : 1
  }
  return 1
}

/** A TIFF structure that says an orientation and nothing else. */
export function orientationOnly(orientation: number): Uint8Array<ArrayBuffer> {
  const ifd = new DataView(new ArrayBuffer(18))
  ifd.setUint16(0, 1)
  ifd.setUint16(2, TAG)
  ifd.setUint16(4, SHORT)
  ifd.setUint32(6, 1)
  ifd.setUint16(10, orientation)
  return concat(utf8("MM"), Uint8Array.of(0, 42, 0, 0, 0, 8), new Uint8Array(ifd.buffer))
}
