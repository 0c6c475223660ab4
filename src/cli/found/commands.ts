import { closeCommand } from "./close.ts"
import { draftCommand } from "./draft.ts"
import { signCommand } from "./sign.ts"

/** `iod found draft|sign|close`: the founding of an office, step by step. */
export async function foundCommand([verb, ...rest]: string[]): Promise<number> {
  if (verb === "draft") return draftCommand(rest)
  if (verb === "sign") return signCommand(rest)
  if (verb === "close") return closeCommand(rest)
  throw new Error("iod found knows draft, sign, close")
}
