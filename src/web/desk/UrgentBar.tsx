import { useNameOf } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { usePlace } from "../router.ts"
import { useWords } from "../words.ts"
import { useDesk } from "./state.ts"

const SHOWN = 3

/** FLASH that waits for this delegation interrupts every screen until it is answered. */
export function UrgentBar() {
  const { inbox, status } = useDesk()
  const { t } = useWords()
  const { path } = usePlace()
  const nameOf = useNameOf()
  const flashes = inbox.rows.filter(
    (row) =>
      row.precedence === "FLASH" &&
      // A stop has a bar of its own.
      row.form !== "emergency-stop" &&
      row.awaits &&
      row.by !== status.delegation &&
      path !== `/message/${row.line}/${row.matter}`,
  )
  const rings = status.unproven.filter((row) => row.waits && row.precedence === "FLASH" && row.texts.length > 0)
  const unproven = path === "/" ? [] : rings
  const needs = path === "/" ? undefined : status.needs
  const unjudged = needs?.rows.filter((row) => row.precedence === "FLASH" && row.by !== status.delegation) ?? []
  const carried =
    path === "/" ? [] : status.unstamped.filter((row) => row.precedence === "FLASH" && row.readAt === null)
  return (
    <div
      role="alert"
      className={flashes.length + unproven.length + unjudged.length + carried.length > 0 ? "urgent" : undefined}
    >
      {carried.slice(0, SHOWN).map((row) => (
        <To key={row.hash} href="/">
          <PrecedenceMark of="FLASH" /> {nameOf(row.by)} <Instant at={row.signed} /> {row.texts[0]} [
          {t("unstamped.mark")}]
        </To>
      ))}
      {unproven.slice(0, SHOWN).map((row) => (
        <To key={row.hash} href="/">
          <PrecedenceMark of="FLASH" /> {nameOf(row.by)} <Instant at={row.at} /> {row.texts[0]} [{t("unproven.mark")}]
        </To>
      ))}
      {unjudged.slice(0, SHOWN).map((row) => (
        <To key={row.index} href="/">
          <PrecedenceMark of="FLASH" /> {nameOf(row.by)} <Instant at={row.at} /> {row.texts[0]} [
          {t("needs.mark", { rules: needs?.rules ?? 0 })}]
        </To>
      ))}
      {flashes.slice(0, SHOWN).map((row) => (
        <To key={row.matter} href={`/message/${row.line}/${row.matter}`}>
          <PrecedenceMark of="FLASH" /> {nameOf(row.by)} <Instant at={row.at} />{" "}
          <span lang={row.language}>{row.subject ?? t("text.gone")}</span>
        </To>
      ))}
      {flashes.length > SHOWN && <To href="/">{t("urgent.more", { count: flashes.length - SHOWN })}</To>}
    </div>
  )
}
