import type { ReactNode } from "react"

/** A sentence that stands out: information, or something that is not as usual. Never red, never green. */
export function Notice({
  children,
  kind = "plain",
  live,
}: {
  children: ReactNode
  kind?: "plain" | "alarm"
  live?: boolean
}) {
  return (
    <div className="notice" data-kind={kind} role={live ? "status" : undefined}>
      {children}
    </div>
  )
}
