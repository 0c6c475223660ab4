/** A hash in groups of four, so that it can be read aloud and compared. */
export function Hash({ of }: { of: string }) {
  return <code className="hash">{of.match(/.{1,4}/g)?.join(" ")}</code>
}
