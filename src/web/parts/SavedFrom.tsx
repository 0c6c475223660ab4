import type { AnchorHTMLAttributes, MouseEvent } from "react"
import { saveFrom } from "../desk/ask.ts"

type SavedFromProps = AnchorHTMLAttributes<HTMLAnchorElement> & { path: string; name: string }

/** A link that saves a file of the desk's; its path begins after /api. */
export function SavedFrom({ path, name, ...rest }: SavedFromProps) {
  function save(event: MouseEvent): void {
    event.preventDefault()
    void saveFrom(path, name)
  }
  return <a {...rest} href={`/api${path}`} download={name} onClick={save} />
}
