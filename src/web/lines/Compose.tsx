import { useState } from "react"
import type { MessageView } from "#offices/joins/screen.ts"
import { type Draft, drafts, randomWord } from "../desk/drafts.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { Heading } from "../parts/Heading.tsx"
import { type Language, useLanguage, useWords } from "../words.ts"
import { ComposeForm } from "./ComposeForm.tsx"
import { Original } from "./Original.tsx"

/** Writing a message: a new one, a reply with its original beside it, or a draft taken up again. */
export function Compose({ query }: { query: URLSearchParams }) {
  const { status } = useDesk()
  const { t } = useWords()
  const { language } = useLanguage()
  const [first] = useState(() => beginning(query, status.delegation, language))
  return (
    <>
      <Heading>{t(first.replyTo === null ? "compose.title" : "compose.reply")}</Heading>
      <div className="compose" data-reply={first.replyTo !== null}>
        {first.replyTo === null ? (
          <ComposeForm first={first} />
        ) : (
          <Reply first={first} line={first.line} matter={first.replyTo} />
        )}
      </div>
    </>
  )
}

function Reply({ first, line, matter }: { first: Draft; line: string; matter: string }) {
  const { live } = useDesk()
  const { value } = useResource<MessageView>(
    `/messages/${line}/${matter}`,
    live,
    (e) => e.kind === "entered" && e.entered.some((one) => one.matter === matter),
  )
  return (
    <>
      <ComposeForm first={first} original={value} />
      {value && <Original message={value} />}
    </>
  )
}

/** The draft that the address names, the one begun as this reply, or a fresh one. */
function beginning(query: URLSearchParams, delegation: string, language: Language): Draft {
  const [id, replyTo] = [query.get("draft"), query.get("reply")]
  const known = drafts(delegation).find((d) => d.id === id || (replyTo !== null && d.replyTo === replyTo))
  const fresh = { subject: "", body: "", replyBy: "", at: "", id: randomWord(), token: randomWord() }
  return known ?? { ...fresh, line: query.get("line") ?? "", replyTo, precedence: "ROUTINE", language }
}
