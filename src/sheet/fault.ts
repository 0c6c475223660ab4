import { type VerificationCode, VerificationError } from "#register/error.ts"

/** Which part of a sheet does not verify; `number` is a place of the roll, else which one, from 1. */
export type SheetPart = { part: "roll" | "envelope" | "checkpoint"; number: number }

/** Thrown where a well-formed sheet does not verify, with the part that does not. */
export class SheetFault extends VerificationError {
  override name = "SheetFault"
  readonly where: SheetPart

  constructor(code: VerificationCode, where: SheetPart, options?: ErrorOptions) {
    super(code, `the ${where.part} does not verify at ${where.number}`, options)
    this.where = where
  }
}

/** Runs a check of one part; a rejection inside it is thrown again with that part's name. */
export async function within<T>(where: SheetPart, check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (cause) {
    if (cause instanceof VerificationError && !(cause instanceof SheetFault))
      throw new SheetFault(cause.code, where, { cause })
    throw cause
  }
}

/** Awaits checks that run side by side; of several faults the first in the sheet's order is the one thrown. */
export async function inOrder<T>(checks: readonly Promise<T>[]): Promise<T[]> {
  const done = await Promise.allSettled(checks)
  return done.map((one) => {
    if (one.status === "rejected") throw one.reason
    return one.value
  })
}

/** That `good` holds; throws a rejection with `code` otherwise. */
export function must(good: boolean, code: VerificationCode, message: string): asserts good {
  if (!good) throw new VerificationError(code, message)
}
