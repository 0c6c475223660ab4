import type { Precedence } from "#offices/act.ts"
import { useWords } from "../words.ts"

export const PRECEDENCES: readonly Precedence[] = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"]

/** A precedence by its word and its shape; colour only repeats them. */
export function PrecedenceMark({ of }: { of: string }) {
  const { t } = useWords()
  const precedence = PRECEDENCES.find((p) => p === of) ?? "ROUTINE"
  return (
    <span className="precedence" data-precedence={precedence}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        {precedence === "FLASH" && <path d="M6 0l6 6-6 6-6-6z" />}
        {precedence === "IMMEDIATE" && <path d="M6 1l6 10H0z" />}
        {precedence === "PRIORITY" && <rect x="1.5" y="1.5" width="9" height="9" />}
        {precedence === "ROUTINE" && <circle cx="6" cy="6" r="4" fill="none" strokeWidth="1.5" stroke="currentColor" />}
      </svg>
      {t(`precedence.${precedence}`)}
    </span>
  )
}
