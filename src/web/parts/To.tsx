import { type AnchorHTMLAttributes, createContext, type MouseEvent, useContext } from "react"
import { powerFor, useMay } from "../desk/powers.ts"
import { go } from "../router.ts"

/** Whether the row around a link is where the keyboard stops in its list. */
export const RowStop = createContext(true)

/**
 * A link to another screen of this desk; with a modifier key it stays the browser's own. Where the role lets nobody go,
 * there is none.
 */
export function To({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const isStop = useContext(RowStop)
  const may = useMay()
  const power = powerFor(href)
  if (power && !may(power)) return null
  function follow(event: MouseEvent): void {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(href)
  }
  return <a {...rest} href={href} onClick={follow} tabIndex={isStop ? undefined : -1} />
}
