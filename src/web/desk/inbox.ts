import { useEffect, useEffectEvent, useMemo, useState } from "react"
import type { DeskStatus, LiveEvent, MessageRow, MessageView } from "#offices/joins/screen.ts"
import { ask } from "./ask.ts"
import type { Live } from "./live.ts"

export type Inbox = {
  /** Newest first. Holds every message that still waits for this delegation's answer, however old. */
  rows: readonly MessageRow[]
  loaded: boolean
  /** Whether older messages can be asked for. */
  more: boolean
  older(): void
}

type Held = { row: MessageRow; asked: number }
type Rows = ReadonlyMap<string, Held>

const FIRST = 100
/** As many as somebody scrolls through while they come. */
const OLDER = 200
const NEXT = 500
/** More new messages than this are asked for as one page. */
const ONE_BY_ONE = 20
const GATHER_MS = 10
const WITNESSED_MS = 300

let questions = 0

/** The messages of all lines, or of one. What an event names is fetched alone, so that an arrival is on the screen at once. */
export function useInbox(status: DeskStatus | undefined, live: Live, line?: string): Inbox {
  const [held, setHeld] = useState<Rows>(new Map())
  const [more, setMore] = useState(false)
  const [loaded, setLoaded] = useState(false)
  const rows = useMemo(() => [...held.values()].map((h) => h.row).sort((a, b) => b.index - a.index), [held])
  const ready = status !== undefined

  async function page(limit: number, before?: number): Promise<void> {
    const asked = ++questions
    const answer = await ask<MessageRow[]>(`/messages?${query(limit, line, before)}`)
    if (!("value" in answer)) return
    setHeld((old) => merged(old, answer.value, asked))
    if (before !== undefined || !loaded) setMore(answer.value.length >= limit)
    setLoaded(true)
  }

  async function one(path: string): Promise<void> {
    const asked = ++questions
    const answer = await ask<MessageView>(`/messages/${path}`)
    if ("value" in answer) setHeld((old) => merged(old, [answer.value], asked))
  }

  const refresh = useEffectEvent((what: ReadonlySet<string> | "all") => {
    if (what === "all" || what.size > ONE_BY_ONE) void page(FIRST)
    else for (const path of what) void one(path)
  })
  const isAllWitnessed = useEffectEvent(() => rows.every((r) => r.witnessed !== null))

  useEffect(() => {
    if (!ready) return
    refresh("all")
    return follow(live, line, refresh, isAllWitnessed)
  }, [live, ready, line])

  // What waits for an answer is shown however old it is: older pages follow until all of it is here.
  const unanswered = status?.lines.reduce((sum, line) => sum + line.unanswered, 0) ?? 0
  const found = rows.filter((r) => r.awaits && r.by !== status?.delegation).length
  const oldest = rows.at(-1)?.index
  const reach = useEffectEvent(() => void page(NEXT, oldest))
  const short = line === undefined && loaded && more && found < unanswered
  useEffect(() => {
    if (short && oldest !== undefined) reach()
  }, [short, oldest])

  return { rows, loaded, more, older: () => void page(OLDER, oldest) }
}

function merged(old: Rows, rows: readonly MessageRow[], asked: number): Rows {
  const next = new Map(old)
  for (const row of rows) {
    const key = `${row.line}/${row.matter}`
    // Answers may overtake each other; the later question knows more.
    if ((next.get(key)?.asked ?? 0) <= asked) next.set(key, { row, asked })
  }
  return next
}

function query(limit: number, line: string | undefined, before: number | undefined): string {
  return `limit=${limit}${line === undefined ? "" : `&line=${line}`}${before === undefined ? "" : `&before=${before}`}`
}

function follow(
  live: Live,
  line: string | undefined,
  refresh: (what: ReadonlySet<string> | "all") => void,
  isAllWitnessed: () => boolean,
) {
  const named = new Set<string>()
  let gathering: ReturnType<typeof setTimeout> | undefined
  let later: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    gathering = undefined
    if (named.size === 0) return
    refresh(new Set(named))
    named.clear()
    // The first arrival is asked for at once; what follows on its heels is asked for together.
    gathering = setTimeout(flush, GATHER_MS)
  }
  const leave = live.watch((event) => {
    if (event.kind === "hello") refresh("all")
    for (const path of messagesOf(event)) if (path.startsWith(line ?? "")) named.add(path)
    if (gathering === undefined) flush()
    if (event.kind !== "register" || isAllWitnessed()) return
    clearTimeout(later)
    later = setTimeout(() => refresh("all"), WITNESSED_MS)
  })
  return () => {
    clearTimeout(gathering)
    clearTimeout(later)
    leave()
  }
}

/** Paths of the messages that an event speaks of. */
function messagesOf(event: LiveEvent): string[] {
  if (event.kind === "mark") return [`${event.line}/${event.matter}`]
  if (event.kind !== "entered") return []
  return event.entered.filter((e) => e.kind.startsWith("message.")).map((e) => `${e.line}/${e.matter}`)
}
