/** Where in a cell an hour is drawn, by its letter: full height, half, a cross, a dot, a line at the foot. */
const DRAWN: Record<string, (x: number) => string> = {
  h: (x) => `M${x} 1h1.7v10h-1.7z`,
  p: (x) => `M${x} 6h1.7v5h-1.7z`,
  s: (x) => `M${x} 1l1.7 10m0-10l-1.7 10`,
  o: (x) => `M${x + 0.3} 5h1.1v1.1h-1.1z`,
  r: (x) => `M${x} 10.4h1.7`,
}
const STROKED = ["s", "r"]

/** The hours of a day as a row of signs, two units each. It says nothing that is not said in words beside it. */
export function HoursBar({ hours }: { hours: string }) {
  const paths = Object.entries(DRAWN).map(([letter, draw]) => ({
    letter,
    d: [...hours].map((one, i) => (one === letter ? draw(i * 2) : "")).join(""),
  }))
  return (
    <svg
      className="hours"
      viewBox={`0 0 ${hours.length * 2} 12`}
      width={hours.length * 2}
      height={12}
      aria-hidden="true"
    >
      {paths
        .filter(({ d }) => d !== "")
        .map(({ letter, d }) => (
          <path key={letter} d={d} className={STROKED.includes(letter) ? "stroked" : undefined} />
        ))}
    </svg>
  )
}
