import { useWords } from "../words.ts"

/** What becomes of what is said here, in a few sentences that every officer can read before the first word. */
export function RecordsPolicy() {
  const { t } = useWords()
  return (
    <ul className="policy">
      <li>{t("policy.owner")}</li>
      <li>{t("policy.courts")}</li>
      <li>{t("policy.registry")}</li>
      <li>{t("policy.others")}</li>
      <li>{t("policy.urgent")}</li>
      <li>{t("policy.looking")}</li>
      <li>{t("policy.binding")}</li>
    </ul>
  )
}
