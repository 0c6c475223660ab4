import { type FormEvent, type KeyboardEvent, useId } from "react"
import { Button } from "react-aria-components"
import { stepRow } from "../desk/keys.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName, useNameOf } from "../parts/Delegation.tsx"
import { alternat } from "../parts/order.ts"
import { PRECEDENCES } from "../parts/PrecedenceMark.tsx"
import { useWords } from "../words.ts"
import type { Asked } from "./asked.ts"

type Form = { asked: Asked; change(part: Partial<Asked>): void }

/** The field for the words, the order, and what narrows the search to a part of the archive. */
export function SearchForm({ asked, change, look }: Form & { look(): void }) {
  const { t } = useWords()
  const hint = useId()
  function submit(event: FormEvent): void {
    event.preventDefault()
    look()
  }
  function down(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown") return
    event.preventDefault()
    stepRow(1)
  }
  return (
    <search>
      <form className="form search" onSubmit={submit} autoComplete="off">
        <label className="field">
          <span>{t("search.label")}</span>
          <input
            type="search"
            value={asked.q}
            maxLength={200}
            // What is looked for leaves this desk for nobody, a browser's spelling service or its memory among them.
            spellCheck={false}
            autoComplete="off"
            autoCorrect="off"
            autoCapitalize="off"
            aria-describedby={hint}
            // biome-ignore lint/a11y/noAutofocus: a screen for searching begins where the words are written
            autoFocus
            onKeyDown={down}
            onChange={(event) => change({ q: event.target.value })}
          />
        </label>
        <p className="hint" id={hint}>
          {t("search.hint")} {t("search.private")}
        </p>
        <Narrowing asked={asked} change={change} />
        <div className="buttons">
          <Button className="button strong" type="submit">
            {t("search.look")}
          </Button>
        </div>
      </form>
    </search>
  )
}

/** Line, delegation, precedence, days and order; a choice is looked for at once. */
function Narrowing({ asked, change }: Form) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const lineName = useLineName()
  const names = status.delegations.map((one) => one.name)
  return (
    <div className="narrowing">
      <Choice label={t("search.line")} value={asked.line} onChoose={(line) => change({ line })}>
        {[["", t("search.every")], ...status.lines.map((line) => [line.id, lineName(line)])]}
      </Choice>
      <Choice label={t("search.by")} value={asked.by} onChoose={(by) => change({ by })}>
        {[["", t("search.every")], ...alternat(names, status, status.office).map((name) => [name, nameOf(name)])]}
      </Choice>
      <Choice label={t("precedence.label")} value={asked.precedence} onChoose={(precedence) => change({ precedence })}>
        {[["", t("search.every")], ...PRECEDENCES.map((one) => [one, t(`precedence.${one}`)])]}
      </Choice>
      <Day label={t("search.from")} value={asked.from} onChange={(from) => change({ from })} />
      <Day label={t("search.to")} value={asked.to} onChange={(to) => change({ to })} />
      <Choice
        label={t("search.order")}
        value={asked.order}
        onChoose={(order) => change({ order: order === "newest" ? "newest" : "best" })}
      >
        {[
          ["best", t("search.best")],
          ["newest", t("search.newest")],
        ]}
      </Choice>
    </div>
  )
}

/** A day as every screen writes one; a browser's own field would write it as its machine does. */
function Day({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }) {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        value={value}
        maxLength={10}
        inputMode="numeric"
        placeholder="2026-12-31"
        autoComplete="off"
        onChange={(event) => onChange(event.target.value.trim())}
      />
    </label>
  )
}

function Choice(props: { label: string; value: string; onChoose(value: string): void; children: string[][] }) {
  return (
    <label className="field">
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.onChoose(event.target.value)}>
        {props.children.map(([value = "", name = ""]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
