import { useState } from "react"
import { Button, FileTrigger } from "react-aria-components"
import { LARGEST_FILE, MOST_FILES } from "#seal/attachment.ts"
import { useDesk } from "../desk/state.ts"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"
import { AttachedFile } from "./AttachedFile.tsx"
import type { useAttaching } from "./attaching.ts"
import { useSizes } from "./file-words.ts"

type AttachFilesProps = { attaching: ReturnType<typeof useAttaching>; mustBeClean?: boolean }

/** The files that go with a message: chosen, cleaned where that is asked, sealed at the desk while the text is written. */
export function AttachFiles({ attaching, mustBeClean = false }: AttachFilesProps) {
  const { silent } = useDesk()
  const { t } = useWords()
  const { size } = useSizes()
  const [tooMany, setTooMany] = useState(false)
  const { files, attach, remove, setCleaned } = attaching
  return (
    <fieldset className="attach">
      <legend>{t("files.title")}</legend>
      <FileTrigger allowsMultiple onSelect={(chosen) => setTooMany(attach(chosen ? [...chosen] : []) > 0)}>
        <Button className="button" isDisabled={silent || files.length >= MOST_FILES}>
          {t("files.attach")}
        </Button>
      </FileTrigger>
      <p className="hint">{t("files.limits", { count: MOST_FILES, size: size(LARGEST_FILE) })}</p>
      {tooMany && <Wrong>{t("files.too-many", { count: MOST_FILES })}</Wrong>}
      {files.length > 0 && (
        <ul className="files">
          {files.map((file) => (
            <AttachedFile
              key={file.key}
              file={file}
              mustBeClean={mustBeClean}
              onRemove={() => remove(file.key)}
              onCleaned={(on) => setCleaned(file.key, on)}
            />
          ))}
        </ul>
      )}
    </fieldset>
  )
}
