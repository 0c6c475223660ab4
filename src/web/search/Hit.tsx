import type { SearchHit } from "#offices/joins/screen.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName, useNameOf } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

/** One record that was found: what it is and of whom, its subject, and where in it the words stand. */
export function Hit({ hit }: { hit: SearchHit }) {
  const { status } = useDesk()
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const lineName = useLineName()
  const line = status.lines.find((one) => one.id === hit.line)
  const href = hit.office === "message" ? `/message/${hit.line}/${hit.matter}` : `/line/${hit.line}`
  return (
    <div className="message-item hit">
      <PrecedenceMark of={hit.precedence} />
      <span className="from">
        {nameOf(hit.by)} <span className="serial">· {hit.serial}</span>{" "}
        {line && <small>{t("changes.on", { line: lineName(line) })}</small>}
      </span>
      <To data-row href={href}>
        {hit.title === null ? code("act", hit.act) : <Pieces of={hit.title} language={hit.titleLanguage} />}
      </To>
      <span className="marks">
        {hit.act !== "message.sent" && hit.title !== null && <span>{code("act", hit.act)}</span>}
        {hit.refused !== null && (
          <span className="mark">
            {t("envelope.not-taken")} {code("refused", hit.refused)}
          </span>
        )}
      </span>
      <Instant at={hit.at} />
      {hit.excerpt.length > 0 && (
        <p className="excerpt">
          <Pieces of={hit.excerpt} language={hit.language} />
        </p>
      )}
    </div>
  )
}

/** A text in pieces, with what was looked for marked. Its author chose every sign of it: it is text and nothing else. */
function Pieces({ of, language }: { of: SearchHit["excerpt"]; language: string | null }) {
  return (
    <bdi lang={language ?? ""}>
      {/* biome-ignore-start lint/suspicious/noArrayIndexKey: pieces have no other name and never move */}
      {of.map((piece, i) => (piece.hit ? <mark key={i}>{piece.text}</mark> : <span key={i}>{piece.text}</span>))}
      {/* biome-ignore-end lint/suspicious/noArrayIndexKey: as above */}
    </bdi>
  )
}
