import { useDesk } from "../desk/state.ts"
import { useLanguage, useWords } from "../words.ts"
import { alternat } from "./order.ts"

/** How a delegation is called in the reader's language; of a stranger its bare name. */
export function useNameOf(): (name: string) => string {
  const { status } = useDesk()
  const { language } = useLanguage()
  const { t } = useWords()
  return (name) => {
    if (name === "registry" || name === "witnesses") return t(`by.${name}`)
    return status.delegations.find((d) => d.name === name)?.names[language] ?? name
  }
}

export function Delegation({ name }: { name: string }) {
  const nameOf = useNameOf()
  return <span className="delegation">{nameOf(name)}</span>
}

/** Names in the alternat of a document, own first. */
export function Delegations({ names, document }: { names: readonly string[]; document: string }) {
  const { status } = useDesk()
  const nameOf = useNameOf()
  return <span className="delegations">{alternat(names, status, document).map(nameOf).join(" · ")}</span>
}

/** How a line is called: by the others on it; a line of many by its number of members too. */
export function useLineName(): (line: { id: string; members: readonly string[] }) => string {
  const { status } = useDesk()
  const nameOf = useNameOf()
  const { t } = useWords()
  return ({ id, members }) => {
    const others = alternat(members, status, id).filter((m) => m !== status.delegation)
    return others.length === 1
      ? nameOf(others[0] ?? "")
      : t("line.of-many", { count: members.length, names: others.map(nameOf).join(", ") })
  }
}
