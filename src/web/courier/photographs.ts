import jsqr from "jsqr"

// A photograph is made smaller than a camera makes it: a page's code has 145 modules a side.
const LONGEST_SIDE = 2000

type Part = { x: number; y: number; width: number; height: number }

/** The texts of the QR codes in a photograph or scan; none where it is no picture, or shows no code that can be read. */
export async function textsIn(file: File): Promise<string[]> {
  let picture: ImageBitmap
  try {
    picture = await createImageBitmap(file)
  } catch {
    return []
  }
  const texts = new Set<string>()
  for (const part of partsOf(picture)) {
    // The screen stays alive between two looks.
    await new Promise((done) => setTimeout(done))
    const text = textIn(picture, part)
    if (text !== undefined) texts.add(text)
  }
  picture.close()
  return [...texts]
}

/** The whole, and both halves along its longer side: a sheet holds two codes, and a look finds one. */
function partsOf({ width, height }: ImageBitmap): Part[] {
  const whole = { x: 0, y: 0, width, height }
  if (height >= width)
    return [whole, { ...whole, height: height * 0.55 }, { ...whole, y: height * 0.45, height: height * 0.55 }]
  return [whole, { ...whole, width: width * 0.55 }, { ...whole, x: width * 0.45, width: width * 0.55 }]
}

function textIn(picture: ImageBitmap, { x, y, width, height }: Part): string | undefined {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height))
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
  const context = new OffscreenCanvas(w, h).getContext("2d", { willReadFrequently: true })
  if (!context) return undefined
  context.drawImage(picture, x, y, width, height, 0, 0, w, h)
  const code = jsqr(context.getImageData(0, 0, w, h).data, w, h)
  return code?.data || undefined
}
