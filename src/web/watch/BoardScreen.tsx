import { useLayoutEffect, useRef, useState } from "react"
import { Button } from "react-aria-components"
import { type BoardDay, OUTCOMES, type Outcome } from "#offices/joins/board.ts"
import type { BoardView, CheckDue } from "#offices/joins/watch.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { hand } from "../lines/hand.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { alternat } from "../parts/order.ts"
import { To } from "../parts/To.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"
import { ChecksToAnswer } from "./ChecksDue.tsx"
import { checkText } from "./check-texts.ts"
import { HoursBar } from "./HoursBar.tsx"

const SPANS = [7, 14, 90] as const

/** The line board: every member of every line, day by day, and the checks by officers; in words below the picture. */
export function BoardScreen() {
  const { live } = useDesk()
  const { t } = useWords()
  const [span, setSpan] = useState<(typeof SPANS)[number]>(7)
  const { value } = useResource<BoardView>(`/board?days=${span}`, live, (event) => event.kind === "entered")
  const due = useResource<CheckDue[]>("/checks", live, (event) => event.kind === "entered" || event.kind === "outbox")
  return (
    <>
      <Heading>{t("board.title")}</Heading>
      <p className="hint">{t("board.meaning")}</p>
      <CallChecks due={(due.value ?? []).filter((one) => one.what === "call")} again={due.again} />
      <ChecksToAnswer due={due.value ?? []} />
      <label>
        {t("board.span")}{" "}
        <select value={span} onChange={({ target }) => setSpan(SPANS.find((one) => String(one) === target.value) ?? 7)}>
          {SPANS.map((one) => (
            <option key={one} value={one}>
              {t("board.days", { count: one })}
            </option>
          ))}
        </select>
      </label>
      {value && <Picture board={value} />}
      {value && <Missed board={value} />}
      <Legend />
    </>
  )
}

/** Calls the check of this hour on every line where nobody has: one press for all of them. */
function CallChecks({ due, again }: { due: readonly CheckDue[]; again(): void }) {
  const { silent } = useDesk()
  const { t, code } = useWords()
  const [wrong, setWrong] = useState<string>()
  const slot = due[0]?.slot
  if (slot === undefined) return null
  async function call(): Promise<void> {
    for (const { line, slot } of due) {
      const act = { act: "check.called", line, fields: { slot }, texts: { text: checkText(slot) } }
      // The same word for the same line and hour: two officers who press at once call one check.
      const answer = await hand({ ...act, token: `check.${line}.${slot}` })
      if ("failed" in answer) setWrong(code("refused", answer.failed))
    }
    again()
  }
  return (
    <p>
      <Button className="button strong" isDisabled={silent} onPress={() => void call()}>
        {t("check.call", { time: slot.slice(11, 16), count: due.length })}
      </Button>
      <Wrong inline>{wrong}</Wrong>
    </p>
  )
}

function Picture({ board }: { board: BoardView }) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const members = alternat([...new Set(board.rows.map((row) => row.member))], status, status.office)
  const rows = members.flatMap((member) => board.rows.filter((row) => row.member === member))
  const picture = useRef<HTMLElement>(null)
  const count = board.days.length
  // Today stands at the right end: that is where a watch looks first.
  useLayoutEffect(() => {
    if (count > 0 && picture.current) picture.current.scrollLeft = picture.current.scrollWidth
  }, [count])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reached by the keyboard
    <section className="board wide" ref={picture} tabIndex={0} aria-label={t("board.title")} data-days={count}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("board.member")}</th>
            {board.days.map((day) => (
              <th key={day} scope="col">
                {day.slice(5)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const line = status.lines.find(({ id }) => id === row.line)
            return (
              <tr key={`${row.line}${row.member}`}>
                <th scope="row">
                  {nameOf(row.member)}{" "}
                  {line && line.members.length > 2 && (
                    <small>{t("board.of-many", { count: line.members.length })}</small>
                  )}
                </th>
                {row.days.map((day) => (
                  <Cell key={day.day} day={day} member={row.member} />
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** One day: the bar of its hours, and a sign for each check; in words for whoever cannot see them. */
function Cell({ day, member }: { day: BoardDay; member: string }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  const count = (letter: string) => [...day.hours].filter((one) => one === letter).length
  const words = [
    t("board.hours", { heard: count("h") + count("p"), silent: count("s") }),
    ...day.checks.map(({ slot, of, outcome }) =>
      [slot.slice(11, 16), of === member ? [] : `${nameOf(of)}:`, t(`outcome.${outcome}`)].flat().join(" "),
    ),
  ].join("; ")
  return (
    <td title={words}>
      <span className="visually-hidden">{words}</span>
      <span aria-hidden="true">
        <HoursBar hours={day.hours} />
        <span className="signs">{day.checks.map((one) => SIGNS[one.outcome]).join(" ")}</span>
      </span>
    </td>
  )
}

/** One sign for each outcome: shapes, no colours, so that a fax and any eye can tell them apart. */
const SIGNS: Record<Outcome, string> = {
  ok: "●",
  late: "◑",
  garbled: "≈",
  "out-of-service": "⊘",
  "no-answer-up": "○",
  "no-answer-down": "×",
  pending: "…",
  "not-called": "·",
}

const MISSED_SHOWN = 20

/** Every check that did not come back in time, by its hour, with the reason where its member gave one. */
function Missed({ board }: { board: BoardView }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  const missed = board.rows
    .flatMap(({ line, member, days }) => days.flatMap(({ checks }) => checks.map((one) => ({ line, member, ...one }))))
    .filter(({ outcome }) => !["ok", "pending"].includes(outcome))
  const slots = [...new Set(missed.map(({ slot }) => slot))].sort().reverse()
  if (missed.length === 0) return null
  return (
    <section>
      <h2>{t("board.missed")}</h2>
      {slots.slice(0, MISSED_SHOWN).map((slot) => (
        <section key={slot}>
          <h3>
            <FullInstant at={slot} />
          </h3>
          <ul className="missed">
            {missed
              .filter((one) => one.slot === slot)
              .map((one) => (
                <li key={`${one.line}${one.member}`}>
                  {nameOf(one.of)}: {t(`outcome.${one.outcome}`)}
                  {one.reason !== null && (
                    <q className="said" lang="">
                      {one.reason}
                    </q>
                  )}{" "}
                  {one.matter !== null && <To href={`/check/${one.line}/${one.matter}`}>{t("check.open")}</To>}
                </li>
              ))}
          </ul>
        </section>
      ))}
    </section>
  )
}

const LETTERS = ["h", "p", "s", "o", "r"] as const

function Legend() {
  const { t } = useWords()
  return (
    <details className="legend" open>
      <summary>{t("board.legend")}</summary>
      <p className="hint">{t("board.scale")}</p>
      <dl>
        {LETTERS.map((letter) => (
          <div key={letter}>
            <dt>
              <HoursBar hours={letter.repeat(4)} />
            </dt>
            <dd>{t(`hour.${letter}`)}</dd>
          </div>
        ))}
        {OUTCOMES.map((outcome) => (
          <div key={outcome}>
            <dt>{SIGNS[outcome]}</dt>
            <dd>{t(`outcome.${outcome}`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
