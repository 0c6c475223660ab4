import { readFileSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"

const seconds = z.int().min(1).max(86_400)
const address = z.email().max(320)

/** `alerts.json` in the desk's folder: written by the operator, who alone names the hosts that are contacted. */
const settings = z.strictObject({
  after: seconds.default(60),
  every: seconds.default(600),
  mail: z
    .strictObject({
      host: z.string().min(1).max(253),
      port: z.int().min(1).max(65_535),
      /** From the first byte, by STARTTLS, or, on the desk's own machine only, not at all. */
      tls: z.enum(["implicit", "starttls", "none"]),
      user: z.string().max(320).optional(),
      password: z.string().max(1000).optional(),
      from: address,
      to: z.array(address).min(1).max(20),
    })
    .optional(),
  webhook: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).max(2000),
      /** Sent as `Authorization: Bearer`. */
      token: z.string().min(1).max(1000).optional(),
    })
    .optional(),
})
export type AlertSettings = z.infer<typeof settings>

/** What the operator named; undefined where there is no such file, "malformed" where it cannot be read. */
export function readSettings(folder: string): AlertSettings | "malformed" | undefined {
  let text: string
  try {
    text = readFileSync(join(folder, "alerts.json"), "utf8")
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? undefined : "malformed"
  }
  try {
    return settings.parse(JSON.parse(text))
  } catch {
    // It holds passwords: nothing of it is repeated, not even where it is wrong.
    return "malformed"
  }
}
