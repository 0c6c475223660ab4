import { useEffect, useId, useState } from "react"
import type { FileView, MessageView } from "#offices/joins/screen.ts"
import { tell } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { useWords } from "../words.ts"
import { MessageFile } from "./MessageFile.tsx"

/** The files that a message names: what their author says of them, how far they are, and the way to open them. */
export function MessageFiles({ message, again }: { message: MessageView; again(): void }) {
  const { live } = useDesk()
  const { t } = useWords()
  const id = useId()
  const [done, setDone] = useState<Readonly<Record<string, number>>>({})
  const { files, line, matter } = message
  useEffect(
    () =>
      live.watch((event) => {
        if (event.kind !== "file" || event.line !== line) return
        const { file, done: far } = event
        if (far === null) again()
        else setDone((old) => ({ ...old, [file]: far }))
      }),
    [live, line, again],
  )
  if (files.length === 0) return null
  const ask = (file: FileView) => void tell(`/messages/${line}/${matter}/files/${file.file}/again`).then(again)
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {t("files.title")} <span className="count">{files.length}</span>
      </h2>
      <ul className="files">
        {files.map((file) => (
          <MessageFile
            key={file.file}
            file={{ ...file, done: Math.max(file.done, done[file.file] ?? 0) }}
            path={`/messages/${line}/${matter}/files/${file.file}`}
            onAgain={() => ask(file)}
          />
        ))}
      </ul>
      <p className="hint">
        {t("files.by-author")}. {t("files.save-hint")}
      </p>
    </section>
  )
}
