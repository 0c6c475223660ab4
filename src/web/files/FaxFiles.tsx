import { shownName } from "#files/name.ts"
import type { FileView } from "#offices/joins/screen.ts"
import { useWords } from "../words.ts"
import { useSizes } from "./file-words.ts"

/** The files of a message on its page for paper: they are not on it, so it says what they are and which hash they have. */
export function FaxFiles({ files }: { files: readonly FileView[] }) {
  const { t } = useWords()
  const { size } = useSizes()
  if (files.length === 0) return null
  return (
    <p className="fax-files">
      {t("files.title")}:{" "}
      {files.map(({ file, name, size: bytes, length }) => (
        <span key={file}>
          <bdi>{name === null ? t("files.undescribed") : shownName(name)}</bdi> · {size(bytes ?? length)} · SHA-256{" "}
          {file}
          <br />
        </span>
      ))}
    </p>
  )
}
