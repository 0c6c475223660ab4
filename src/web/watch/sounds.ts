/** A tone: hertz, and how long it lasts in seconds. Told apart by rhythm as much as by pitch, for ears of any age. */
type Tone = readonly [hertz: number, seconds: number]

const SILENCE = 0
const FLASH: readonly Tone[] = Array.from({ length: 6 }, (): Tone[] => [
  [880, 0.12],
  [SILENCE, 0.04],
  [660, 0.12],
  [SILENCE, 0.04],
]).flat()
const IMMEDIATE: readonly Tone[] = [
  [520, 0.5],
  [SILENCE, 0.25],
  [520, 0.5],
]
const TONES = { FLASH, IMMEDIATE } as const
export type Ringing = keyof typeof TONES

export function rings(precedence: string): precedence is Ringing {
  return precedence in TONES
}

let context: AudioContext | undefined

/** Whether this browser lets the page sound now: before somebody has touched the page, most do not. */
export function canSound(): boolean {
  return context?.state === "running"
}

/** Asks the browser to let the page sound; only in answer to a key or a press does it say yes. */
export async function allowSound(): Promise<boolean> {
  try {
    context ??= new AudioContext()
    await context.resume()
  } catch {
    // A machine without any output for sound.
  }
  return canSound()
}

/** Sounds once; answers whether anything could be heard. */
export function sound(ringing: Ringing): boolean {
  if (!context || !canSound()) return false
  let at = context.currentTime + 0.02
  for (const [hertz, seconds] of TONES[ringing]) {
    if (hertz !== SILENCE) play(context, hertz, at, seconds)
    at += seconds
  }
  return true
}

function play(on: AudioContext, hertz: number, at: number, seconds: number): void {
  const [tone, volume] = [on.createOscillator(), on.createGain()]
  tone.frequency.value = hertz
  tone.type = "triangle"
  // Begun and ended softly: a click at either end would sound like a fault of the loudspeaker.
  volume.gain.setValueAtTime(0, at)
  volume.gain.linearRampToValueAtTime(0.5, at + 0.015)
  volume.gain.setValueAtTime(0.5, at + seconds - 0.015)
  volume.gain.linearRampToValueAtTime(0, at + seconds)
  tone.connect(volume).connect(on.destination)
  tone.start(at)
  tone.stop(at + seconds)
}
