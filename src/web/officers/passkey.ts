import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser"
import { type Answer, tell } from "../desk/ask.ts"

/** Makes a passkey of this officer's and keeps its public part at the desk under a name. */
export async function addPasskey(name: string, second: boolean): Promise<Answer<unknown>> {
  const asked = await tell<PublicKeyCredentialCreationOptionsJSON>("/me/passkeys/options")
  if ("failed" in asked) return asked
  const made = await byHand(() => startRegistration({ optionsJSON: asked.value }))
  return "failed" in made ? made : tell("/me/passkeys", { name, second, response: made.value })
}

/** Uses a passkey: asks the desk what is to be signed under `options`, and hands the answer to `to`. */
export async function showPasskey<T>(options: string, to: string): Promise<Answer<T>> {
  const asked = await tell<PublicKeyCredentialRequestOptionsJSON>(options)
  if ("failed" in asked) return asked
  const shown = await byHand(() => startAuthentication({ optionsJSON: asked.value }))
  return "failed" in shown ? shown : tell<T>(to, shown.value)
}

/** What a person does at an authenticator; one that is left, missing or not allowed is told apart by nobody. */
async function byHand<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await work() }
  } catch {
    return { failed: "passkey.not-made" }
  }
}
