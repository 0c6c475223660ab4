import { type FormEvent, useState } from "react"
import { Button, Label, TextArea, TextField } from "react-aria-components"
import type { CheckView } from "#offices/joins/watch.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { hand } from "../lines/hand.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords, type WordId } from "../words.ts"
import { compareReadBack } from "./check-texts.ts"

type Member = CheckView["members"][number]

/** One line check: what was called, what each member read back, and what this desk's officer has to do. */
export function CheckScreen({ line, matter }: { line: string; matter: string }) {
  const { status, live } = useDesk()
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const { value, failed } = useResource<CheckView>(
    `/checks/${line}/${matter}`,
    live,
    (event) => event.kind === "entered",
  )
  if (!value) return <Heading>{failed === undefined ? t("check.title") : code("refused", failed)}</Heading>
  const mine = value.members.find(({ member }) => member === status.delegation)
  return (
    <>
      <Heading>{t("check.of", { time: value.slot.slice(11, 16), name: nameOf(value.by) })}</Heading>
      <p>
        <FullInstant at={value.at} />
      </p>
      <p className="body check-text" lang="">
        {value.text ?? t("text.gone")}
      </p>
      {mine && !mine.answered && !mine.closed && <ReadBack check={value} />}
      {mine?.unanswered && !mine.explained && <Explain check={value} />}
      {value.members.map((one) => (
        <MemberResult key={one.member} check={value} one={one} />
      ))}
    </>
  )
}

/** Hands an act about a check in; the form says what was refused. */
function useHanding(check: CheckView) {
  const { code } = useWords()
  const [wrong, setWrong] = useState<string>()
  const [handed, setHanded] = useState(false)
  return {
    wrong,
    handed,
    async hand(act: string, fields: Record<string, string | number | boolean>, texts: Record<string, string>) {
      const { line, matter, header: of } = check
      const answer = await hand({ act, line, fields: { matter, of, ...fields }, texts })
      setWrong("failed" in answer ? code("refused", answer.failed) : undefined)
      if ("failed" in answer) return
      setHanded(true)
      // The form leaves once its act is stamped; whoever reads by keyboard goes on from the top of the screen.
      document.querySelector<HTMLElement>("main h1")?.focus()
    },
  }
}

const QUALITIES = [1, 2, 3, 4, 5] as const

const LETTERS = [
  [true, "check.letters-came"],
  [false, "check.letters-lost"],
] as const

/** What was received is stated by its reader: nothing of it is chosen beforehand. */
function ReadBack({ check }: { check: CheckView }) {
  const { silent } = useDesk()
  const { t } = useWords()
  const [readBack, setReadBack] = useState("")
  const [quality, setQuality] = useState<number>()
  const [letters, setLetters] = useState<boolean>()
  const [lack, setLack] = useState<WordId>()
  const handing = useHanding(check)
  function submit(event: FormEvent): void {
    event.preventDefault()
    const reception = quality !== undefined && letters !== undefined ? { quality, letters } : undefined
    const missing = readBack.trim() === "" ? "check.needs-words" : reception ? undefined : "check.needs-reception"
    setLack(missing)
    if (reception && !missing) void handing.hand("check.answered", reception, { readBack })
  }
  return (
    <form className="form" onSubmit={submit}>
      <TextField className="field" value={readBack} onChange={setReadBack}>
        <Label>{t("check.read-back")}</Label>
        <TextArea rows={3} autoFocus lang="" spellCheck={false} autoCapitalize="off" />
      </TextField>
      <fieldset className="row">
        <legend>{t("check.quality")}</legend>
        {QUALITIES.map((one) => (
          <label key={one} className="check">
            <input type="radio" name="quality" checked={quality === one} onChange={() => setQuality(one)} />
            {t(`quality.${one}`)}
          </label>
        ))}
      </fieldset>
      <fieldset className="row">
        <legend>{t("check.letters")}</legend>
        {LETTERS.map(([came, word]) => (
          <label key={word} className="check">
            <input type="radio" name="letters" checked={letters === came} onChange={() => setLetters(came)} />
            {t(word)}
          </label>
        ))}
      </fieldset>
      <Wrong>{lack ? t(lack) : handing.wrong}</Wrong>
      <Button className="button strong" type="submit" isDisabled={silent || handing.handed}>
        {t("check.answer")}
      </Button>
      {handing.handed && (
        <p role="status" className="hint">
          {t("check.handed")}
        </p>
      )}
    </form>
  )
}

function Explain({ check }: { check: CheckView }) {
  const { silent } = useDesk()
  const { t } = useWords()
  const [why, setWhy] = useState("")
  const handing = useHanding(check)
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (why.trim() !== "") void handing.hand("check.explained", {}, { text: why })
  }
  return (
    <form className="form" onSubmit={submit}>
      <TextField className="field" value={why} onChange={setWhy}>
        <Label>{t("check.why")}</Label>
        <TextArea rows={2} />
      </TextField>
      <Wrong>{handing.wrong}</Wrong>
      <Button className="button" type="submit" isDisabled={silent || handing.handed || why.trim() === ""}>
        {t("check.explain")}
      </Button>
    </form>
  )
}

/** What one member read back, with the words that differ marked; whoever called says what it came to. */
function MemberResult({ check, one }: { check: CheckView; one: Member }) {
  const { status, silent } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const handing = useHanding(check)
  const { answered, closed } = one
  const compared = answered && compareReadBack(check.text ?? "", answered.readBack ?? "")
  const isMine = check.by === status.delegation
  const close = (result: string) => void handing.hand("check.closed", { by: one.member, result }, {})
  return (
    <section>
      <h2>{nameOf(one.member)}</h2>
      {!answered && <p>{t(one.unanswered ? "check.unanswered" : "check.awaited")}</p>}
      {answered && compared && (
        <>
          <p>
            <FullInstant at={answered.at} /> {t("check.quality")}: {t(`quality.${qualityOf(answered.quality)}`)}.{" "}
            {t(answered.letters ? "check.letters-came" : "check.letters-lost")}
          </p>
          <p className="body check-text" lang="">
            {compared.words.map(({ word, same }, i) => {
              const key = `${i} ${word}`
              return same ? <span key={key}>{word} </span> : <mark key={key}>{word} </mark>
            })}
          </p>
          <p>{t(compared.same ? "check.same" : "check.differs")}</p>
        </>
      )}
      {one.explained && (
        <p>
          {t("check.reason")} <q>{one.explained.text ?? t("text.gone")}</q>
        </p>
      )}
      {closed && (
        <p>
          {t("check.closed")} <strong>{t(`result.${resultOf(closed.result)}`)}</strong> <FullInstant at={closed.at} />
        </p>
      )}
      {isMine && !closed && (
        <div className="buttons">
          {(answered ? (["OK", "GARBLED"] as const) : (["OUT_OF_SERVICE"] as const)).map((result) => (
            <Button
              key={result}
              className={compared?.same && result === "OK" ? "button strong" : "button"}
              isDisabled={silent || handing.handed}
              onPress={() => close(result)}
            >
              {t(`result.${result}`)}
            </Button>
          ))}
          <Wrong inline>{handing.wrong}</Wrong>
        </div>
      )}
    </section>
  )
}

function qualityOf(value: number): (typeof QUALITIES)[number] {
  return QUALITIES.find((one) => one === value) ?? 1
}

function resultOf(value: string): "OK" | "GARBLED" | "OUT_OF_SERVICE" {
  return value === "OK" || value === "GARBLED" ? value : "OUT_OF_SERVICE"
}
