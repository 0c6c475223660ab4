import type { AnchorHTMLAttributes, MouseEvent } from "react"
import { go } from "../router.ts"

/** A link to another screen of this desk; with a modifier key it stays the browser's own. */
export function To({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  function follow(event: MouseEvent): void {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(href)
  }
  return <a {...rest} href={href} onClick={follow} />
}
