import { Button } from "react-aria-components"
import { fileKind, shownName } from "#files/name.ts"
import { useWords } from "../words.ts"
import type { Attaching } from "./attaching.ts"
import { FileName, NameWarnings } from "./FileName.tsx"
import { useSizes } from "./file-words.ts"

/** What this page itself could not do. */
const OWN = ["unreadable", "not-cleaned"] as const

type AttachedFileProps = { file: Attaching; mustBeClean: boolean; onRemove(): void; onCleaned(on: boolean): void }

/** One file on its way into the desk: how far it is, what is taken out of it, and the way back. */
export function AttachedFile({ file, mustBeClean, onRemove, onCleaned }: AttachedFileProps) {
  const { t, code } = useWords()
  const { size } = useSizes()
  const name = shownName(file.name)
  const own = OWN.find((one) => one === file.failed)
  const isWhole = file.state === "sealed" || file.state === "failed"
  return (
    <li className="file" data-state={file.state}>
      <FileName name={file.name} />
      <span className="file-facts">
        {t(`files.kind.${fileKind(file.name)}`)} · {size(file.size)}
      </span>
      <Button
        className="button small"
        aria-label={t(isWhole ? "files.remove-name" : "files.cancel-name", { name })}
        onPress={onRemove}
      >
        {t(isWhole ? "files.remove" : "files.cancel")}
      </Button>
      <FileProgress file={file} />
      {file.failed !== undefined && (
        <p className="wrong">{own ? t(`files.failed.${own}`) : code("refused", file.failed)}</p>
      )}
      <NameWarnings name={file.name} />
      <CleanChoice file={file} mustBeClean={mustBeClean} onCleaned={onCleaned} />
    </li>
  )
}

function FileProgress({ file }: { file: Attaching }) {
  const { t } = useWords()
  const { size, percent } = useSizes()
  const { state, received } = file
  const said = {
    reading: () => t("files.reading"),
    cleaning: () => t("files.cleaning"),
    sealing: () =>
      t("files.sealing", { percent: percent(received, file.size), done: size(received), size: size(file.size) }),
    interrupted: () => t("files.interrupted", { done: size(received) }),
    sealed: () => t("files.sealed"),
    failed: () => "",
  }[state]()
  return (
    <p className="file-state">
      {(state === "sealing" || state === "interrupted") && (
        <progress max={file.size} value={received} aria-label={shownName(file.name)} />
      )}
      <span>{said}</span>
    </p>
  )
}

/** What can be taken out of a file before it is sealed, said before it is done; and where that cannot be promised. */
function CleanChoice({ file, mustBeClean, onCleaned }: Omit<AttachedFileProps, "onRemove">) {
  const { t } = useWords()
  const { cleanable, cleaned, failed } = file
  if (cleanable === null || cleanable === "text" || file.state === "reading") return null
  if (cleanable === undefined) return <p className="hint">{t("files.clean-cannot")}</p>
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={cleaned}
          disabled={mustBeClean}
          onChange={(event) => onCleaned(event.target.checked)}
        />
        <span>{t("files.clean")}</span>
      </label>
      <p className="hint">
        {t(failed === "not-cleaned" ? "files.clean-cannot" : `files.clean.${cleanable}`)} {t("files.name-stays")}
      </p>
    </>
  )
}
