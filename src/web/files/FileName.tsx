import { disguise, endingOf, fileKind, savedName, shownName } from "#files/name.ts"
import { useWords } from "../words.ts"

/** A file's name as its author gave it, with everything made visible that could hide what it is. */
export function FileName({ name }: { name: string | null }) {
  const { t } = useWords()
  if (name === null) return <span className="file-name">{t("files.undescribed")}</span>
  return (
    <bdi className="file-name" dir="auto">
      {shownName(name)}
    </bdi>
  )
}

/** What a reader must know of a name before opening the file. */
export function NameWarnings({ name }: { name: string }) {
  const { t } = useWords()
  const hidden = disguise(name)
  return (
    <>
      {hidden === "unseen" && <p className="hint">{t("files.unseen")}</p>}
      {hidden === "two-endings" && <p className="hint">{t("files.two-endings", { ending: endingOf(name) })}</p>}
      {fileKind(name) === "program" && <p className="wrong">{t("files.program", { name: savedName(name) })}</p>}
    </>
  )
}
