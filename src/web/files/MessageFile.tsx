import { Button } from "react-aria-components"
import { fileKind, savedName, shownName } from "#files/name.ts"
import type { FileState, FileView } from "#offices/joins/screen.ts"
import { SavedFrom } from "../parts/SavedFrom.tsx"
import { useWords, type WordId } from "../words.ts"
import { FileName, NameWarnings } from "./FileName.tsx"
import { useSizes } from "./file-words.ts"

/** States in which the file lies at this desk with its hash checked. */
const HERE: readonly FileState[] = ["leaving", "sent", "held", "taken"]
const WAITS = ["backlog", "unfinished", "busy", "absent", "disk-full"] as const

/** One file of a message. Type and size stand beside its name before anything can be opened. */
export function MessageFile({ file, path, onAgain }: { file: FileView; path: string; onAgain(): void }) {
  const { t } = useWords()
  const { size, percent } = useSizes()
  const { name, state, length, done } = file
  const shown = name === null ? t("files.undescribed") : shownName(name)
  const waits = WAITS.find((one) => one === file.waits)
  return (
    <li className="file" data-state={state}>
      <FileName name={name} />
      <span className="file-facts">
        {name !== null && `${t(`files.kind.${fileKind(name)}`)} · `}
        {size(file.size ?? length)}
        {file.type !== null && ` · ${file.type}`}
      </span>
      {HERE.includes(state) && name !== null && (
        <SavedFrom
          className="button small"
          path={path}
          name={savedName(name)}
          aria-label={t("files.save-name", { name: shown })}
        >
          {t("files.save")}
        </SavedFrom>
      )}
      {(state === "false" || state === "gone") && (
        <Button className="button small" aria-label={t("files.again-name", { name: shown })} onPress={onAgain}>
          {t("files.again")}
        </Button>
      )}
      <p className="file-state">
        {state === "awaited" && <progress max={length} value={done} aria-label={shown} />}
        <span>{t(`files.state.${state}` satisfies WordId, { percent: percent(done, length) })}</span>
        {waits && <span>{t(`files.waits.${waits}`)}</span>}
      </p>
      {name !== null && <NameWarnings name={name} />}
    </li>
  )
}
