import { useEffect, useRef, useState } from "react"
import type { SearchAnswer, SearchHit } from "#offices/joins/screen.ts"
import { ask } from "../desk/ask.ts"
import { go } from "../router.ts"

/** What an officer looks for, as the fields of the form hold it; an empty one narrows nothing. */
export type Asked = {
  q: string
  order: "best" | "newest"
  line: string
  by: string
  precedence: string
  from: string
  to: string
}

export const NOTHING: Asked = { q: "", order: "best", line: "", by: "", precedence: "", from: "", to: "" }

export type Found = {
  hits: readonly SearchHit[]
  more: boolean
  filling: SearchAnswer["filling"]
}

/** What one officer last looked for, and what was found. */
type Kept = { officer: string; asked: Asked; found: Found | undefined }

// In this page only: in the address it would stay in the browser's history, where others at this machine read it.
let kept: Kept | undefined

const PAGE = 30

/** The state of the search screen; what was looked for is there again when the officer comes back from a hit. */
export function useSearch(officer: string) {
  const before = kept?.officer === officer ? kept : undefined
  const [asked, setAsked] = useState(before?.asked ?? NOTHING)
  const [found, setFound] = useState(before?.found)
  const [failed, setFailed] = useState<string>()
  const [looking, setLooking] = useState(false)
  // Answers may overtake each other; the later question counts.
  const question = useRef(0)

  async function look(next: Asked, offset = 0): Promise<void> {
    const number = ++question.current
    setLooking(true)
    const answer = await ask<SearchAnswer>(`/search?${query(next, offset)}`)
    if (number !== question.current) return
    setLooking(false)
    if ("failed" in answer) {
      setFailed(answer.failed)
      if (offset === 0) setFound(undefined)
      return
    }
    setFailed(undefined)
    const hits = offset === 0 ? answer.value.hits : joined(found?.hits ?? [], answer.value.hits)
    setFound({ hits, more: answer.value.more, filling: answer.value.filling })
  }

  useEffect(() => {
    kept = { officer, asked, found }
  }, [officer, asked, found])

  return {
    ...{ asked, found, failed, looking },
    look: () => void look(asked),
    more: () => void look(asked, found?.hits.length ?? 0),
    /** Changes what is looked for; what only narrows or orders it is looked for at once. */
    change(part: Partial<Asked>) {
      const next = { ...asked, ...part }
      setAsked(next)
      const half = Object.values({ from: next.from, to: next.to }).some((day) => day !== "" && day.length < 10)
      if (!("q" in part) && found && !half) void look(next)
    },
  }
}

function joined(old: readonly SearchHit[], next: readonly SearchHit[]): SearchHit[] {
  const hits = new Map([...old, ...next].map((hit) => [keyOf(hit), hit]))
  return [...hits.values()]
}

export function keyOf({ index, number }: Pick<SearchHit, "index" | "number">): string {
  return `${index}/${number}`
}

function query(asked: Asked, offset: number): URLSearchParams {
  const chosen = Object.entries(asked).filter(([name, value]) => name === "q" || value !== "")
  return new URLSearchParams([...chosen, ["offset", String(offset)], ["limit", String(PAGE)]])
}

/** Goes to the field in which one looks, from wherever the officer is. */
export function goToSearch(): void {
  go("/search")
  // On the screen already, nothing is opened anew that would take the focus.
  document.querySelector<HTMLInputElement>("main input[type=search]")?.focus()
}
