import type { MessageView } from "#offices/joins/screen.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { alternat } from "../parts/order.ts"
import { utc } from "../parts/time.ts"
import { useWords } from "../words.ts"

/** The ladders in as few lines as paper allows: one for each addressee. */
export function FaxLadder({ message }: { message: MessageView }) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const names = alternat(
    message.ladders.map((l) => l.addressee),
    status,
    message.line,
  )
  return (
    <ul className="fax-ladder">
      {names.map((name) => (
        <li key={name}>
          <b>{nameOf(name)}</b>:{" "}
          {message.ladders
            .find((l) => l.addressee === name)
            ?.steps.map(({ rung, at }) => `${t(`rung.${rung}`)} ${utc(at).day} ${utc(at).time} UTC`)
            .join("; ")}
        </li>
      ))}
    </ul>
  )
}
