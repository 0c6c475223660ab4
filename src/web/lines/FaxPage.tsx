import type { MessageView } from "#offices/joins/screen.ts"
import { useDesk } from "../desk/state.ts"
import { FaxFiles } from "../files/FaxFiles.tsx"
import { Delegations, useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { Qr } from "../parts/Qr.tsx"
import { useLanguage, useWords } from "../words.ts"
import { FaxLadder } from "./FaxLadder.tsx"
import { FaxNote } from "./FaxNote.tsx"
import { FaxWords } from "./FaxWords.tsx"
import { MessageText } from "./StopAnswers.tsx"

/** A text longer than this many signs is set smaller, so that the page stays one. */
const LONG = 1500
const VERY_LONG = 4000

/** The message as one page for paper and fax: black on white, the hash as QR, in groups and as words to read aloud. */
export function FaxPage({ message }: { message: MessageView }) {
  const { status } = useDesk()
  const { t } = useWords()
  const { language } = useLanguage()
  const nameOf = useNameOf()
  const said = [message.body, ...message.translations.map(({ body }) => body), ...message.objections.map((o) => o.text)]
  const length = said.reduce((sum, text) => sum + (text?.length ?? 0), 0)
  return (
    <div className="fax" data-long={length > VERY_LONG ? "very" : length > LONG} aria-hidden="true">
      {status.exercise && <p className="fax-exercise">{t("exercise.all-words")}</p>}
      <p className="fax-office">{status.officeName[language]}</p>
      <h1 lang={message.language}>{message.subject ?? t("text.gone")}</h1>
      {message.recall && (
        <p>
          <strong>{t("message.recalled-at")}</strong> <FullInstant at={message.recall.at} />
        </p>
      )}
      <dl className="facts">
        <dt>{t("precedence.label")}</dt>
        <dd>
          <PrecedenceMark of={message.precedence} />
        </dd>
        <dt>{t("message.from")}</dt>
        <dd>
          {nameOf(message.by)} · {message.serial}
        </dd>
        <dt>{t("message.to")}</dt>
        <dd>
          <Delegations names={message.members.filter((m) => m !== message.by)} document={message.line} />
        </dd>
        <dt>{t("rung.recorded")}</dt>
        <dd>
          <FullInstant at={message.at} />
        </dd>
        <dt>{t("message.reply-by")}</dt>
        <dd>
          <FullInstant at={message.deadline} />
        </dd>
      </dl>
      <MessageText body={message.body} form={message.form} language={message.language} />
      <FaxNote message={message} />
      <FaxFiles files={message.files} />
      <FaxWords message={message} />
      <FaxLadder message={message} />
      <div className="fax-hash">
        <Qr text={message.header} label={t("fax.qr")} />
        <div>
          <p>{t("fax.hash")}</p>
          <p className="fax-groups">{groups(message.header).join(" ")}</p>
          <p>{t("fax.aloud")}</p>
          <p className="fax-aloud">
            {groups(message.header)
              .map((group) => [...group].map((digit) => t(`digit.${digit}` as "digit.0")).join(" "))
              .join(" / ")}
          </p>
        </div>
      </div>
      <p className="fax-foot">{t("fax.transmits")}</p>
    </div>
  )
}

function groups(hash: string): string[] {
  return hash.match(/.{4}/g) ?? []
}
