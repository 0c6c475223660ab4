import type { WaitingRow } from "#offices/joins/screen.ts"
import { useWords } from "../words.ts"
import { useSizes } from "./file-words.ts"

const WAITS = ["backlog", "unfinished", "busy"] as const

/** How far the files are that an act waits for, and why they do not go on. */
export function FilesLeaving({ files }: { files: WaitingRow["files"] }) {
  const { t } = useWords()
  const { percent } = useSizes()
  const { done, length, waits } = files ?? { done: 0, length: 1, waits: null }
  const why = WAITS.find((one) => one === waits)
  return (
    <>
      {t("waiting.filing", { percent: percent(done, length) })}
      {why && ` ${t(`files.waits.${why}`)}`}
    </>
  )
}
