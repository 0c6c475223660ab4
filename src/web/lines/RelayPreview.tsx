import { useId } from "react"
import type { Draft } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { FileName } from "../files/FileName.tsx"
import { useNameOf } from "../parts/Delegation.tsx"
import { Notice } from "../parts/Notice.tsx"
import { alternat } from "../parts/order.ts"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { useWords } from "../words.ts"
import { type Cleaning, travels, warnings } from "./relaying.ts"

/** What the addressee of a relay will read, nothing less and nothing more; and what watchers of the register may guess. */
export function RelayPreview({ draft, back, files }: { draft: Draft; back: boolean; files: readonly Cleaning[] }) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const id = useId()
  const isSigned = !back && draft.relay?.attribution === "attributed"
  const others = alternat(draft.relay?.to ?? [], status, draft.id)
  return (
    <>
      <section className="preview" aria-labelledby={id}>
        <h2 id={id}>{t("relay.preview")}</h2>
        <dl className="facts">
          <dt>{t("relay.from")}</dt>
          <dd>{nameOf(status.secretariat)}</dd>
          <dt>{t("relay.whose")}</dt>
          <dd>{isSigned ? t("relay.signed-by", { name: nameOf(status.delegation) }) : t("relay.no-name")}</dd>
          {isSigned && (
            <>
              <dt>{t("relay.same-to")}</dt>
              <dd>{[...others, status.secretariat].map(nameOf).join(" · ")}</dd>
            </>
          )}
          <dt>{t("precedence.label")}</dt>
          <dd>
            <PrecedenceMark of={travels(draft, back)} />
          </dd>
          <dt>{t("compose.subject")}</dt>
          <dd lang={draft.language}>{draft.subject}</dd>
        </dl>
        <p className="body" lang={draft.language}>
          {draft.body}
        </p>
        {files.length > 0 && (
          <ul>
            {files.map(({ key, name }) => (
              <li key={key}>
                <FileName name={name} />
              </li>
            ))}
          </ul>
        )}
        {files.length > 0 && <p className="hint">{t(isSigned ? "relay.files-signed" : "relay.files-anew")}</p>}
      </section>
      <div role="status">
        {warnings(draft, back, status, files.length > 0).map((warning) => (
          <Notice key={warning}>{t(warning)}</Notice>
        ))}
      </div>
    </>
  )
}
