import { useCallback, useEffect, useEffectEvent, useState, useSyncExternalStore } from "react"
import type { Cleanable } from "#files/metadata.ts"
import { MOST_FILES, mediaType } from "#seal/attachment.ts"
import { cleanableOf, cleanFile } from "./clean.ts"
import { bring, discardUpload, newUpload, uploadAt } from "./upload.ts"

/** A file that a draft names once the desk holds it whole. */
export type DraftFile = { upload: string; name: string; type: string; size: number }

/** A file as it is being attached. */
export type Attaching = DraftFile & {
  /** Its own name in the list: what is sent anew has another upload. */
  key: string
  state: "reading" | "cleaning" | "sealing" | "interrupted" | "sealed" | "failed"
  received: number
  /** A code of the desk, or of what this page could not do. */
  failed?: string
  /** What can be cleaned of it; undefined where nothing can, null for a file that this page no longer has. */
  cleanable: Cleanable | undefined | null
  cleaned: boolean
}

type Kept = { file: File | undefined; stop: AbortController }
type List = { files: readonly Attaching[]; kept: Map<string, Kept>; hearers: Set<() => void> }

// Beside the screens: what is being attached goes on while an officer looks something up.
const lists = new Map<string, List>()

/** The list of a draft; one that is taken up again begins with what the draft names. */
function listOf(draft: string, known: readonly DraftFile[]): List {
  const list = lists.get(draft) ?? { files: known.map(asRestored), kept: new Map(), hearers: new Set() }
  lists.set(draft, list)
  return list
}

function asRestored(file: DraftFile): Attaching {
  return { ...file, key: file.upload, state: "reading", received: 0, cleanable: null, cleaned: false }
}

/** Whether a draft goes on naming this file: the desk holds it whole, or did when the draft was left. */
export function isKept({ state, cleanable }: Attaching): boolean {
  return state === "sealed" || (state === "reading" && cleanable === null)
}

function set(list: List, files: readonly Attaching[]): void {
  list.files = files
  for (const hear of list.hearers) hear()
}

function change(list: List, key: string, part: Partial<Attaching>): void {
  set(
    list,
    list.files.map((one) => (one.key === key ? { ...one, ...part } : one)),
  )
}

/** The files of a draft as they are being attached, and what can be done with them. */
export function useAttaching(draft: string, known: readonly DraftFile[]) {
  const [list] = useState(() => listOf(draft, known))
  const subscribe = useCallback(
    (hear: () => void) => {
      list.hearers.add(hear)
      return () => void list.hearers.delete(hear)
    },
    [list],
  )
  const files = useSyncExternalStore(subscribe, () => list.files)
  useEffect(() => {
    for (const file of list.files) if (file.state === "reading" && file.cleanable === null) void restore(list, file)
  }, [list])
  return {
    files,
    /** Attaches files; answers how many were too many. */
    attach(chosen: readonly File[]): number {
      const room = Math.max(0, MOST_FILES - list.files.length)
      for (const file of chosen.slice(0, room)) begin(list, file)
      return Math.max(0, chosen.length - room)
    },
    remove: (key: string) => remove(list, key),
    setCleaned: (key: string, on: boolean) => void bringOne(list, key, on),
  }
}

/** Cleans whatever can be cleaned for as long as `all` says so: words that name nobody take no metadata with them. */
export function useCleaned({ files, setCleaned }: ReturnType<typeof useAttaching>, all: boolean): void {
  const clean = useEffectEvent((key: string) => setCleaned(key, true))
  const unclean = all ? files.filter(({ cleanable, cleaned }) => isPicky(cleanable) && !cleaned) : []
  const keys = unclean.map(({ key }) => key).join(" ")
  useEffect(() => {
    for (const key of keys.split(" ").filter((one) => one !== "")) clean(key)
  }, [keys])
}

/** Plain text holds no metadata and stays as it is. */
function isPicky(cleanable: Attaching["cleanable"]): boolean {
  return cleanable === "picture" || cleanable === "document"
}

/** The draft was handed in, or is given up: its list is forgotten, and with `discard` its files too. */
export function forgetAttaching(draft: string, discard: boolean): void {
  const list = lists.get(draft)
  lists.delete(draft)
  for (const { key, upload } of list?.files ?? []) {
    list?.kept.get(key)?.stop.abort()
    if (discard) discardUpload(upload)
  }
}

async function restore(list: List, { key, upload, size }: Attaching): Promise<void> {
  const answer = await uploadAt(upload)
  // A desk that is away says nothing of the file: handing in will show whether it is there.
  if ("failed" in answer && answer.failed !== "desk-away") change(list, key, { state: "failed", failed: answer.failed })
  else if ("failed" in answer || answer.value.whole) change(list, key, { state: "sealed", received: size })
  else change(list, key, { state: "failed", failed: "file.unknown" })
}

function begin(list: List, file: File): void {
  const key = newUpload()
  const described = { name: file.name, type: mediaType(file.type), size: file.size }
  list.kept.set(key, { file, stop: new AbortController() })
  const fresh = { state: "reading" as const, received: 0, cleanable: undefined, cleaned: false }
  set(list, [...list.files, { ...described, key, upload: key, ...fresh }])
  void cleanableOf(file).then(
    (cleanable) => {
      change(list, key, { cleanable })
      return bringOne(list, key, false)
    },
    () => change(list, key, { state: "failed", failed: "unreadable" }),
  )
}

/** Brings a file to the desk, cleaned or as it is; what was brought of it before is taken away. */
async function bringOne(list: List, key: string, isCleaned: boolean): Promise<void> {
  const kept = list.kept.get(key)
  const before = list.files.find((one) => one.key === key)
  if (!kept?.file || !before) return
  kept.stop.abort()
  if (before.received > 0 || before.state === "sealed") discardUpload(before.upload)
  const stop = new AbortController()
  list.kept.set(key, { file: kept.file, stop })
  change(list, key, { cleaned: isCleaned, received: 0, state: isCleaned ? "cleaning" : "sealing" })
  const blob = isCleaned ? await cleanFile(kept.file) : kept.file
  if (stop.signal.aborted) return
  if (blob === "cannot") return change(list, key, { state: "failed", failed: "not-cleaned" })
  const upload = newUpload()
  const { name, type } = before
  change(list, key, { upload, size: blob.size, state: "sealing" })
  try {
    const hear = (received: number, answers: boolean) =>
      change(list, key, { received, state: answers ? "sealing" : "interrupted" })
    const end = await bring({ upload, name, type, blob }, hear, stop.signal)
    change(list, key, "whole" in end ? { state: "sealed" } : { state: "failed", failed: end.failed })
  } catch (error) {
    if (stop.signal.aborted) discardUpload(upload)
    else change(list, key, { state: "failed", failed: "unreadable" })
    if (!(error instanceof Error)) throw error
  }
}

function remove(list: List, key: string): void {
  const one = list.files.find((file) => file.key === key)
  list.kept.get(key)?.stop.abort()
  list.kept.delete(key)
  if (one) discardUpload(one.upload)
  set(
    list,
    list.files.filter((file) => file.key !== key),
  )
}
